"""The person at the keyboard, or their absence."""

from __future__ import annotations

import getpass
import sys
from typing import Protocol


class Terminal(Protocol):
    """How the command line asks. Questions go to stderr: stdout belongs to the result."""

    @property
    def interactive(self) -> bool:
        """Whether somebody can answer: keyboard and screen are a terminal."""
        ...

    def hidden(self, question: str) -> str:
        """Asks without showing what is typed."""
        ...

    def visible(self, question: str) -> str: ...

    def line(self) -> str | None:
        """The next line of standard input without its end; None after the last."""
        ...


class SystemTerminal:
    """The real one."""

    @property
    def interactive(self) -> bool:
        return sys.stdin.isatty() and sys.stderr.isatty()

    def hidden(self, question: str) -> str:
        return getpass.getpass(question, stream=sys.stderr)

    def visible(self, question: str) -> str:
        print(question, end="", file=sys.stderr, flush=True)
        return self.line() or ""

    def line(self) -> str | None:
        text = sys.stdin.readline()
        return text.rstrip("\r\n") if text else None
