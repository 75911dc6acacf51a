"""Overwrites secrets that Python would free and leave in memory.

CPython never overwrites what it frees, so that a PIN stays readable in a core until its memory is
used again. A bytearray can be overwritten by anybody; a str or bytes that nobody else holds can be,
too, as its characters lie behind a header of fixed size (PEP 393). Other interpreters move objects
or lay them out differently: there, nothing is done.
"""

from __future__ import annotations

import ctypes
import sys

_CPYTHON = sys.implementation.name == "cpython"
_ASCII_HEADER = sys.getsizeof("") - 1
_WIDE_HEADER = sys.getsizeof("\u3042") - 2 * 2
"""Of a str with characters beyond Latin-1: two of two bytes each, the last one is NUL."""
_BYTES_HEADER = sys.getsizeof(b"") - 1


_PASSING = 4
"""References while it is passed on here: the tuple of arguments, the loop's variable, a parameter,
and the one of sys.getrefcount."""


def overwrite(*values: str | bytes | bytearray | None, holders: int = 1) -> None:
    """Overwrites each value with zeros.

    A str or bytes only if no more than `holders` variables hold it, the caller's own among them: a
    constant, or what somebody keeps, stays as it is. Single characters, which Python shares, stay,
    too.
    """
    for value in values:
        if isinstance(value, bytearray):
            value[:] = bytes(len(value))
        elif isinstance(value, str | bytes) and len(value) > 1:
            _overwrite_own(value, holders + _PASSING)


def _overwrite_own(value: str | bytes, most: int) -> None:
    if not _CPYTHON or sys.getrefcount(value) > most:
        return
    if isinstance(value, bytes):
        start, length = _BYTES_HEADER, len(value)
    elif value.isascii():
        start, length = _ASCII_HEADER, len(value)
    else:
        width = 1 if max(value) < "\u0100" else 2 if max(value) < "\U00010000" else 4
        start, length = _WIDE_HEADER, len(value) * width
    ctypes.memset(id(value) + start, 0, length)
