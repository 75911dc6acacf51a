"""Reads a line from the terminal without echo, and leaves no copy of it.

getpass reads through Python's buffered files, which free what they have read without overwriting
it.
"""

from __future__ import annotations

import getpass
import os
import sys
from contextlib import suppress

from certclient.model.wiping import overwrite

_LONGEST = 4096
"""Bytes: no more is in one line of a terminal in canonical mode (termios(3))."""


def hidden_line(question: str) -> str:
    """Prompts on the terminal; returns what was typed without its end. The caller overwrites it.

    Raises EOFError at the end of input, KeyboardInterrupt. Where there is no terminal of this
    process, and on Windows, getpass does it.
    """
    if sys.platform != "win32":
        try:
            terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
        except OSError:
            return getpass.getpass(question, stream=sys.stderr)
        try:
            return _without_echo(terminal, question)
        finally:
            os.close(terminal)
    return getpass.getpass(question, stream=sys.stderr)


if sys.platform != "win32":
    import termios

    def _without_echo(terminal: int, question: str) -> str:
        before = termios.tcgetattr(terminal)
        silent = [*before]
        silent[3] = before[3] & ~termios.ECHO
        try:
            termios.tcsetattr(terminal, termios.TCSAFLUSH, silent)
            os.write(terminal, question.encode(errors="replace"))
            typed = os.read(terminal, _LONGEST)
        finally:
            with suppress(termios.error):
                termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
                os.write(terminal, b"\n")
        return _text(typed)


def _text(typed: bytes) -> str:
    """What `typed` says, which is overwritten if only the caller's variable holds it.

    Raises EOFError for nothing at all, not even a line end.
    """
    if not typed:
        raise EOFError
    line = bytearray(typed)
    overwrite(typed, holders=2)  # here, and the caller's variable
    while line.endswith((b"\n", b"\r")):
        line[-1:] = b""
    text = line.decode(sys.stdin.encoding or "utf-8", errors="surrogateescape")
    overwrite(line)
    return text
