"""Reads the code that PyInstaller packed into a Windows program, which Linux cannot import."""

from __future__ import annotations

import marshal
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

_MAGIC = b"MEI\014\013\012\013\016"
_COOKIE, _ENTRY = "!8sIIII64s", "!IIIIBc"
_MODULE, _SCRIPT, _MODULES = b"m", b"s", b"z"
_HEAD = 8
"""Size of the archive's and Python's magic numbers, which precede the offset of the list."""


def python_code(program: Path) -> dict[str, bytes]:
    """Names of all modules and scripts, with their code as `marshal` writes it; its identifiers and
    file names are readable. (CArchive and PYZ of PyInstaller 6, PyInstaller/archive/readers.py.)"""
    found: dict[str, bytes] = {}
    for kind, name, content in _entries(program.read_bytes()):
        if kind == _MODULES:
            found |= _modules(content)
        elif kind in (_MODULE, _SCRIPT):
            found[name] = content
    return found


def _entries(content: bytes) -> Iterator[tuple[bytes, str, bytes]]:
    """Kind, name and content of each entry appended to the program."""
    cookie = content.rindex(_MAGIC)
    _, length, begin, size, _, _ = struct.unpack_from(_COOKIE, content, cookie)
    start = cookie + struct.calcsize(_COOKIE) - length
    place = start + begin
    while place < start + begin + size:
        entry, offset, packed, _, is_packed, kind = struct.unpack_from(_ENTRY, content, place)
        name = content[place + struct.calcsize(_ENTRY) : place + entry].rstrip(b"\0")
        data = content[start + offset : start + offset + packed]
        yield kind, name.decode(), zlib.decompress(data) if is_packed else data
        place += entry


def _modules(archive: bytes) -> dict[str, bytes]:
    (place,) = struct.unpack_from("!i", archive, _HEAD)
    # The list has only numbers and strings, which every Python version writes in the same way.
    names = marshal.loads(archive[place:])  # our own build, so trusted
    return {
        name: zlib.decompress(archive[offset : offset + length])
        for name, (_, offset, length) in names
        if length
    }
