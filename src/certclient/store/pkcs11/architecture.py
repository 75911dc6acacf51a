"""Detects the CPU architecture of a Windows DLL.

32-bit middleware is common, and Windows' error for loading it does not name the cause.
"""

from __future__ import annotations

import struct
from pathlib import Path

_MACHINES = {0x014C: "x86 (32-bit)", 0x8664: "x64 (64-bit)", 0xAA64: "ARM64"}
"""IMAGE_FILE_HEADER.Machine (winnt.h)."""

_HEADER = 4096
"""Bytes to read: enough for the DOS and PE headers of any DLL that a linker produces."""


def dll_architecture(path: Path) -> str | None:
    """Returns the architecture of the PE file at `path` (`x64 (64-bit)`), None if it is not one.

    Raises OSError if the file cannot be read.
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
    """Returns why `program` (this process's executable) cannot load the DLL at `path`.

    Returns None if the architectures agree or either file is not a Windows binary. Raises OSError.
    """
    wanted, found = dll_architecture(program), dll_architecture(path)
    if wanted is None or found is None or wanted == found:
        return None
    return f"made for {found} programs; this one is {wanted}"
