"""Standard input and output as a script may leave them: closed, full, a broken pipe.

A failed write never interrupts a command, since its work may be half done. `main` reports a lost
result at the end.
"""

from __future__ import annotations

import errno
import io
import os
import select
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class TolerantOutput(io.RawIOBase):
    """Writes to `inner`; after the first failure it discards everything.

    `failure`: that failure. `inner` is None if the stream was closed before the program started.
    """

    def __init__(self, inner: io.RawIOBase | None) -> None:
        self._inner = inner
        self.failure: OSError | None = None

    def writable(self) -> bool:
        """True; see `io.RawIOBase.writable`."""
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Returns the number of bytes taken: all of them after a failure."""
        size = len(memoryview(data).cast("B"))
        if self.failure is None:
            try:
                return self._write(data)
            except OSError as error:
                self.failure = error
        return size

    def _write(self, data: ReadableBuffer) -> int:
        if self._inner is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        while (taken := self._inner.write(data)) is None:
            # A pipe that another process has made non-blocking is full.
            select.select([], [self._inner], [])
        return taken

    def fileno(self) -> int:
        """The file descriptor. Raises OSError if there is none."""
        return super().fileno() if self._inner is None else self._inner.fileno()

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._inner is not None and self._inner.isatty()


def install() -> TolerantOutput | None:
    """Replaces this process's standard streams by tolerant ones.

    Returns the one below `sys.stdout`; None if that is no stream of the system (certclientw.exe).
    Characters that a stream's encoding lacks are written as `?`.
    """
    _occupy_closed_descriptors()
    if sys.stdin is None:
        sys.stdin = io.StringIO()
    sys.stderr = _tolerant(sys.stderr)
    sys.stdout = _tolerant(sys.stdout)
    return output_below(sys.stdout)


def output_below(stream: TextIO) -> TolerantOutput | None:
    """The TolerantOutput that `stream` writes to, if any."""
    raw = getattr(getattr(stream, "buffer", None), "raw", None)
    return raw if isinstance(raw, TolerantOutput) else None


def _tolerant(stream: TextIO | None) -> TextIO:
    if stream is None:
        return _text(TolerantOutput(None), "utf-8", line_buffering=False)
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    encoding, line_buffering = stream.encoding, stream.line_buffering or stream.write_through
    # Detached, so that the interpreter does not flush the old stream at its exit.
    buffer = stream.detach()
    raw = buffer.detach() if isinstance(buffer, io.BufferedWriter) else buffer
    return _text(TolerantOutput(raw), encoding, line_buffering=line_buffering)


def _text(raw: TolerantOutput, encoding: str, *, line_buffering: bool) -> TextIO:
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding=encoding, errors="replace", line_buffering=line_buffering
    )


def _occupy_closed_descriptors() -> None:
    """Otherwise the next file that is opened would become the standard output of its libraries."""
    if sys.platform == "win32":
        return
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
