"""Overwrites secrets that Python would free and leave in memory.

CPython never overwrites what it frees, so that a PIN stays readable in a core until its memory is
used again. A bytearray can be overwritten by anybody; a str or bytes that nobody else holds can be,
too, as its characters lie behind a header of fixed size (PEP 393). Other interpreters move objects
or lay them out differently, and CPython 3.14 borrows references without counting them: there,
nothing is done. An object of any other shape than expected is left as it is.
"""

from __future__ import annotations

import ctypes
import sys

_POINTER = ctypes.sizeof(ctypes.c_void_p)
_KNOWN = (
    sys.implementation.name == "cpython"
    and sys.version_info[:2] < (3, 14)
    and object.__basicsize__ == 2 * _POINTER
)
"""Whether objects lie as this module expects: each begins with its one count of references and its
type. Builds without the GIL or with traced references (Py_TRACE_REFS) have more."""

_WIDE_HEADER = str.__basicsize__ - _POINTER
"""Bytes of PyCompactUnicodeObject: PyUnicodeObject without its last field, a pointer."""
_ASCII_HEADER = _WIDE_HEADER - (2 if sys.version_info[:2] >= (3, 12) else 3) * _POINTER
"""Bytes of PyASCIIObject: without utf8_length, utf8 and, before 3.12, wstr_length."""
_BYTES_HEADER = bytes.__basicsize__ - 1
"""Bytes of PyBytesObject before its octets, of which one is counted in."""
_STATE = 4 * _POINTER
"""Where PyASCIIObject has its state, behind four fields as wide as a pointer. The bits, from the
lowest: two for interned, three for the width, one each for compact and ASCII."""
_STATE_BITS = 0b1111111

_PASSING = 4
"""References while it is passed on here: the tuple of arguments, the loop's variable, a parameter,
and the one of sys.getrefcount."""


def overwrite(*values: str | bytes | bytearray | None, holders: int = 1) -> None:
    """Overwrites each value with zeros.

    A str or bytes only if no more than `holders` variables hold it, the caller's own among them: a
    constant, or what somebody keeps, stays as it is. Single characters, which Python shares,
    interned strings, whose table counts no reference, and objects of subclasses stay, too.
    """
    for value in values:
        if isinstance(value, bytearray):
            value[:] = bytes(len(value))
        elif type(value) in (str, bytes) and value is not None and len(value) > 1:
            _overwrite_own(value, holders + _PASSING)


def _overwrite_own(value: str | bytes, most: int) -> None:
    if not _KNOWN or sys.getrefcount(value) > most:
        return
    if isinstance(value, bytes):
        header, width = _BYTES_HEADER, 1
    else:
        header = _ASCII_HEADER if value.isascii() else _WIDE_HEADER
        width = _width(value)
        if not _is_plain(value, width):
            return
    length = len(value) * width
    # The last character is a NUL. More than that: a copy in UTF-8 that Python keeps beside it.
    if sys.getsizeof(value) == header + length + width:
        ctypes.memset(id(value) + header, 0, length)


def _width(value: str) -> int:
    """Bytes per character."""
    highest = max(value)
    return 1 if highest < "\u0100" else 2 if highest < "\U00010000" else 4


def _is_plain(value: str, width: int) -> bool:
    """Whether its characters follow its header, each `width` bytes wide, and it is not interned."""
    state = ctypes.c_uint.from_address(id(value) + _STATE).value
    return state & _STATE_BITS == value.isascii() << 6 | 1 << 5 | width << 2
