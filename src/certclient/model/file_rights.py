"""Finds out from a Windows security descriptor which accounts can modify a file (MS-DTYP, 2.4)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

ADMINISTRATORS = frozenset(
    {
        "S-1-5-18",  # SYSTEM
        "S-1-5-32-544",  # Administrators
        # TrustedInstaller, the owner of Windows' own files
        "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",
    }
)
EVERYBODY = "S-1-1-0"

_SELF_RELATIVE, _ACL_PRESENT = 0x8000, 0x4
_ALLOWED, _DENIED, _ALLOWED_IF, _DENIED_IF = 0x0, 0x1, 0x9, 0xA
_INHERIT_ONLY = 0x8
"""INHERIT_ONLY_ACE: does not apply to the folder itself; its contents are checked separately."""

_READING = 0x1 | 0x8 | 0x20 | 0x80 | 0x20000 | 0x100000 | 0x20000000 | 0x80000000
"""FILE_READ_DATA, _EA, _EXECUTE and _ATTRIBUTES, READ_CONTROL, SYNCHRONIZE, GENERIC_EXECUTE and
_READ. Every other right counts as a right to modify: even writing a folder's attributes is enough
to redirect it (a reparse point)."""


def untrusted_principals(descriptor: bytes) -> tuple[str, ...]:
    """The SIDs, other than administrators, that own the file or folder or may modify it.

    `descriptor`: self-relative, with owner and DACL. The owner counts, as it can always grant
    itself any right. Deny entries are ignored, so the result may name too many accounts but never
    too few. Raises ValueError if the descriptor cannot be parsed; then assume that anyone may
    modify the file.
    """
    try:
        found = set(_principals_with_write_access(descriptor))
    except (struct.error, IndexError) as error:
        raise ValueError("a security descriptor that ends too early") from error
    return tuple(sorted(found - ADMINISTRATORS))


def owner(descriptor: bytes) -> str:
    """The SID of the owner; "" if the descriptor has none, or cannot be read."""
    try:
        _, place = struct.unpack_from("<2xHI", descriptor)
        return _sid(descriptor, place) if place else ""
    except (struct.error, IndexError):
        return ""


def _principals_with_write_access(descriptor: bytes) -> Iterator[str]:
    control, owner, acl = struct.unpack_from("<2xHI8xI", descriptor)
    if not (control & _SELF_RELATIVE and owner):
        raise ValueError("a security descriptor without an owner")
    yield _sid(descriptor, owner)
    if control & _ACL_PRESENT and acl:
        yield from _principals_with_access(descriptor, acl)
    else:
        yield EVERYBODY  # no DACL, or a null one, grants everyone full access (MS-DTYP, 2.4.6)


def _principals_with_access(descriptor: bytes, acl: int) -> Iterator[str]:
    """The SIDs granted a right to modify by the DACL at offset `acl`."""
    (count,) = struct.unpack_from("<4xH2x", descriptor, acl)
    place = acl + 8
    for _ in range(count):
        kind, flags, size, mask = struct.unpack_from("<BBHI", descriptor, place)
        if kind not in (_ALLOWED, _DENIED, _ALLOWED_IF, _DENIED_IF):
            raise ValueError(f"an access list with an entry of kind {kind}")
        lets = kind in (_ALLOWED, _ALLOWED_IF) and not flags & _INHERIT_ONLY
        if lets and mask & ~_READING:
            yield _sid(descriptor, place + 8)
        place += size


def _sid(descriptor: bytes, place: int) -> str:
    revision, count = descriptor[place], descriptor[place + 1]
    authority = int.from_bytes(descriptor[place + 2 : place + 8], "big")
    parts = struct.unpack_from(f"<{count}I", descriptor, place + 8)
    return "-".join(map(str, ("S", revision, authority, *parts)))
