"""Decodes response bodies that a server has compressed without being asked to, within a limit."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from certclient.ca.answers import ResponseHead, foreign_answer, too_long

_GZIP = 16 + zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS


class UnknownEncodingError(Exception):
    """The Content-Encoding is none that can be decoded; its text is the first argument."""


class TooLongError(Exception):
    """The decoded body is longer than the limit."""


def decoded(head: ResponseHead, body: bytes, limit: int) -> bytes:
    """The body as Content-Encoding says. `limit`: see `decoder`.

    Raises CertclientError: CA_MALFORMED or FOREIGN_ANSWER for one that is too long, damaged or in
    an unknown encoding.
    """
    try:
        return decoder(head.headers.get("content-encoding", ""), limit)(body)
    except UnknownEncodingError as error:
        raise foreign_answer(head.url, f"content encoding {error}") from error
    except TooLongError as error:
        raise too_long(head) from error
    except ValueError as error:
        raise foreign_answer(head.url, str(error)) from error


def decoder(content_encoding: str, limit: int) -> Callable[[bytes], bytes]:
    """Decodes a whole body. `limit`: bytes of the result, never exceeded on the way.

    The result raises TooLongError, and ValueError for a damaged or cut body. `decoder` raises
    UnknownEncodingError. Encodings: gzip, deflate (RFC 9110, 8.4.1), identity.
    """
    names = [name.strip().lower() for name in content_encoding.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if not names:
        return lambda body: body
    if len(names) > 1 or names[0] not in ("gzip", "x-gzip", "deflate"):
        raise UnknownEncodingError(", ".join(names)[:50])
    if names[0] == "deflate":
        return lambda body: _inflated(
            body, zlib.MAX_WBITS if _has_zlib_header(body) else _RAW, limit
        )
    return lambda body: _inflated(body, _GZIP, limit)


def _has_zlib_header(body: bytes) -> bool:
    """RFC 1950, 2.2. Some servers send raw deflate data under this name."""
    return len(body) >= 2 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0


def _inflated(body: bytes, bits: int, limit: int) -> bytes:
    machine = zlib.decompressobj(bits)
    try:
        result = machine.decompress(body, limit + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if len(result) > limit:
        raise TooLongError
    if not machine.eof:
        raise ValueError("the compressed data ends too early")
    return result
