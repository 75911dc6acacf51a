"""HTTP to a CA: one POST per message, by requests, with the system's roots or given anchors.

Failures become a CertclientError that locates them: network, proxy, TLS or server. Each message
uses its own connection (a procedure sends three, minutes apart or while waiting), so nothing stays
open and there is nothing to close.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from certclient import __version__
from certclient.ca.network_errors import is_proxy_down, network_error, proxy_refusal
from certclient.ca.openssl_errors import clear_foreign_errors
from certclient.ca.proxies import system_proxies
from certclient.ca.tls.context import TlsAdapter, tls_context
from certclient.ca.tls.interception import KnownRoots, find_interceptor, issuer_name, system_roots
from certclient.ca.tls.probe import TlsRoute, presented_certificates
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.urls import is_loopback
from certclient.platform.proxies.routes import DIRECT, ProxyResolver, Routes

T = TypeVar("T")

_CHUNK = 16 * 1024
_PROXY_AUTHENTICATION_REQUIRED = 407
_BUSY = (429, 503)
_MAX_RETRY_AFTER = 24 * 3600
_MAX_PROXIES = 3
"""Limits the proxies tried from a script's list: each may take a whole timeout."""

_NO_ROUTE = frozenset({ErrorCode.NETWORK_UNREACHABLE, ErrorCode.NETWORK_TIMEOUT})
"""Typical errors if only a proxy leads out and none is known."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, between two reads of a response, and for the whole body."""

    connect: float = 10.0
    read: float = 30.0
    total: float = 60.0


class Transport(Protocol):
    """The HTTP port of a CA client; see HttpTransport for arguments and errors."""

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        """See HttpTransport.post."""
        ...

    def probe(self, url: str) -> Sequence[CertclientError]:
        """See HttpTransport.probe."""
        ...

    def server_time(self) -> datetime | None:
        """See HttpTransport.server_time."""
        ...


class HttpTransport:
    """Sends messages to a CA.

    `tls_anchors`: the only roots trusted for TLS; if empty, the system's. `proxies`: the routes to
    try; None follows the environment and the system. `roots`: returns the public TLS roots, for
    `probe`. `max_bytes`: the maximum response size. `allow_http`: permits plain HTTP to other
    computers. `monotonic` returns seconds that never go back.
    """

    def __init__(
        self,
        tls_anchors: Sequence[Certificate] = (),
        *,
        timeouts: Timeouts = Timeouts(),
        proxies: ProxyResolver | None = None,
        roots: Callable[[], KnownRoots] = system_roots,
        max_bytes: int = 256 * 1024,
        allow_http: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._context = tls_context(tls_anchors)
        self._own_roots = bool(tls_anchors)
        self._timeouts = timeouts
        self._proxies = proxies or system_proxies()
        self._roots = roots
        self._max_bytes = max_bytes
        self._allow_http = allow_http
        self._monotonic = monotonic
        self._server_time: datetime | None = None

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        """Sends `body` and returns the body of the response, which may be a refusal by the CA.

        A response of type `content_type` counts even with an error status (RFC 9811, 3.6).
        Redirects are not followed, cookies not kept. Raises CertclientError: NETWORK_UNREACHABLE,
        NETWORK_TIMEOUT, TLS_UNTRUSTED (data issuer, reason), PROXY_UNREACHABLE,
        PROXY_AUTHENTICATION, PROXY_SCRIPT (proxy settings could not be evaluated, and the server is
        unreachable without them), SERVER_BUSY (data retry_after in seconds, if given), SERVER_ERROR
        (data status), CA_MALFORMED for a response over `max_bytes`.
        """
        headers = {
            "Content-Type": content_type,
            "Accept": content_type,
            # `_read` never decompresses: a small body could expand without limit.
            "Accept-Encoding": "identity",
        }
        # As bytes, not as a stream: requests then sends Content-Length and never chunks.
        request = requests.Request("POST", url, headers=headers, data=body)
        answer, _ = self._exchange(
            request, lambda response: self._answer(response, content_type), self._routes(url)
        )
        return answer

    def get(self, url: str, accept: str) -> bytes:
        """The body of the resource at `url`; `accept` is the media type to request.

        Any error status is an error, whatever the body. Raises as `post`.
        """
        headers = {"Accept": accept, "Accept-Encoding": "identity"}
        request = requests.Request("GET", url, headers=headers)
        answer, _ = self._exchange(
            request, lambda response: self._answer(response, None), self._routes(url)
        )
        return answer

    def probe(self, url: str) -> Sequence[CertclientError]:
        """Sends one HEAD request and raises connection problems as `post` does.

        A server that responds with an error counts as reached. Afterwards `server_time` is known.

        Returns findings to report although the server is reachable: PROXY_SCRIPT (proxy settings
        could not be evaluated; data address, reason) and TLS_OPENED (an intermediary that the
        system trusts reads the traffic; data host, issuer). The latter is checked over a separate
        TLS connection, and only if the system's roots are in use.
        """
        routes = self._routes(url)
        _, route = self._exchange(requests.Request("HEAD", url), self._note_response, routes)
        opened = None if self._own_roots else self._interception_error(url, route)
        return [remark for remark in (routes.problem, opened) if remark is not None]

    def server_time(self) -> datetime | None:
        """The last response's Date header, aware; None before any, or if it had no valid one."""
        return self._server_time

    def _exchange(
        self,
        request: requests.Request,
        read: Callable[[requests.Response], T],
        routes: Routes,
    ) -> tuple[T, str]:
        """Sends over the first route that is open.

        Returns the result of `read`, and the proxy that was used (DIRECT for none).
        """
        request.headers |= {"User-Agent": f"certclient/{__version__}", "Connection": "close"}
        *others, last = routes.addresses[:_MAX_PROXIES] or (DIRECT,)
        for proxy in others:
            try:
                return self._send(request, read, proxy), proxy
            except CertclientError as error:
                if not is_proxy_down(error):
                    raise
        try:
            return self._send(request, read, last), last
        except CertclientError as error:
            if routes.problem is not None and error.code in _NO_ROUTE:
                raise routes.problem from error
            raise

    def _send(
        self, request: requests.Request, read: Callable[[requests.Response], T], proxy: str
    ) -> T:
        """Sends over a connection of its own and reads the response with `read`."""
        clear_foreign_errors()
        try:
            with requests.Session() as session:
                # The environment must not add proxies, .netrc credentials or CA bundles.
                session.trust_env = False
                session.mount("https://", TlsAdapter(self._context))
                with session.send(
                    request.prepare(),
                    proxies={"http": proxy, "https": proxy} if proxy else {},
                    timeout=(self._timeouts.connect, self._timeouts.read),
                    stream=True,
                    allow_redirects=False,
                ) as response:
                    if response.status_code == _PROXY_AUTHENTICATION_REQUIRED:
                        raise proxy_refusal(response.status_code, proxy)
                    return read(response)
        except (requests.RequestException, HTTPError) as error:
            raise self._network_error(error, request.url, proxy) from error

    def _check_scheme(self, url: str) -> None:
        parts = urlsplit(url)
        local = is_loopback(parts.hostname or "")
        if parts.scheme != "https" and not local and not self._allow_http:
            raise CertclientError(ErrorCode.TLS_UNTRUSTED, reason="not https", issuer="")

    def _routes(self, url: str) -> Routes:
        self._check_scheme(url)
        return self._proxies.routes(url)

    def _interception_error(self, url: str, proxy: str) -> CertclientError | None:
        """TLS_OPENED if an intermediary that the system trusts impersonates the server."""
        parts = urlsplit(url)
        if parts.scheme != "https":
            return None
        name = find_interceptor(self._tls_route(url, proxy), self._roots())
        if name is None:
            return None
        return CertclientError(ErrorCode.TLS_OPENED, host=parts.hostname or "", issuer=name)

    def _tls_route(self, url: str, proxy: str) -> TlsRoute:
        return TlsRoute(url, proxy, self._timeouts.connect)

    def _note_response(self, response: requests.Response) -> None:
        """Accepts any response; records the server's time."""
        self._server_time = _http_date(response.headers.get("Date", ""))

    def _answer(self, response: requests.Response, content_type: str | None) -> bytes:
        self._note_response(response)
        status = response.status_code
        if status in _BUSY:
            raise CertclientError(ErrorCode.SERVER_BUSY, status=str(status), **self._wait(response))
        told_type = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
        redirected = 300 <= status < 400
        if redirected or (status >= 400 and told_type != content_type):
            raise CertclientError(ErrorCode.SERVER_ERROR, status=str(status))
        body = self._read(response.raw)
        if not body:  # http.client does not report a response that ends within its headers
            host = urlsplit(response.url).hostname or ""
            raise CertclientError(ErrorCode.NETWORK_UNREACHABLE, host=host, reason="empty answer")
        return body

    def _read(self, raw: BaseHTTPResponse) -> bytes:
        """Reads in chunks, so that neither an endless nor a dripping response blocks us."""
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
        """Retry-After (RFC 9110, 10.2.3): seconds, or a date relative to the server's own clock."""
        status_error = response.headers.get("Retry-After", "").strip()
        moment = _http_date(status_error)
        if status_error.isascii() and status_error.isdigit() and len(status_error) < 10:
            seconds = int(status_error)
        elif moment is not None:
            now = self._server_time or datetime.now(UTC)
            seconds = int((moment - now).total_seconds())
        else:
            return {}
        return {"retry_after": str(min(max(seconds, 0), _MAX_RETRY_AFTER))}

    def _network_error(self, error: Exception, url: str, proxy: str) -> CertclientError:
        found = network_error(error, urlsplit(url).hostname or "", proxy)
        if found.code is not ErrorCode.TLS_UNTRUSTED:
            return found
        shown = presented_certificates(self._tls_route(url, proxy))
        return CertclientError(found.code, **{**found.data, "issuer": issuer_name(shown)})


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
