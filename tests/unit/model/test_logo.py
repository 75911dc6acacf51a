"""What a profile may give as a bank's logo and colour: nothing that a decoder could choke on."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode

import pytest

from certclient.model.faults import FaultError, Reason
from certclient.model.logo import LOGO_BYTES, colour, logo
from certclient_practice.admin.logo import LOGO

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    checksum = zlib.crc32(kind + data).to_bytes(4, "big")
    return len(data).to_bytes(4, "big") + kind + data + checksum


def header(width: int = 32, height: int = 32) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))


PIXELS = chunk(b"IDAT", zlib.compress(b"\0" * (32 * 97)))
END = chunk(b"IEND")


def png(*chunks: bytes) -> bytes:
    return _SIGNATURE + b"".join(chunks)


def refused(content: bytes) -> FaultError:
    with pytest.raises(FaultError) as raised:
        logo(b64encode(content).decode())
    return raised.value


def test_a_plain_png_is_taken_as_it_is() -> None:
    content = png(header(), PIXELS, END)
    encoded = b64encode(content).decode()
    assert logo(f"\n{encoded[:20]}\n{encoded[20:]}\n") == content
    assert logo(LOGO).startswith(_SIGNATURE)
    assert logo("") == logo("\n") == b""


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a" + b"\0" * 40,
        png(header(), PIXELS),
        png(PIXELS, header(), END),
        png(header(), header(), PIXELS, END),
        png(header(), END),
        png(header(), PIXELS, END) + b"PK\x03\x04",
        png(header(), chunk(b"acTL", b"\0" * 8), PIXELS, END),
        png(header(), chunk(b"iCCP", b"x\0\0" + zlib.compress(b"\0" * 99)), PIXELS, END),
        png(header(), chunk(b"zTXt", b"x\0\0" + zlib.compress(b"\0" * 9999)), PIXELS, END),
        png(header(), chunk(b"eXIf", b"MM"), PIXELS, END),
        png(header(), PIXELS[:-1] + b"\x00", END),
        png(header())[:-6],
        _SIGNATURE,
    ],
    ids=[
        "svg",
        "gif",
        "no end",
        "header late",
        "two headers",
        "no pixels",
        "rest behind",
        "animation",
        "colour profile",
        "text bomb",
        "exif",
        "checksum",
        "cut off",
        "signature only",
    ],
)
def test_anything_else_is_refused(content: bytes) -> None:
    assert refused(content).reason is Reason.LOGO_FORM


def test_words_are_no_base64() -> None:
    with pytest.raises(FaultError):
        logo("logo.png")


@pytest.mark.parametrize("sides", [(15, 32), (32, 513), (2**31 - 1, 2**31 - 1), (0, 0)])
def test_sides_have_limits(sides: tuple[int, int]) -> None:
    found = refused(png(header(*sides), PIXELS, END))
    assert found.reason is Reason.LOGO_SIZE
    assert found.data["found"] == f"{sides[0]} × {sides[1]}"


def test_the_file_has_a_limit() -> None:
    large = chunk(b"IDAT", b"\0" * LOGO_BYTES)
    assert refused(png(header(), large, END)).reason is Reason.LOGO_SIZE


def test_a_colour_has_six_digits() -> None:
    assert (colour("#0B4F96"), colour("")) == ("#0b4f96", "")
    for wrong in ("blue", "#0b4f9", "#0b4f966", "#0b4f96\n", "url(x)"):
        with pytest.raises(FaultError):
            colour(wrong)
