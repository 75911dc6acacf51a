"""Input from the user at the terminal."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import BinaryIO, Protocol

from certclient.cli.input_lines import InputLines


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
        """The next line of standard input, as `InputLines.next`."""
        ...


class SystemTerminal:
    """The terminal of this process. Calls `before_secrets` each time before it reads."""

    def __init__(self, before_secrets: Callable[[], None] = lambda: None) -> None:
        self._before_secrets = before_secrets
        self._lines: InputLines | None = None

    @property
    def interactive(self) -> bool:
        """See Terminal.interactive."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def hidden(self, question: str) -> str:
        """See Terminal.hidden."""
        from certclient.cli.hidden_input import hidden_line

        self._before_secrets()
        return hidden_line(question)

    def visible(self, question: str) -> str:
        """See Terminal.visible. "" at the end of input."""
        print(question, end="", file=sys.stderr, flush=True)
        return self.line() or ""

    def line(self) -> str | None:
        """See Terminal.line."""
        if self._lines is None:
            self._before_secrets()  # a line may be a PIN
            source = _unbuffered(getattr(sys.stdin, "buffer", None) or io.BytesIO())
            self._lines = InputLines(source, getattr(sys.stdin, "encoding", None) or "utf-8")
        return self._lines.next()


def _unbuffered(source: BinaryIO) -> BinaryIO:
    """The file below Python's buffer, which would keep what was read, but for Windows' console."""
    raw: BinaryIO | None = getattr(source, "raw", None)
    return source if raw is None or (sys.platform == "win32" and raw.isatty()) else raw
