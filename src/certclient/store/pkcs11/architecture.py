"""Whether a Windows DLL is for programs like this one: 32-bit middleware is common and its loading
fails with a sentence that helps nobody."""

from __future__ import annotations

import struct
from pathlib import Path

_MACHINES = {0x014C: "x86 (32-bit)", 0x8664: "x64 (64-bit)", 0xAA64: "ARM64"}
"""IMAGE_FILE_HEADER.Machine (winnt.h)."""

_HEADER = 4096
"""Bytes in which both headers lie in every DLL that a linker makes."""


def dll_architecture(path: Path) -> str | None:
    """What kind of programs the DLL at `path` is for; None for what is no Windows DLL.

    Raises OSError if it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(_HEADER)
    if head[:2] != b"MZ" or len(head) < 64:
        return None
    (offset,) = struct.unpack_from("<I", head, 60)
    if head[offset : offset + 4] != b"PE\0\0" or len(head) < offset + 6:
        return None
    (machine,) = struct.unpack_from("<H", head, offset + 4)
    return _MACHINES.get(machine, f"machine {machine:#06x}")


def mismatch(path: Path, program: Path) -> str | None:
    """Why `program` (this process's executable) cannot load the DLL; None if it can, or if that
    is not the question here."""
    wanted, found = dll_architecture(program), dll_architecture(path)
    if wanted is None or found is None or wanted == found:
        return None
    return f"made for {found} programs; this one is {wanted}"
