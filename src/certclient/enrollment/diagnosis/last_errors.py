"""The last errors in the log, which holds codes and places, never a name or a secret."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from certclient.enrollment.diagnosis.values import Fact
from certclient.platform.log import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_MOST_BYTES = 256 * 1024
_MOST_ERRORS = 30
_MOST_FRAMES = 4
_MOST_CHARACTERS = 300
_TOLD = ("error", "crash")
_SHOWN = FIELDS - {"serial", "fingerprint"}


def last_errors(log_file: Path) -> Sequence[Fact]:
    """The last errors and crashes, the newest last; the name of each is its time.

    Never raises: a log that cannot be read, and lines of another form, are left out.
    """
    return tuple(_errors(log_file))[-_MOST_ERRORS:]


def _errors(log_file: Path) -> Iterator[Fact]:
    for line in _lines(log_file):
        with suppress(ValueError, RecursionError):
            found = json.loads(line)
            if isinstance(found, dict) and found.get("event") in _TOLD:
                yield Fact(str(found.get("time", ""))[:40], _told(found)[:_MOST_CHARACTERS])


def _told(found: dict[str, object]) -> str:
    fields = [f"{name}={found[name]}" for name in sorted(_SHOWN & found.keys()) if name != "code"]
    return " ".join([str(found.get("code", found["event"])), *fields, *_frames(found)])


def _frames(found: dict[str, object]) -> Iterator[str]:
    """Of a crash: the types of its exceptions, then where it came from, the innermost first."""
    trace = found.get("trace")
    lines = [one for one in trace if isinstance(one, str)] if isinstance(trace, list) else []
    frames = [one for one in lines if one.startswith(" ")]
    yield from (one for one in lines if one not in frames)
    # Without the folders, which are the same everywhere or the user's own.
    yield from (
        one.replace("\\", "/").rpartition("/")[2] for one in frames[: -_MOST_FRAMES - 1 : -1]
    )


def _lines(log_file: Path) -> Sequence[str]:
    """The end of the log in whole lines."""
    try:
        if not log_file.is_file():  # to open a pipe would wait
            return ()
        with log_file.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _MOST_BYTES))
            text = file.read(_MOST_BYTES).decode(errors="replace")
    except OSError:
        return ()
    return text.splitlines()
