"""certclientw.exe as a scheduled job: whatever happens, no message box."""

from __future__ import annotations

import sys

import pytest

from certclient.windowed import main


def failing() -> int:
    print("what went wrong", file=sys.stderr)
    return 2


@pytest.mark.parametrize(
    ("arguments", "boxes"),
    [
        (["renew"], ["what went wrong"]),
        (["renew", "--all", "--unattended"], []),
        (["renew", "--all", "--unattended", "--json"], []),
    ],
)
def test_a_box_only_where_somebody_is_there(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], boxes: list[str]
) -> None:
    for stream in ("stdin", "stdout", "stderr"):  # which the program replaces
        monkeypatch.setattr(sys, stream, getattr(sys, stream))
    monkeypatch.setattr(sys, "argv", ["certclientw.exe", *arguments])
    shown: list[str] = []
    assert main(failing, shown.append) == 2
    assert shown == boxes
