"""Reads the parts of Windows' program files that a build needs (Microsoft's "PE Format")."""

from __future__ import annotations

import struct

_CHECKSUM = 64
_SECURITY_DIRECTORY = 112 + 4 * 8
"""Offsets in the optional header of PE32+."""
_FIXED_FILE_INFO = struct.pack("<II", 0xFEEF04BD, 0x00010000)
"""dwSignature and dwStrucVersion; dwFileVersionMS and dwFileVersionLS follow."""


def is_pe(content: bytes) -> bool:
    """Whether `content` begins as a DOS header that leads to a PE signature."""
    return content[:2] == b"MZ" and content[_header(content) :][:4] == b"PE\0\0"


def without_signature(content: bytes) -> bytes:
    """`content`, a PE32+ file, without certificate table and with a zero checksum, which signing
    changes, too."""
    optional = _header(content) + 24
    place, size = struct.unpack_from("<II", content, optional + _SECURITY_DIRECTORY)
    bare = bytearray(content[:place] + content[place + size :] if size else content)
    struct.pack_into("<II", bare, optional + _SECURITY_DIRECTORY, 0, 0)
    struct.pack_into("<I", bare, optional + _CHECKSUM, 0)
    return bytes(bare)


def file_version(content: bytes) -> str:
    """The four numbers of a file's version resource (VS_FIXEDFILEINFO), "" if it has none."""
    place = content.find(_FIXED_FILE_INFO)
    if place < 0:
        return ""
    high, low = struct.unpack_from("<II", content, place + len(_FIXED_FILE_INFO))
    return f"{high >> 16}.{high & 0xFFFF}.{low >> 16}.{low & 0xFFFF}"


def _header(content: bytes) -> int:
    return int(struct.unpack_from("<I", content, 0x3C)[0]) if len(content) > 0x40 else 0
