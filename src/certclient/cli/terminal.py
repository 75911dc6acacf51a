"""Input from the user at the terminal."""

from __future__ import annotations

import getpass
import sys
from typing import Protocol


class Terminal(Protocol):
    """Prompts of the command line. They go to stderr, since stdout carries the result."""

    @property
    def interactive(self) -> bool:
        """Whether a user can answer: both keyboard and screen are a terminal."""
        ...

    def hidden(self, question: str) -> str:
        """Prompts without echo. Raises EOFError at the end of input."""
        ...

    def visible(self, question: str) -> str:
        """Prompts with echo; returns one line without its end."""
        ...

    def line(self) -> str | None:
        """The next line of standard input without its end; None at the end of input."""
        ...


class SystemTerminal:
    """The terminal of this process."""

    @property
    def interactive(self) -> bool:
        """See Terminal.interactive."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def hidden(self, question: str) -> str:
        """See Terminal.hidden."""
        return getpass.getpass(question, stream=sys.stderr)

    def visible(self, question: str) -> str:
        """See Terminal.visible. "" at the end of input."""
        print(question, end="", file=sys.stderr, flush=True)
        return self.line() or ""

    def line(self) -> str | None:
        """See Terminal.line."""
        text = sys.stdin.readline()
        return text.rstrip("\r\n") if text else None
