"""Requests, routes and responses of the WinHTTP transport as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from certclient.ca.answers import ResponseHead, host_of
from certclient.ca.network_errors import NoAnswerError
from certclient.ca.transport import USER_AGENT, Timeouts
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.proxies.routes import Routes
from certclient.platform.windows_dll import WindowsCallError
from certclient.platform.winhttp import declarations as winhttp
from certclient.platform.winhttp.exchange import Exchange


@dataclass(frozen=True, slots=True)
class WinHttpRequest:
    """A request to `url`. `headers`: besides those of every request.

    `client`: the PCCERT_CONTEXT to log in with; None for none.
    """

    method: str
    url: str
    timeouts: Timeouts
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    """May hold a bank's PIN."""
    client: Any = field(default=None, repr=False)

    @property
    def lines(self) -> str:
        """All headers that WinHTTP does not add itself."""
        every = (("User-Agent", USER_AGENT), ("Connection", "close"))
        return "".join(f"{name}: {value}\r\n" for name, value in (*every, *self.headers))


@dataclass(frozen=True, slots=True)
class WinHttpResponse:
    """A response. `body`: as it was sent; None if it was too long. `chain`: the server's (DER)."""

    head: ResponseHead
    body: bytes | None
    chain: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Way:
    """A route as WinHTTP takes it. `proxy`: host:port, "" for none; else see Routes."""

    proxy: str
    exceptions: str
    announced: bool

    @classmethod
    def of(cls, address: str, routes: Routes) -> Way:
        """Raises CertclientError(PROXY_SETTING) for a proxy that WinHTTP cannot use."""
        parts = urlsplit(address)
        if address and parts.scheme != "http":
            raise CertclientError(
                ErrorCode.PROXY_SETTING, setting=routes.setting, reason="unknown scheme"
            )
        return cls(parts.netloc, routes.exceptions, routes.announced)


def unanswered_error(
    error: CertclientError, exchange: Exchange, message: WinHttpRequest, way: Way
) -> CertclientError:
    """Marks a network error that came after the connection to the server stood."""
    plain = message.url.startswith("http:") and not way.proxy
    if not (exchange.secured or (plain and exchange.connected)):
        return error
    marked = NoAnswerError(error.code, **error.data)
    marked.chain = exchange.chain
    return marked


def is_cut_off(head: ResponseHead, body: bytes) -> bool:
    """Whether the body is shorter than announced; WinHTTP itself checks chunks."""
    length = head.headers.get("content-length", "")
    chunked = "transfer-encoding" in head.headers
    return not chunked and length.isascii() and length.isdigit() and len(body) < int(length)


_UNUSABLE = frozenset(
    {
        winhttp.ERROR_CLIENT_AUTH_CERT_NEEDED,
        winhttp.ERROR_SECURE_CHANNEL,
        winhttp.ERROR_CLIENT_CERT_NO_PRIVATE_KEY,
        winhttp.ERROR_CLIENT_CERT_NO_ACCESS_PRIVATE_KEY,
    }
)
"""How a handshake ends in which the client certificate was at fault, or may have been."""

_CLOSED = frozenset(
    {
        winhttp.ERROR_CONNECTION_ERROR,
        winhttp.ERROR_INVALID_SERVER_RESPONSE,
        winhttp.ERROR_SECURE_CHANNEL,
        winhttp.ERROR_SECURE_FAILURE,
    }
)
"""Codes for a connection that the server closes after the handshake, which is when a TLS 1.3
server rejects a client certificate (RFC 8446, 4.4.2.4 and 6.2)."""


def client_refusal(
    error: WindowsCallError, exchange: Exchange, message: WinHttpRequest
) -> CertclientError | None:
    """CLIENT_CERTIFICATE_REFUSED, with doubts, if a failed call may mean that; else None.

    WinHTTP does not tell which alert the server has sent, if any.
    """
    if message.client is None:
        return None
    after = exchange.secured and error.function == "WinHttpReceiveResponse"
    if error.code not in _UNUSABLE and not (after and error.code in _CLOSED):
        return None
    return CertclientError(
        ErrorCode.CLIENT_CERTIFICATE_REFUSED,
        host=host_of(message.url),
        reason=winhttp.error_text(error.function, error.code),
        doubt="yes",
    )
