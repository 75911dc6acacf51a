"""Lines of standard input in whatever encoding a shell writes them.

PowerShell 5.1 puts a byte-order mark in front and may write UTF-16, cmd.exe the system's code page.
"""

from __future__ import annotations

import codecs
from typing import BinaryIO

_BYTE_ORDER_MARK = "\ufeff"
_UTF_16 = ("utf-16-le", "utf-16-be")


class InputLines:
    """Reads `source` line by line. `fallback`: the encoding of what is not UTF-8 or UTF-16."""

    def __init__(self, source: BinaryIO, fallback: str) -> None:
        self._source = source
        self._fallback = fallback
        self._utf_16: str | None = None
        self._begun = False

    def next(self) -> str | None:
        """The next line without byte-order mark and line end; None at the end of input."""
        try:
            data = self._source.readline()
        except OSError:  # opened for writing, or a terminal that has gone away
            return None
        if not self._begun:
            self._begun = True
            self._utf_16 = _utf_16(data)
        if self._utf_16 is not None:
            data = self._rest_of_line(data, "\n".encode(self._utf_16))
        return self._text(data).lstrip(_BYTE_ORDER_MARK).rstrip("\r\n") if data else None

    def _rest_of_line(self, data: bytes, newline: bytes) -> bytes:
        """Completes what ends at the first byte 0x0A, which may be half of a character."""
        while len(data) % 2 or not data.endswith(newline):
            more = self._source.read(1)
            if not more:
                break
            data += more
        return data

    def _text(self, data: bytes) -> str:
        if self._utf_16 is not None:
            return data.decode(self._utf_16, errors="replace")
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode(self._fallback, errors="replace")


def _utf_16(first: bytes) -> str | None:
    """The byte order if the input begins as UTF-16: with its mark, or an ASCII character."""
    for order, mark in zip(_UTF_16, (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), strict=True):
        if first.startswith(mark):
            return order
    if len(first) > 1 and 0 in first[:2]:
        return _UTF_16[0] if first[1] == 0 else _UTF_16[1]
    return None
