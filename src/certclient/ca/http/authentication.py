"""Logs in to HTTP proxies: Basic (RFC 7617) and Digest (RFC 7616; MD5, SHA-256, qop=auth)."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.proxy_login import ProxyLogin, ProxyLoginRequest, login_required
from certclient.platform.proxies.logins import ProxyLogins

_SCHEME = re.compile(r"[,\s]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:\s+|(?=,)|$)")
_PARAMETER = re.compile(
    r"[,\s]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s,\"]+))"
)
_TOKEN68 = re.compile(r"[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$))")
_MAX_REALM = 100
_CNONCE_BYTES = 16
_MAX_CHALLENGES = 4

_HASHES = {"MD5": "md5", "SHA-256": "sha256"}
_BEST_FIRST = ("SHA-256", "SHA-256-SESS", "MD5", "MD5-SESS")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One offer of a Proxy-Authenticate header. Names of `parameters` are in lower case."""

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
    """The offers in the Proxy-Authenticate headers (RFC 9110, 11.6.1); stops at what is garbled."""
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


def encodings(login: ProxyLogin, offer: Challenge) -> tuple[str, ...]:
    """The encodings to try for this login: UTF-8, then Latin-1 unless the proxy excludes it.

    RFC 7617, 2.1: without `charset="UTF-8"` a proxy may expect either.
    """
    text = login.user + login.password.reveal()
    if text.isascii() or offer.parameters.get("charset", "").lower() == "utf-8":
        return ("utf-8",)
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return ("utf-8",)
    return ("utf-8", "latin-1")


def basic(login: ProxyLogin, encoding: str = "utf-8") -> bytes:
    """The value of a Proxy-Authorization header for Basic."""
    return b"Basic " + b64encode(f"{login.user}:{login.password.reveal()}".encode(encoding))


@dataclass(frozen=True, slots=True)
class Request:
    """The parts of a request that Digest covers. `uri`: as in the request line."""

    method: str
    uri: str


def digest(
    login: ProxyLogin, offer: Challenge, request: Request, cnonce: str, encoding: str = "utf-8"
) -> bytes:
    """The value of a Proxy-Authorization header for Digest (RFC 7616, 3.4); first use of a nonce.

    `cnonce`: unpredictable, printable ASCII without quotes.
    """
    given = offer.parameters
    realm, nonce = given.get("realm", ""), given["nonce"]
    user = login.user.encode(encoding)
    realm_octets = _octets(realm)
    name, session = offer.algorithm.removesuffix("-SESS"), offer.algorithm.endswith("-SESS")

    def hashed(octets: bytes) -> str:
        return hashlib.new(_HASHES[name], octets, usedforsecurity=False).hexdigest()

    first = hashed(user + b":" + realm_octets + b":" + login.password.reveal().encode(encoding))
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


def _octets(text: str) -> bytes:
    """Header text back to the octets received: http.client decodes headers as Latin-1."""
    return text.encode("latin-1", errors="replace")


def _escaped(value: bytes) -> bytes:
    """As the inside of a quoted-string; a line break could start another header."""
    cleaned = value.replace(b"\r", b" ").replace(b"\n", b" ").replace(b"\0", b" ")
    return cleaned.replace(b"\\", b"\\\\").replace(b'"', b'\\"')


class ProxyAuthentication:
    """The authentication of one exchange with one proxy, request by request.

    Ask `header` before each request, and call `challenged` after each 407: it returns if the
    request is worth another try.
    """

    def __init__(
        self, proxy: str, logins: ProxyLogins, random_bytes: Callable[[int], bytes]
    ) -> None:
        """`proxy`: host:port. `random_bytes` takes a length in bytes; must be unpredictable."""
        self._proxy = proxy
        self._logins = logins
        self._random_bytes = random_bytes
        self._offer: Challenge | None = None
        self._login: ProxyLogin | None = None
        self._encodings: list[str] = []
        self._renewed = False
        self._challenges = 0

    def header(self, request: Request) -> bytes:
        """The value of Proxy-Authorization for `request`; empty if there is nothing to send."""
        if self._login is None or self._offer is None:
            return b""
        if self._offer.scheme.lower() == "basic":
            return basic(self._login, self._encodings[0])
        cnonce = self._random_bytes(_CNONCE_BYTES).hex()
        return digest(self._login, self._offer, request, cnonce, self._encodings[0])

    def challenged(self, headers: Iterable[str]) -> None:
        """Takes the Proxy-Authenticate headers of a 407 and prepares the next request.

        Raises CertclientError: PROXY_AUTHENTICATION if there is no login, or if it is wrong;
        PROXY_SCHEME if the proxy offers only schemes that are not possible here.
        """
        offers = challenges(headers)
        best = strongest(offers)
        if best is None:
            names = ", ".join(dict.fromkeys(one.scheme for one in offers))
            if not offers:
                raise self._required(offers, wrong=False)
            raise CertclientError(ErrorCode.PROXY_SCHEME, host=self._proxy, schemes=names[:100])
        if self._login is None:
            self._login = self._logins.login(self._proxy)
            if self._login is None:
                raise self._required(offers, wrong=self._logins.has_refused(self._proxy))
        elif self._is_repeated(best):
            self._next_try(self._login, best, offers)
            return
        self._offer = best
        self._encodings = list(encodings(self._login, best))

    def passed(self) -> None:
        """The proxy did not ask again: the login counts as right."""
        if self._login is not None:
            self._logins.accepted(self._proxy, self._login)

    def _is_repeated(self, best: Challenge) -> bool:
        """Whether the login was already sent by the scheme that is offered again.

        A proxy that changes its scheme each time is not followed for ever.
        """
        self._challenges += 1
        if self._challenges > _MAX_CHALLENGES:
            return True
        return self._offer is not None and self._offer.scheme.lower() == best.scheme.lower()

    def _next_try(self, login: ProxyLogin, best: Challenge, offers: tuple[Challenge, ...]) -> None:
        if best.is_stale and not self._renewed:
            self._renewed, self._offer = True, best
            return
        used = self._used_encodings()
        remaining = [one for one in encodings(login, best) if one not in used]
        if not remaining or self._challenges > _MAX_CHALLENGES:
            self._logins.refused(self._proxy, login)
            raise self._required(offers, wrong=True)
        self._offer, self._encodings = best, remaining

    def _used_encodings(self) -> tuple[str, ...]:
        """Tried in the order of `encodings`: everything up to the present one has been used."""
        order = ("utf-8", "latin-1")
        return order[: order.index(self._encodings[0]) + 1]

    def _required(self, offers: tuple[Challenge, ...], *, wrong: bool) -> CertclientError:
        realm = next((one.parameters["realm"] for one in offers if "realm" in one.parameters), "")
        return login_required(
            ProxyLoginRequest(
                proxy=self._proxy,
                realm=_readable(realm),
                schemes=tuple(dict.fromkeys(one.scheme for one in offers)),
                previous_incorrect=wrong,
            )
        )


def _readable(realm: str) -> str:
    """The realm as text: UTF-8 if it is that; control characters become visible."""
    octets = _octets(realm)
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        text = realm
    return "".join(one if one.isprintable() else "\ufffd" for one in text)[:_MAX_REALM]
