"""HTTP to a CA: one POST per message, by requests over the system's trust or given anchors.

What goes wrong on the way becomes a CertclientError that says where: network, proxy, TLS, server.
Every message has a connection of its own (a procedure sends three, minutes apart or waiting), so
nothing stays open and there is nothing to close.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

import requests
import truststore
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from certclient import __version__
from certclient.ca.network_errors import network_error, proxy_refusal
from certclient.ca.openssl_errors import forget_foreign_errors
from certclient.ca.tls_probe import issuer_seen
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.urls import is_loopback

T = TypeVar("T")

_CHUNK = 16 * 1024
_PROXY_AUTHENTICATION_REQUIRED = 407
_BUSY = (429, 503)
_MAX_RETRY_AFTER = 24 * 3600


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, between two pieces of an answer, and for the whole body of it."""

    connect: float = 10.0
    read: float = 30.0
    total: float = 60.0


class Transport(Protocol):
    """What a CA client needs of HTTP; see HttpTransport for arguments and errors."""

    def post(self, url: str, body: bytes, content_type: str) -> bytes: ...

    def probe(self, url: str) -> None: ...

    def server_time(self) -> datetime | None: ...


class HttpTransport:
    """Sends messages to a CA.

    `tls_anchors`: exactly these roots are trusted for TLS; none given: those of the system.
    `proxies`: by scheme as in requests; None means the system's settings (never for loopback).
    `max_bytes`: the longest answer that is read. `monotonic` gives seconds that never go back.
    """

    def __init__(
        self,
        tls_anchors: Sequence[Certificate] = (),
        *,
        timeouts: Timeouts = Timeouts(),
        proxies: Mapping[str, str] | None = None,
        max_bytes: int = 256 * 1024,
        allow_http: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._context = _tls_context(tls_anchors)
        self._timeouts = timeouts
        self._proxies = proxies
        self._max_bytes = max_bytes
        self._allow_http = allow_http
        self._monotonic = monotonic
        self._server_time: datetime | None = None

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        """Sends `body` and returns the body of the answer, whatever the CA says in it.

        An answer of type `content_type` counts also with an error status (RFC 9811, 3.6).
        Redirects are not followed, cookies not kept. Raises CertclientError: NETWORK_UNREACHABLE,
        NETWORK_TIMEOUT, TLS_UNTRUSTED (data issuer, reason), PROXY_UNREACHABLE,
        PROXY_AUTHENTICATION, SERVER_BUSY (data retry_after in seconds where told), SERVER_ERROR
        (data status), CA_MALFORMED for an answer that is too long.
        """
        headers = {
            "Content-Type": content_type,
            "Accept": content_type,
            "Accept-Encoding": "identity",
        }
        request = requests.Request("POST", url, headers=headers, data=body)
        return self._exchange(request, lambda response: self._answer(response, content_type))

    def probe(self, url: str) -> None:
        """One HEAD request: raises what stands in the way to the server, as `post` does, and
        afterwards `server_time` knows. A server that answers with an error has been reached."""
        self._exchange(requests.Request("HEAD", url), self._heard)

    def server_time(self) -> datetime | None:
        """The Date header of the last answer, aware; None before any or where there was none."""
        return self._server_time

    def _exchange(self, request: requests.Request, read: Callable[[requests.Response], T]) -> T:
        """Sends over a connection of its own and reads the answer with `read`."""
        url = request.url
        self._check_scheme(url)
        proxies = self._proxies_for(url)
        request.headers |= {"User-Agent": f"certclient/{__version__}", "Connection": "close"}
        forget_foreign_errors()
        try:
            with requests.Session() as session:
                session.trust_env = False
                session.mount("https://", _TlsAdapter(self._context))
                with session.send(
                    request.prepare(),
                    proxies=proxies,
                    timeout=(self._timeouts.connect, self._timeouts.read),
                    stream=True,
                    allow_redirects=False,
                ) as response:
                    return read(response)
        except (requests.RequestException, HTTPError) as error:
            raise self._network_error(error, url, select_proxy(url, proxies)) from error

    def _check_scheme(self, url: str) -> None:
        parts = urlsplit(url)
        local = is_loopback(parts.hostname or "")
        if parts.scheme != "https" and not local and not self._allow_http:
            raise CertclientError(ErrorCode.TLS_UNTRUSTED, reason="not https", issuer="")

    def _proxies_for(self, url: str) -> dict[str, str]:
        if self._proxies is not None:
            return dict(self._proxies)
        local = is_loopback(urlsplit(url).hostname or "")
        return {} if local else get_environ_proxies(url)

    def _heard(self, response: requests.Response) -> None:
        """Any answer: notes the server's time. Raises PROXY_AUTHENTICATION, which is no answer."""
        self._server_time = _http_date(response.headers.get("Date", ""))
        if response.status_code == _PROXY_AUTHENTICATION_REQUIRED:
            raise proxy_refusal(response.status_code)

    def _answer(self, response: requests.Response, content_type: str) -> bytes:
        self._heard(response)
        status = response.status_code
        if status in _BUSY:
            raise CertclientError(ErrorCode.SERVER_BUSY, status=str(status), **self._wait(response))
        told_type = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
        redirected = 300 <= status < 400
        if redirected or (status >= 400 and told_type != content_type):
            raise CertclientError(ErrorCode.SERVER_ERROR, status=str(status))
        body = self._read(response.raw)
        if not body:  # cut off among the headers, where http.client notices nothing
            host = urlsplit(response.url).hostname or ""
            raise CertclientError(ErrorCode.NETWORK_UNREACHABLE, host=host, reason="empty answer")
        return body

    def _read(self, raw: BaseHTTPResponse) -> bytes:
        """Piece by piece, so that neither an endless nor a dripping answer holds us."""
        end = self._monotonic() + self._timeouts.total
        received = bytearray()
        while piece := raw.read1(_CHUNK, decode_content=False):
            received += piece
            if len(received) > self._max_bytes:
                raise CertclientError(ErrorCode.CA_MALFORMED, reason="answer too long")
            if self._monotonic() > end:
                raise CertclientError(ErrorCode.NETWORK_TIMEOUT, phase="answer")
        return bytes(received)

    def _wait(self, response: requests.Response) -> dict[str, str]:
        """Retry-After (RFC 9110, 10.2.3): seconds, or a date by the server's own clock."""
        told = response.headers.get("Retry-After", "").strip()
        moment = _http_date(told)
        if told.isascii() and told.isdigit() and len(told) < 10:
            seconds = int(told)
        elif moment is not None:
            now = self._server_time or datetime.now(UTC)
            seconds = int((moment - now).total_seconds())
        else:
            return {}
        return {"retry_after": str(min(max(seconds, 0), _MAX_RETRY_AFTER))}

    def _network_error(self, error: Exception, url: str, proxy: str | None) -> CertclientError:
        found = network_error(error, urlsplit(url).hostname or "", proxied=proxy is not None)
        if found.code is not ErrorCode.TLS_UNTRUSTED:
            return found
        issuer = issuer_seen(url, proxy, self._timeouts.connect)
        return CertclientError(found.code, **{**found.data, "issuer": issuer})


class _TlsAdapter(HTTPAdapter):
    """Trusts what its context trusts. requests would add its own bundle of roots to it."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **kwargs: Any
    ) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=self._context, **kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        conn.cert_reqs = "CERT_REQUIRED"


def _tls_context(anchors: Sequence[Certificate]) -> ssl.SSLContext:
    forget_foreign_errors()
    if not anchors:
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=b"".join(anchor.der for anchor in anchors))
    return context


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
