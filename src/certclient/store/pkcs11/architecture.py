"""Detects libraries that this process cannot load: another CPU's, or one that is cut short.

Windows and Linux do not name the cause: "%1 is not a valid Win32 application", "No such file or
directory". A library of which the end is missing would kill the process (SIGBUS).
"""

from __future__ import annotations

import struct
from pathlib import Path

_PE_MACHINES = {0x014C: "x86 (32-bit)", 0x8664: "x64 (64-bit)", 0xAA64: "ARM64"}
"""IMAGE_FILE_HEADER.Machine (winnt.h)."""

_ELF_MACHINES = {
    (1, 3): "x86 (32-bit)",
    (1, 40): "ARM (32-bit)",
    (1, 62): "x32 (32-bit)",
    (2, 62): "x64 (64-bit)",
    (2, 183): "ARM64",
    (2, 21): "POWER (64-bit)",
    (2, 22): "IBM Z (64-bit)",
    (2, 243): "RISC-V (64-bit)",
    (2, 258): "LoongArch (64-bit)",
}
"""EI_CLASS (1: 32-bit, 2: 64-bit) and e_machine (elf.h)."""

_HEADER = 4096
"""Bytes to read: enough for the DOS and PE headers of any DLL that a linker produces."""


def library_architecture(path: Path) -> str | None:
    """Returns the architecture of the PE or ELF file at `path` (`x64 (64-bit)`), None if it is
    neither.

    Raises OSError if the file cannot be read.
    """
    head = _head(path)
    if head[:4] == b"\x7fELF" and len(head) >= 20:
        return _elf_architecture(head)
    if head[:2] != b"MZ" or len(head) < 64:
        return None
    (offset,) = struct.unpack_from("<I", head, 60)
    if head[offset : offset + 4] != b"PE\0\0" or len(head) < offset + 6:
        return None
    (machine,) = struct.unpack_from("<H", head, offset + 4)
    return _PE_MACHINES.get(machine, f"machine {machine:#06x}")


def mismatch(path: Path, program: Path) -> str | None:
    """Returns why `program` (this process's executable) cannot load the library at `path`.

    Returns None if the architectures agree or either file is not a binary. Raises OSError.
    """
    wanted, found = library_architecture(program), library_architecture(path)
    if wanted is None or found is None or wanted == found:
        return None
    return f"made for {found} programs; this one is {wanted}"


def cut_short(path: Path) -> str | None:
    """Returns how much of the 64-bit ELF file at `path` is missing, None if it is whole or another
    file. Raises OSError.

    A loadable segment (PT_LOAD) that the file does not contain is what kills a process.
    """
    head, size = _head(path), path.stat().st_size
    if head[:6] != b"\x7fELF\x02\x01" or len(head) < 64:
        return None
    (table,) = struct.unpack_from("<Q", head, 32)
    entry, count = struct.unpack_from("<HH", head, 54)
    with path.open("rb") as file:
        file.seek(min(table, size))
        segments = file.read(entry * count)
    wanted = table + entry * count
    for start in range(0, len(segments) - 39, entry or 56):
        (kind,) = struct.unpack_from("<I", segments, start)
        if kind == _PT_LOAD:
            (offset,) = struct.unpack_from("<Q", segments, start + 8)
            (length,) = struct.unpack_from("<Q", segments, start + 32)
            wanted = max(wanted, offset + length)
    return f"cut short: {size} of at least {wanted} bytes" if size < wanted else None


_PT_LOAD = 1


def _elf_architecture(head: bytes) -> str | None:
    """ELF header: EI_CLASS at 4, EI_DATA (1: little-endian) at 5, e_machine at 18 (elf(5))."""
    order = ">" if head[5] == 2 else "<"
    (machine,) = struct.unpack_from(f"{order}H", head, 18)
    if machine == 0:
        return None
    return _ELF_MACHINES.get((head[4], machine), f"machine {machine:#06x}")


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEADER)
