"""How the end of a child is noticed, without a module."""

from __future__ import annotations

import io
import os
import sys
import time
from pathlib import Path

import pytest

from certclient.store.isolated import wire
from certclient.store.isolated.messages import LOOKUPS, FindTokens, FromChild
from certclient.store.isolated.process import ModuleProcess, ProcessEndedError

GUARD_SECONDS = 120


def child(code: str) -> ModuleProcess:
    return ModuleProcess((sys.executable, "-S", "-c", code), dict(os.environ), "module")


def test_child_that_ended_before_a_request_says_how() -> None:
    """Whichever notices it first: writing to it, or reading from it."""
    with pytest.raises(ProcessEndedError, match="exit code 3"):
        child("import sys; sys.exit(3)").request(FindTokens(), LOOKUPS).result(GUARD_SECONDS)


def test_child_that_reads_no_more_is_ended_and_so_replaced(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    deaf = child(
        # The first message is read, or it could be the one that meets the closed pipe.
        f"import os, time; os.read(0, 1); os.close(0); open({str(closed)!r}, 'w'); time.sleep(600)"
    )
    deadline = time.monotonic() + GUARD_SECONDS
    while not closed.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    with pytest.raises(ProcessEndedError):
        deaf.request(FindTokens(), LOOKUPS)
    assert deaf.ended


@pytest.mark.parametrize("cut", [1, 4, 5, 6])
def test_stream_that_ends_within_a_frame_is_no_message(cut: int) -> None:
    stream = io.BytesIO()
    wire.send(stream, wire.answer(1, "result"))
    with pytest.raises(wire.ProtocolError):
        wire.receive(io.BytesIO(stream.getvalue()[:cut]), FromChild)
