"""The issue code as HTTP authentication of an EST request (RFC 7030, 3.2.3).

The code is sent only after the server asked for it, so over the connection whose TLS the profile's
anchors have verified, and by the strongest scheme that the server offers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from certclient.ca.client import IssueCodeCredential
from certclient.ca.http.challenges import (
    Challenge,
    Request,
    basic,
    challenges,
    digest,
    strongest,
)
from certclient.ca.transport import HttpRequest, HttpResponse, Transport
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.secret import Secret

_UNAUTHORIZED = 401
_CNONCE_BYTES = 16


@dataclass(frozen=True, slots=True)
class _CodeLogin:
    """User ID and issue code as `ca.http.challenges.Login`."""

    user: str
    password: Secret


def send_with_code(
    transport: Transport,
    request: HttpRequest,
    credential: IssueCodeCredential,
    random_bytes: Callable[[int], bytes],
) -> HttpResponse:
    """Sends `request`, with the code if the server asks for it; returns the final response.

    The code is sent once only, as attempts are limited: a second 401 is the response, except for a
    nonce that was too old (RFC 7616, 3.3), which says nothing about the code. Raises CA_REQUIREMENT
    for a server that offers neither Basic nor Digest, and as `Transport.exchange`.
    """
    login = _CodeLogin(credential.user_id, credential.issue_code)
    response = transport.exchange(request)
    for may_be_stale in (True, False):
        offer = _offer(response, login)
        if offer is None:
            break
        cnonce = random_bytes(_CNONCE_BYTES).hex()
        header = ("Authorization", _authorization(login, offer, request, cnonce))
        response = transport.exchange(replace(request, headers=(*request.headers, header)))
        stale = any(one.is_stale for one in _challenges(response))
        if not (may_be_stale and response.status == _UNAUTHORIZED and stale):
            break
    return response


def code_refused(response: HttpResponse) -> bool:
    """Whether a response of `send_with_code` says that user ID or code are wrong."""
    return response.status == _UNAUTHORIZED


def _challenges(response: HttpResponse) -> Sequence[Challenge]:
    return challenges([response.head.headers.get("www-authenticate", "")])


def _offer(response: HttpResponse, login: _CodeLogin) -> Challenge | None:
    """The challenge to respond to; None if the server does not ask.

    A 401 must say how (RFC 9110, 11.6.1); some servers do not, and mean Basic.
    """
    if response.status != _UNAUTHORIZED:
        return None
    offers = _challenges(response) or [Challenge("Basic")]
    # A colon would end the user ID of Basic (RFC 7617, 2).
    possible = [one for one in offers if ":" not in login.user or one.scheme.lower() != "basic"]
    best = strongest(possible)
    if best is None:
        names = ", ".join(dict.fromkeys(one.scheme for one in offers))
        requirement = f"HTTP authentication by {names}"
        raise CertclientError(ErrorCode.CA_REQUIREMENT, requirement=requirement[:200])
    return best


def _authorization(login: _CodeLogin, offer: Challenge, request: HttpRequest, cnonce: str) -> str:
    """The header's octets as Latin-1; user ID and code in UTF-8, and in nothing else: another
    encoding would cost another attempt."""
    if offer.scheme.lower() == "basic":
        return basic(login).decode("latin-1")
    parts = urlsplit(request.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return digest(login, offer, Request(request.method, target), cnonce).decode("latin-1")
