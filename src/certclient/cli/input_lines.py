"""Lines of standard input in whatever encoding a shell writes them.

PowerShell 5.1 puts a byte-order mark in front and may write UTF-16, cmd.exe the system's code page.
"""

from __future__ import annotations

import codecs
from typing import BinaryIO

from certclient.model.wiping import overwrite

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
        """The next line without byte-order mark and line end; None at the end of input. The caller
        overwrites it if it is a secret: nothing else holds it."""
        try:
            data = self._line()
        except OSError:  # opened for writing, or a terminal that has gone away
            return None
        if not self._begun:
            self._begun = True
            self._utf_16 = _utf_16(data)
        if self._utf_16 is not None:
            data = self._rest_of_line(data, "\n".encode(self._utf_16))
        if not data:
            return None
        text = self._text(data)
        overwrite(data)
        return _bare(text)

    def _line(self) -> bytearray:
        """Byte by byte, as the next line is perhaps for another program."""
        buffer, length = bytearray(_ROOM), 0
        while one := self._source.read(1):
            if length == len(buffer):
                buffer = _with(buffer, bytes(len(buffer)))
            buffer[length : length + 1] = one
            length += 1
            if one == b"\n":
                break
        line = buffer[:length]
        overwrite(buffer)
        return line

    def _rest_of_line(self, data: bytearray, newline: bytes) -> bytearray:
        """Completes what ends at the first byte 0x0A, which may be half of a character."""
        while len(data) % 2 or not data.endswith(newline):
            more = self._source.read(1)
            if not more:
                break
            data = _with(data, more)
        return data

    def _text(self, data: bytearray) -> str:
        if self._utf_16 is not None:
            return data.decode(self._utf_16, errors="replace")
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode(self._fallback, errors="replace")


_ROOM = 256


def _with(data: bytearray, more: bytes) -> bytearray:
    """Both; `data` is overwritten, as a buffer that grows may be moved."""
    longer = bytearray(len(data) + len(more))
    longer[: len(data)] = data
    longer[len(data) :] = more
    overwrite(data)
    return longer


def _bare(text: str) -> str:
    """Without byte-order marks in front and line ends behind; `text` is overwritten."""
    begin, end = 0, len(text)
    while begin < end and text[begin] == _BYTE_ORDER_MARK:
        begin += 1
    while begin < end and text[end - 1] in "\r\n":
        end -= 1
    bare = text[begin:end]
    if bare is not text:
        overwrite(text, holders=2)
    return bare


def _utf_16(first: bytes | bytearray) -> str | None:
    """The byte order if the input begins as UTF-16: with its mark, or an ASCII character."""
    for order, mark in zip(_UTF_16, (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), strict=True):
        if first.startswith(mark):
            return order
    if len(first) > 1 and 0 in first[:2]:
        return _UTF_16[0] if first[1] == 0 else _UTF_16[1]
    return None
