"""PINs and codes on standard input, in the encodings that shells write."""

from __future__ import annotations

import io

import pytest

from certclient.cli.input_lines import InputLines
from certclient.cli.interaction import PresetAnswers, TerminalInteraction
from certclient.cli.invocation import Invocation
from certclient.i18n.catalogue import Language
from certclient.store.base import AttemptsLeft, PinRequest
from support.cli_runner import CliRunner

LINES = ["AB23-CD45", "１２３４", "", "上り坂 0x0A: 《", "end"]
"""`《` is U+300A and contains the byte of a line feed in UTF-16."""


def read(data: bytes, fallback: str = "utf-8") -> list[str]:
    lines = InputLines(io.BytesIO(data), fallback)
    return list(iter(lines.next, None))


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp932", "euc-jp"]
)
def test_lines_are_read_in_any_encoding(encoding: str, line_end: str) -> None:
    data = line_end.join([*LINES, ""]).encode(encoding)
    fallback = encoding if encoding in ("cp932", "euc-jp") else "utf-8"
    assert read(data, fallback) == LINES


def test_big_endian_mark_and_a_last_line_without_end() -> None:
    assert read("\ufeff1234".encode("utf-16-be")) == ["1234"]
    assert read(b"1234") == ["1234"]
    assert read("\ufeff1234\r\n\ufeffAB23".encode()) == ["1234", "AB23"], "two files in a row"


def test_no_input() -> None:
    assert read(b"") == []
    assert read("\ufeff".encode()) == [""]
    assert read(b"\xff\xfe") == [""]
    assert read(b"\x80\xfe1234\n") == ["��1234"], "unreadable, but no error"


@pytest.mark.parametrize(
    ("line", "pin"),
    [
        ("1234 ", "1234"),
        (" 1234\t", "1234"),
        ("１２３４　", "1234"),
        ("12 34", "12 34"),
        ("pass word ", "pass word"),
    ],
)
def test_blanks_around_a_pin_cost_no_attempt(cli_runner: CliRunner, line: str, pin: str) -> None:
    cli_runner.terminal.stdin = [line]
    invocation = Invocation(cli_runner.services(), Language.ENGLISH)
    dialogue = TerminalInteraction(invocation, PresetAnswers(agreed=True, pin_stdin=True))
    given = dialogue.pin(PinRequest("token:1", "USB", AttemptsLeft.LOW))
    assert given is not None
    assert given.reveal() == pin


@pytest.mark.parametrize("line", ["", "  "])
def test_an_empty_line_is_no_pin(cli_runner: CliRunner, line: str) -> None:
    cli_runner.terminal.stdin = [line]
    invocation = Invocation(cli_runner.services(), Language.ENGLISH)
    dialogue = TerminalInteraction(invocation, PresetAnswers(agreed=True, pin_stdin=True))
    assert dialogue.pin(PinRequest("token:1", "USB", AttemptsLeft.LOW)) is None
