"""HTTP authentication by user ID and issue code: Basic (RFC 7617) and Digest (RFC 7616)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from certclient.model.secret import Secret
from certclient_practice.bank.clock import Clock
from certclient_practice.bank.policy import HttpScheme
from certclient_practice.est.messages import EstRequest

REALM = "Practice Bank EST"
NONCE_VALID = timedelta(minutes=5)

_FIELD = re.compile(r'\s*([A-Za-z][A-Za-z0-9*-]*)\s*=\s*(?:"([^"\\]*)"|([^\s",]+))\s*(?:,|$)')
_COUNT = re.compile(r"[0-9a-f]{8}")
_HASHES: Mapping[HttpScheme, Callable[[bytes], str]] = {
    HttpScheme.DIGEST_SHA256: lambda data: hashlib.sha256(data).hexdigest(),
    # What a client may still ask for (RFC 7616, 6.1): the code travels within TLS.
    HttpScheme.DIGEST_MD5: lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
}


@dataclass(frozen=True, slots=True)
class HttpCredential:
    """A user ID and a way to find out whether the request was made with a code."""

    user_id: str
    proves: Callable[[Secret], bool]


class ChallengeNeededError(Exception):
    """The request carries no credential that can be checked. `stale`: only its nonce is too old."""

    def __init__(self, *, stale: bool = False) -> None:
        super().__init__("stale nonce" if stale else "no usable credential")
        self.stale = stale


class HttpAuthentication:
    """Writes challenges and reads credentials. Thread-safe; `clock` is the machine's time.

    Nonces are not stored: each holds its time and a MAC. They are valid for NONCE_VALID and until
    the bank ends. One may be used repeatedly; a repeated request is harmless, as it gets the same
    certificate.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)

    def challenges(
        self, schemes: tuple[HttpScheme, ...], *, stale: bool = False
    ) -> tuple[tuple[str, str], ...]:
        """Returns the WWW-Authenticate headers of a 401, the preferred scheme first."""
        return tuple(("WWW-Authenticate", self._challenge(scheme, stale)) for scheme in schemes)

    def credential(self, request: EstRequest, schemes: tuple[HttpScheme, ...]) -> HttpCredential:
        """Reads the Authorization header. Raises ChallengeNeededError."""
        kind, _, value = (request.authorization or "").strip().partition(" ")
        if kind.lower() == "basic" and HttpScheme.BASIC in schemes:
            return _basic(value)
        if kind.lower() == "digest":
            return self._digest(request, _fields(value), schemes)
        raise ChallengeNeededError

    def _challenge(self, scheme: HttpScheme, stale: bool) -> str:
        if scheme is HttpScheme.BASIC:
            return f'Basic realm="{REALM}", charset="UTF-8"'
        again = ", stale=true" if stale else ""
        return (
            f'Digest realm="{REALM}", qop="auth", algorithm={scheme.value}, '
            f'nonce="{self._nonce(self._clock())}", charset=UTF-8{again}'
        )

    def _digest(
        self, request: EstRequest, fields: Mapping[str, str], schemes: tuple[HttpScheme, ...]
    ) -> HttpCredential:
        algorithm = fields.get("algorithm", HttpScheme.DIGEST_MD5.value).upper()
        offered = {scheme.value: scheme for scheme in schemes if scheme in _HASHES}
        fits = (
            fields.get("realm") == REALM
            and fields.get("uri") == request.target
            and fields.get("qop") == "auth"
            and _COUNT.fullmatch(fields.get("nc", "").lower()) is not None
            and {"username", "nonce", "cnonce", "response"} <= fields.keys()
        )
        if not fits or algorithm not in offered:
            raise ChallengeNeededError
        if not self._fresh(fields["nonce"]):
            # Not verified, so it reveals nothing about the code, and counts as no attempt.
            raise ChallengeNeededError(stale=True)
        digest = _HASHES[offered[algorithm]]

        def proves(code: Secret) -> bool:
            expected = _response(digest, request.method, fields, code)
            return hmac.compare_digest(expected.encode(), fields["response"].lower().encode())

        return HttpCredential(fields["username"], proves)

    def _nonce(self, now: datetime) -> str:
        time = f"{int(now.timestamp()):x}"
        return f"{time}-{hmac.digest(self._key, time.encode(), 'sha256').hex()}"

    def _fresh(self, nonce: str) -> bool:
        time = nonce.partition("-")[0]
        mac = f"{time}-{hmac.digest(self._key, time.encode(), 'sha256').hex()}"
        if not hmac.compare_digest(mac.encode(), nonce.encode()):
            return False
        return abs(self._clock().timestamp() - int(time, 16)) <= NONCE_VALID.total_seconds()


def _basic(value: str) -> HttpCredential:
    try:
        text = base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise ChallengeNeededError from error
    user_id, colon, sent = text.partition(":")
    if not colon:
        raise ChallengeNeededError
    return HttpCredential(
        user_id, lambda code: hmac.compare_digest(code.reveal().encode(), sent.encode())
    )


def _fields(value: str) -> Mapping[str, str]:
    """Returns the parameters by lower-case name. Raises ChallengeNeededError for anything odd."""
    fields: dict[str, str] = {}
    position = 0
    while position < len(value):
        match = _FIELD.match(value, position)
        name = match.group(1).lower() if match else ""
        if match is None or name in fields:
            raise ChallengeNeededError
        fields[name] = match.group(2) if match.group(2) is not None else match.group(3)
        position = match.end()
    return fields


def _response(
    digest: Callable[[bytes], str], method: str, fields: Mapping[str, str], code: Secret
) -> str:
    """Computes `response` (RFC 7616, 3.4.1) for qop=auth."""
    a1 = digest(f"{fields['username']}:{REALM}:{code.reveal()}".encode())
    a2 = digest(f"{method}:{fields['uri']}".encode())
    middle = (fields["nonce"], fields["nc"], fields["cnonce"], fields["qop"])
    return digest(":".join([a1, *middle, a2]).encode())
