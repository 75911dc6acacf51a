"""What was typed without echo is in no buffer afterwards."""

from __future__ import annotations

import pytest

from certclient.cli.hidden_input import _text


def test_octets_of_the_terminal_are_overwritten() -> None:
    typed = bytes([*b"71839264\r\n"])
    text = _text(typed)
    assert (text, typed) == ("71839264", bytes(10))


def test_nothing_at_all_is_the_end() -> None:
    assert _text(b"\n") == ""
    with pytest.raises(EOFError):
        _text(b"")
