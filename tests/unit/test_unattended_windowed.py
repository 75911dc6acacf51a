"""certclientw.exe as a scheduled task never shows a message box."""

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
def test_message_box_appears_only_in_attended_use(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], boxes: list[str]
) -> None:
    for stream in ("stdin", "stdout", "stderr"):  # replaced by the program
        monkeypatch.setattr(sys, stream, getattr(sys, stream))
    monkeypatch.setattr(sys, "argv", ["certclientw.exe", *arguments])
    shown: list[str] = []
    assert main(failing, shown.append) == 2
    assert shown == boxes
