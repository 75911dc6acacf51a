"""A bank's logo and colour as its profile gives them: checked before anything draws them.

A logo is a PNG (W3C PNG, third edition) of plain chunks and small sides, so that no decoder meets a
compressed text, a colour profile, an animation or an image that would fill the memory.
"""

from __future__ import annotations

import binascii
import re
import struct
import zlib
from base64 import b64decode
from collections.abc import Iterator

from certclient.model.faults import FaultError, Reason

LOGO_SIDES = (16, 512)
"""The shortest and the longest side of a logo, in pixels."""
LOGO_BYTES = 64 * 1024
LOGO_CHARACTERS = 100_000
"""Base64 with its line ends."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"pHYs", b"IDAT", b"IEND"})
_HEADER = struct.Struct(">IIBBBBB")


def colour(text: str) -> str:
    """`#rrggbb` in lower case; "" for "". Raises FaultError: COLOUR_FORM."""
    if text and not re.fullmatch(r"#[0-9a-fA-F]{6}", text, re.ASCII):
        raise FaultError(Reason.COLOUR_FORM, found=text[:80])
    return text.lower()


def logo(text: str) -> bytes:
    """The PNG whose Base64 is `text`; b"" for "". Raises FaultError: LOGO_FORM, LOGO_SIZE."""
    if not text.strip():
        return b""
    try:
        content = b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise FaultError(Reason.LOGO_FORM) from error
    least, most = LOGO_SIDES
    if len(content) > LOGO_BYTES:
        raise _too_large(f"{len(content)} bytes")
    width, height = _sides(content)
    if not (least <= width <= most and least <= height <= most):
        raise _too_large(f"{width} × {height}")
    return content


def _too_large(found: str) -> FaultError:
    sides = (str(one) for one in LOGO_SIDES)
    data = dict(zip(("least", "most"), sides, strict=True))
    return FaultError(Reason.LOGO_SIZE, found=found, kib=str(LOGO_BYTES // 1024), **data)


def _sides(content: bytes) -> tuple[int, int]:
    """Width and height in pixels, if the file is a complete PNG of plain chunks."""
    chunks = list(_chunks(content))
    kinds = [kind for kind, _ in chunks]
    whole = kinds[:1] == [b"IHDR"] and kinds[-1:] == [b"IEND"] and b"IDAT" in kinds
    once = kinds.count(b"IHDR") == kinds.count(b"IEND") == 1
    if not (whole and once and set(kinds) <= _CHUNKS and len(chunks[0][1]) == _HEADER.size):
        raise FaultError(Reason.LOGO_FORM)
    width, height, *_ = _HEADER.unpack(chunks[0][1])
    return width, height


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks' types and contents, up to the end of the file. Raises FaultError."""
    if not content.startswith(_SIGNATURE):
        raise FaultError(Reason.LOGO_FORM)
    at = len(_SIGNATURE)
    while at < len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        kind, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        checksum = content[at + 8 + length : at + 12 + length]
        if len(checksum) < 4 or zlib.crc32(kind + data) != int.from_bytes(checksum, "big"):
            raise FaultError(Reason.LOGO_FORM)
        yield kind, data
        at += 12 + length
