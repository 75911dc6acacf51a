"""HTTP to a CA over WinHTTP: Windows' proxies and their logins, SChannel, Windows' roots.

One connection per message. Failures become a CertclientError that locates them: network, proxy, TLS
or server.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from certclient.ca.answers import (
    ResponseHead,
    check_body,
    check_origin,
    check_resource,
    check_status,
    host_of,
    too_long,
)
from certclient.ca.http.content import decoded
from certclient.ca.network_errors import NoAnswerError, tunnel_refusal
from certclient.ca.proxies import system_proxies
from certclient.ca.routing import over_routes, routes_to
from certclient.ca.tls.interception import (
    KnownRoots,
    certificates,
    interceptor_in,
    issuer_name,
    system_roots,
)
from certclient.ca.transport import (
    DEFAULT_MAX_BYTES,
    DEFAULT_TIMEOUTS,
    HttpRequest,
    HttpResponse,
    Timeouts,
    TlsIdentity,
)
from certclient.ca.transports.winhttp_messages import (
    Way,
    WinHttpRequest,
    WinHttpResponse,
    client_refusal,
    is_cut_off,
    unanswered_error,
)
from certclient.model.certificate import Certificate
from certclient.model.clock_error import CLOCK_LIMIT, clock_wrong
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import SystemSigner
from certclient.model.tls_server import has_subject_alternative_name, reason_against_server
from certclient.platform.proxies.logins import ProxyLogins
from certclient.platform.proxies.routes import ProxyResolver, Routes
from certclient.platform.windows_dll import WindowsCallError
from certclient.platform.winhttp import declarations as winhttp
from certclient.platform.winhttp.errors import is_tls_failure, network_error, tls_reason
from certclient.platform.winhttp.exchange import Exchange, Limits, OutgoingRequest, Tls
from certclient.platform.winhttp.proxy_login import WindowsProxyLogin

Accept = Callable[[ResponseHead], None]
"""Raises CertclientError if the body is not to be read."""


class WinHttpTransport:
    """The `ca.transport.Transport` of Windows. Arguments: see `transports.http.HttpTransport`."""

    def __init__(
        self,
        tls_anchors: Sequence[Certificate] = (),
        *,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        proxies: ProxyResolver | None = None,
        logins: ProxyLogins | None = None,
        roots: Callable[[], KnownRoots] | None = None,
        max_bytes: int = DEFAULT_MAX_BYTES,
        allow_http: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._anchors = tuple(anchor.der for anchor in tls_anchors)
        self._timeouts = timeouts
        self._proxies = proxies or system_proxies()
        self._logins = logins or ProxyLogins()
        self._roots = roots or system_roots
        self._max_bytes = max_bytes
        self._allow_http = allow_http
        self._monotonic = monotonic
        self._clock = clock
        self._lock = threading.Lock()
        self._running: Exchange | None = None
        self._server_time: datetime | None = None

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        """See Transport.post."""
        headers = (
            ("Content-Type", content_type),
            ("Accept", content_type),
            ("Accept-Encoding", "identity"),
        )
        message = WinHttpRequest("POST", url, self._timeouts, headers, body)
        answer = self._exchange(
            message, self._routes(url), lambda head: check_status(head, content_type)
        )
        return check_body(answer.head, self._decoded(answer))

    def get(self, url: str, accept: str) -> bytes:
        """See Transport.get."""
        headers = (("Accept", accept), ("Accept-Encoding", "identity"))
        message = WinHttpRequest("GET", url, self._timeouts, headers)
        answer = self._exchange(message, self._routes(url), check_resource)
        return check_body(answer.head, self._decoded(answer))

    def exchange(self, request: HttpRequest) -> HttpResponse:
        """See Transport.exchange."""
        if request.identity is None:
            return self._whole(request, None)
        if urlsplit(request.url).scheme != "https":
            raise CertclientError(ErrorCode.TLS_UNTRUSTED, reason="not https", issuer="")
        signer = request.identity.signer
        if not isinstance(signer, SystemSigner):
            raise CertclientError(ErrorCode.KEY_UNSUPPORTED, problem="tls")
        with signer.client_context(request.identity.certificate) as context:
            return self._whole(request, context)

    def can_authenticate(self, identity: TlsIdentity) -> bool:
        """See Transport.can_authenticate."""
        return isinstance(identity.signer, SystemSigner)

    def probe(self, url: str) -> Sequence[CertclientError]:
        """See Transport.probe. TLS_OPENED is found in the chain of this request's connection, and
        only if Windows' roots are in use."""
        routes = self._routes(url)
        limits = self._timeouts.for_head()
        unanswered: CertclientError | None = None
        try:
            answer = self._exchange(WinHttpRequest("HEAD", url, limits), routes, lambda _head: None)
            chain = answer.chain
        except NoAnswerError as error:
            unanswered = CertclientError(ErrorCode.PROBE_UNANSWERED, **error.data)
            chain = error.chain
        opened = None if self._anchors else self._interception_error(url, chain)
        return [remark for remark in (routes.problem, unanswered, opened) if remark is not None]

    def kept_open(self) -> AbstractContextManager[None]:
        """See Transport.kept_open. Keeps none open: WinHTTP does not say whether it repeats a POST
        by itself if the server has just closed the connection, and only the caller may do that."""
        return nullcontext()

    def interrupt(self) -> None:
        """See Transport.interrupt."""
        with self._lock:
            if self._running is not None:
                self._running.interrupt()

    def server_time(self) -> datetime | None:
        """See Transport.server_time."""
        return self._server_time

    def _routes(self, url: str) -> Routes:
        return routes_to(url, self._proxies, self._logins, allow_http=self._allow_http)

    def _whole(self, request: HttpRequest, client: Any) -> HttpResponse:
        """`client`: a PCCERT_CONTEXT, or None."""
        headers = request.all_headers
        message = WinHttpRequest(
            request.method, request.url, self._timeouts, headers, request.body, client
        )
        answer = self._exchange(message, self._routes(request.url), check_origin)
        body = b"" if request.method == "HEAD" else self._decoded(answer)
        return HttpResponse(answer.head, body)

    def _exchange(self, message: WinHttpRequest, routes: Routes, accept: Accept) -> WinHttpResponse:
        answer, _ = over_routes(
            routes, lambda address: self._send(message, Way.of(address, routes), accept)
        )
        return answer

    def _send(self, message: WinHttpRequest, way: Way, accept: Accept) -> WinHttpResponse:
        """Sends over a connection of its own."""
        # Anchors of the profile replace Windows' roots: `_check_server` verifies the chain.
        ignored = winhttp.SECURITY_FLAG_IGNORE_UNKNOWN_CA if self._anchors else 0
        tls = Tls(self._check_server(message.url), ignored, message.client)
        with self._open(message, way, tls) as exchange, self._noted(exchange):
            try:
                self._pass_proxy(exchange, message, way)
                head = ResponseHead.of(
                    message.url, winhttp.status_code(exchange.handle), exchange.headers()
                )
                self._server_time = head.date
                accept(head)
                body = b"" if message.method == "HEAD" else exchange.read(self._max_bytes)
            except WindowsCallError as error:
                raise self._error(error, exchange, message, way) from error
            except CertclientError as error:
                raise self._completed(error, exchange, message, way) from error
            return WinHttpResponse(head, body, exchange.chain)

    def _open(self, message: WinHttpRequest, way: Way, tls: Tls) -> Exchange:
        request = OutgoingRequest(
            message.method, message.url, message.lines, message.body, way.proxy, way.exceptions
        )
        limit = message.timeouts
        end = self._monotonic() + limit.total
        try:
            return Exchange(request, Limits(limit.connect, limit.read, end, self._monotonic), tls)
        except WindowsCallError as error:  # a host name that WinHTTP does not take, for example
            raise network_error(error, host_of(message.url), "", connected=False) from error

    def _pass_proxy(self, exchange: Exchange, message: WinHttpRequest, way: Way) -> None:
        """Sends until the response is the server's. Raises CertclientError: PROXY_…"""
        login = WindowsProxyLogin(way.proxy, self._logins, as_windows_user=not way.announced)
        # A server's own 407, behind TLS, is no question of the proxy's.
        while (
            (status := exchange.send()) == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED
            and way.proxy
            and not exchange.secured
        ):
            login.challenged(exchange)
        if message.url.startswith("https:") and not exchange.secured:
            # Without TLS, this is the proxy's response to CONNECT.
            raise tunnel_refusal(status, way.proxy, host_of(message.url))
        login.passed()

    def _check_server(self, url: str) -> Callable[[Sequence[bytes]], None]:
        """The check of a server's chain; WinHTTP makes its own as well."""
        host = urlsplit(url).hostname or ""

        def check(chain: Sequence[bytes]) -> None:
            reason = ""
            if self._anchors:
                reason = reason_against_server(chain, host, self._anchors, self._clock())
            elif not has_subject_alternative_name(chain[0]):
                reason = "host name mismatch: no subjectAltName"
            if reason:
                raise CertclientError(ErrorCode.TLS_UNTRUSTED, reason=reason)

        return check

    def _error(
        self, error: WindowsCallError, exchange: Exchange, message: WinHttpRequest, way: Way
    ) -> CertclientError:
        if refusal := client_refusal(error, exchange, message):
            return refusal
        host = host_of(message.url)
        if exchange.secured or not is_tls_failure(error):
            direct = exchange.resolved_host == urlsplit(message.url).hostname
            proxy = "" if direct else way.proxy
            found = network_error(error, host, proxy, connected=exchange.connected)
            return unanswered_error(found, exchange, message, way)
        if wrong := self._clock_error(message, way):
            return wrong
        chain = self._presented(message, way)
        reason = tls_reason(error, exchange.security_failure)
        if chain and not exchange.security_failure:
            reason = self._reason_against(chain, urlsplit(message.url).hostname or "")
        return CertclientError(
            ErrorCode.TLS_UNTRUSTED,
            host=host,
            issuer=issuer_name(certificates(chain)),
            reason=reason,
        )

    def _reason_against(self, chain: Sequence[bytes], host: str) -> str:
        """Why `chain` was refused, where WinHTTP does not say (Wine)."""
        # Without anchors, only Windows knows the roots: any will do for the other reasons.
        anchors = self._anchors or chain[-1:]
        reason = reason_against_server(chain, host, anchors, self._clock())
        return reason or "no path to a trusted issuer"

    def _presented(self, message: WinHttpRequest, way: Way) -> Sequence[bytes]:
        """The chain that the server presents, unverified, for messages only; empty on failure.

        WinHTTP does not give the chain of a connection that it refuses. A second one, over which no
        request is sent, ignores what is wrong with it.
        """

        def refuse(_chain: Sequence[bytes]) -> None:
            raise CertclientError(ErrorCode.TLS_UNTRUSTED)

        probe = WinHttpRequest("HEAD", message.url, message.timeouts)
        tls = Tls(refuse, winhttp.SECURITY_FLAG_IGNORE_ALL)
        with self._open(probe, way, tls) as exchange:
            try:
                self._pass_proxy(exchange, probe, way)
            except (CertclientError, WindowsCallError):
                return exchange.chain
        return ()

    @contextmanager
    def _noted(self, exchange: Exchange) -> Iterator[None]:
        """Lets `interrupt` end `exchange` meanwhile."""
        with self._lock:
            self._running = exchange
        try:
            yield
        finally:
            with self._lock:
                self._running = None

    def _completed(
        self, error: CertclientError, exchange: Exchange, message: WinHttpRequest, way: Way
    ) -> CertclientError:
        """The error with what only the exchange knows."""
        if error.code is ErrorCode.NETWORK_TIMEOUT:
            return unanswered_error(error, exchange, message, way)
        if error.code is not ErrorCode.TLS_UNTRUSTED:
            return error
        if wrong := self._clock_error(message, way):
            return wrong
        named = {"host": host_of(message.url), "issuer": issuer_name(certificates(exchange.chain))}
        return CertclientError(error.code, **{**error.data, **named})

    def _clock_error(self, message: WinHttpRequest, way: Way) -> CertclientError | None:
        """CLOCK_WRONG if only the dates of the server's certificates do not suit the clock.

        As `ca.tls.clock.clock_error`: nothing here is trusted, it only selects the error.
        """
        host = urlsplit(message.url).hostname or ""

        def check(chain: Sequence[bytes]) -> None:
            began = Certificate.read(chain[0]).not_before
            roots = self._anchors or chain[-1:]  # without anchors, Windows judges the roots
            if reason := reason_against_server(chain, host, roots, began):
                raise CertclientError(ErrorCode.TLS_UNTRUSTED, reason=reason)

        unknown_ca = winhttp.SECURITY_FLAG_IGNORE_UNKNOWN_CA if self._anchors else 0
        tls = Tls(check, winhttp.SECURITY_FLAG_IGNORE_DATES | unknown_ca)
        probe, there = WinHttpRequest("HEAD", message.url, message.timeouts), None
        with self._open(probe, way, tls) as exchange:
            try:
                self._pass_proxy(exchange, probe, way)
                there = ResponseHead.of(message.url, 0, exchange.headers()).date
            except (CertclientError, WindowsCallError):
                if not exchange.secured:
                    return None
        now = self._clock()
        began = Certificate.read(exchange.chain[0]).not_before if exchange.chain else now
        there = there or max(began, now)
        return clock_wrong(there, now) if abs(there - now) > CLOCK_LIMIT else None

    def _interception_error(self, url: str, chain: Sequence[bytes]) -> CertclientError | None:
        """TLS_OPENED if an intermediary that Windows trusts impersonates the server."""
        if not chain:
            return None  # no TLS
        host = urlsplit(url).hostname or ""
        name = interceptor_in(chain, host, self._roots(), self._clock())
        if name is None:
            return None
        return CertclientError(ErrorCode.TLS_OPENED, host=host, issuer=name)

    def _decoded(self, answer: WinHttpResponse) -> bytes:
        head, body = answer.head, answer.body
        if body is None:
            raise too_long(head)
        if is_cut_off(head, body):
            raise CertclientError(
                ErrorCode.NETWORK_UNREACHABLE, host=head.host, reason="answer cut off"
            )
        return decoded(head, body, self._max_bytes)
