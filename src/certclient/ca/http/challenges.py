"""HTTP authentication by Basic (RFC 7617) and Digest (RFC 7616; MD5, SHA-256, qop=auth).

For a proxy's login and for a server's: the headers differ in name only.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from certclient.model.secret import Secret
from certclient.model.wiping import overwrite

_SCHEME = re.compile(r"[,\s]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:\s+|(?=,)|$)")
_PARAMETER = re.compile(
    r"[,\s]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s,\"]+))"
)
_TOKEN68 = re.compile(r"[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$))")

_HASHES = {"MD5": "md5", "SHA-256": "sha256"}
_BEST_FIRST = ("SHA-256", "SHA-256-SESS", "MD5", "MD5-SESS")


class Login(Protocol):
    """A user's name and password."""

    @property
    def user(self) -> str: ...

    @property
    def password(self) -> Secret: ...


@dataclass(frozen=True, slots=True)
class Challenge:
    """One offer of a WWW-Authenticate or Proxy-Authenticate header.

    The names of `parameters` are in lower case.
    """

    scheme: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def algorithm(self) -> str:
        """The hash algorithm of Digest, in upper case."""
        return self.parameters.get("algorithm", "MD5").upper()

    @property
    def is_stale(self) -> bool:
        """Whether only the nonce was too old, not the password wrong (RFC 7616, 3.3)."""
        return self.parameters.get("stale", "").lower() == "true"

    @property
    def is_supported(self) -> bool:
        """Whether `authorization` can respond to it."""
        if self.scheme.lower() == "basic":
            return True
        qop = [one.strip() for one in self.parameters.get("qop", "auth").lower().split(",")]
        return (
            self.scheme.lower() == "digest"
            and "nonce" in self.parameters
            and self.algorithm in _BEST_FIRST
            and "auth" in qop
        )


def challenges(headers: Iterable[str]) -> tuple[Challenge, ...]:
    """The offers in such headers (RFC 9110, 11.6.1); stops at what is garbled."""
    return tuple(one for header in headers for one in _challenges_in(header))


def _challenges_in(header: str) -> Iterator[Challenge]:
    position = 0
    while match := _SCHEME.match(header, position):
        position = match.end()
        parameters: dict[str, str] = {}
        if token := _TOKEN68.match(header, position):
            position = token.end()
        while parameter := _PARAMETER.match(header, position):
            position = parameter.end()
            quoted = parameter[2]
            value = parameter[3] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            parameters[parameter[1].lower()] = value
        yield Challenge(match[1], parameters)


def strongest(offers: Iterable[Challenge]) -> Challenge | None:
    """The offer to respond to: Digest by its algorithm, then Basic; None if none is supported."""
    possible = [one for one in offers if one.is_supported]
    return min(possible, key=_rank, default=None)


def _rank(offer: Challenge) -> int:
    digest = offer.scheme.lower() == "digest"
    return _BEST_FIRST.index(offer.algorithm) if digest else len(_BEST_FIRST)


def encodings(login: Login, offer: Challenge) -> tuple[str, ...]:
    """The encodings to try for this login: UTF-8, then Latin-1 unless the offer excludes it.

    RFC 7617, 2.1: without `charset="UTF-8"` a server may expect either.
    """
    with login.password.revealed() as password:
        is_ascii = login.user.isascii() and password.isascii()
        is_latin = all(one < "\u0100" for text in (login.user, password) for one in text)
    utf_8_only = is_ascii or offer.parameters.get("charset", "").lower() == "utf-8"
    return ("utf-8",) if utf_8_only or not is_latin else ("utf-8", "latin-1")


def basic(login: Login, encoding: str = "utf-8") -> bytes:
    """The value of an Authorization or Proxy-Authorization header for Basic."""
    octets = _octets(login.user.encode(encoding) + b":", login.password, encoding)
    try:
        return b"Basic " + b64encode(octets)
    finally:
        overwrite(octets)


def _octets(before: bytes, password: Secret, encoding: str) -> bytearray:
    """`before` and the password in a buffer that the caller overwrites."""
    with password.revealed() as text:
        encoded = text.encode(encoding)
    octets = bytearray(len(before) + len(encoded))
    octets[: len(before)] = before
    octets[len(before) :] = encoded
    overwrite(encoded)
    return octets


@dataclass(frozen=True, slots=True)
class Request:
    """The parts of a request that Digest covers. `uri`: as in the request line."""

    method: str
    uri: str


def digest(
    login: Login, offer: Challenge, request: Request, cnonce: str, encoding: str = "utf-8"
) -> bytes:
    """The value of such a header for Digest (RFC 7616, 3.4); first use of a nonce.

    `cnonce`: unpredictable, printable ASCII without quotes.
    """
    given = offer.parameters
    realm, nonce = given.get("realm", ""), given["nonce"]
    user = login.user.encode(encoding)
    realm_octets = header_octets(realm)
    name, session = offer.algorithm.removesuffix("-SESS"), offer.algorithm.endswith("-SESS")

    def hashed(octets: bytes | bytearray) -> str:
        return hashlib.new(_HASHES[name], octets, usedforsecurity=False).hexdigest()

    secret = _octets(user + b":" + realm_octets + b":", login.password, encoding)
    first = hashed(secret)
    overwrite(secret)
    if session:
        first = hashed(f"{first}:{nonce}:{cnonce}".encode("latin-1"))
    second = hashed(f"{request.method}:{request.uri}".encode())
    middle = f"{nonce}:00000001:{cnonce}:auth" if "qop" in given else nonce
    fields = {
        "username": user if given.get("userhash", "").lower() != "true"
        else hashed(user + b":" + realm_octets).encode(),
        "realm": realm_octets,
        "nonce": nonce.encode("latin-1"),
        "uri": request.uri.encode(),
        "response": hashed(f"{first}:{middle}:{second}".encode("latin-1")).encode(),
    }  # fmt: skip
    if "opaque" in given:
        fields["opaque"] = given["opaque"].encode("latin-1")
    if "qop" in given or session:
        fields["cnonce"] = cnonce.encode()
    parts = [name.encode() + b'="' + _escaped(value) + b'"' for name, value in fields.items()]
    if "algorithm" in given:
        parts.append(b"algorithm=" + given["algorithm"].encode("latin-1"))
    if "qop" in given:
        parts += [b"qop=auth", b"nc=00000001"]
    if given.get("userhash", "").lower() == "true":
        parts.append(b"userhash=true")
    return b"Digest " + b", ".join(parts)


def header_octets(text: str) -> bytes:
    """Header text back to the octets received: http.client decodes headers as Latin-1."""
    return text.encode("latin-1", errors="replace")


def _escaped(value: bytes) -> bytes:
    """As the inside of a quoted-string; a line break could start another header."""
    cleaned = value.replace(b"\r", b" ").replace(b"\n", b" ").replace(b"\0", b" ")
    return cleaned.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
