"""HTTP to a CA over http.client, with the system's roots or anchors.

Failures become a CertclientError that locates them: network, proxy, TLS or server. Each message has
a connection of its own, or, within `HttpTransport.kept_open`, the one that is open already.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from secrets import token_bytes
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from certclient.ca.answers import (
    ResponseHead,
    check_body,
    check_origin,
    check_resource,
    check_status,
    host_of,
)
from certclient.ca.http.challenges import Request as SignedRequest
from certclient.ca.http.client_tls import ClientTls, is_possible
from certclient.ca.http.connection import (
    FinalResponse,
    Network,
    Server,
    authentication,
    connect,
    proxy_of,
    read_head,
)
from certclient.ca.http.deadline import Deadline, Line
from certclient.ca.http.kept_line import KeptLine, StaleError, stale_line
from certclient.ca.http.messages import WireRequest, is_complete, read_body, server_limit
from certclient.ca.http.tls import tls_context
from certclient.ca.network_errors import NoAnswerError, network_error
from certclient.ca.openssl_errors import clear_foreign_errors
from certclient.ca.proxies import system_proxies
from certclient.ca.routing import over_routes, routes_to
from certclient.ca.tls.clock import clock_error
from certclient.ca.tls.probe import TlsRoute, presented_certificates, sent_chain
from certclient.ca.transport import (
    DEFAULT_MAX_BYTES,
    DEFAULT_TIMEOUTS,
    HttpRequest,
    HttpResponse,
    Timeouts,
    TlsIdentity,
)
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.proxies.address import ProxyAddress
from certclient.platform.proxies.logins import ProxyLogins
from certclient.platform.proxies.routes import DIRECT, ProxyResolver, Routes

if TYPE_CHECKING:
    from certclient.ca.tls.interception import KnownRoots

T = TypeVar("T")


class _Unanswered(Exception):  # noqa: N818 - what it is
    """The connection to the server stood; its cause came afterwards."""


class HttpTransport:
    """The `ca.transport.Transport` of systems whose own HTTP library is not used.

    `tls_anchors`: the only roots trusted for TLS; if empty, the system's. `proxies`: the routes to
    try; None follows the environment and the system. `logins`: the proxies' logins of this process.
    `roots`: returns the public TLS roots, for `probe`; None for the system's. `max_bytes`: the
    maximum response size, as sent and as decoded. `allow_http`: permits plain HTTP to other
    computers. `monotonic` returns seconds that never go back, `clock` aware UTC; `random_bytes`
    takes a length in bytes and must be unpredictable.
    """

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
        random_bytes: Callable[[int], bytes] = token_bytes,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._tls_anchors = tls_anchors
        self._timeouts = timeouts
        self._proxies = proxies or system_proxies()
        self._logins = logins or ProxyLogins()
        self._network = Network(
            tls_context(tls_anchors), self._logins, random_bytes, self._note_line
        )
        self._lock = threading.Lock()
        self._line: Line | None = None
        self._interrupted = False
        self._roots = roots
        self._max_bytes = max_bytes
        self._allow_http = allow_http
        self._monotonic = monotonic
        self._clock = clock
        self._server_time: datetime | None = None
        self._kept = KeptLine(monotonic)

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        """See Transport.post."""
        headers = (
            ("Content-Type", content_type),
            ("Accept", content_type),
            ("Accept-Encoding", "identity"),
        )
        request = WireRequest("POST", url, self._timeouts, headers, body)
        answer, _ = self._exchange(
            request, lambda response: self._answer(url, response, content_type), self._routes(url)
        )
        return answer

    def get(self, url: str, accept: str) -> bytes:
        """See Transport.get."""
        headers = (("Accept", accept), ("Accept-Encoding", "identity"))
        request = WireRequest("GET", url, self._timeouts, headers)
        answer, _ = self._exchange(
            request, lambda response: self._page(url, response), self._routes(url)
        )
        return answer

    def exchange(self, request: HttpRequest) -> HttpResponse:
        """See Transport.exchange."""
        if request.identity is None:
            return self._whole_exchange(request, self._network)
        if urlsplit(request.url).scheme != "https":
            raise CertclientError(ErrorCode.TLS_UNTRUSTED, reason="not https", issuer="")
        client = ClientTls(request.identity, self._tls_anchors, self._monotonic)
        network = replace(self._network, client=client)
        return client.with_fallback(lambda: self._whole_exchange(request, network))

    def can_authenticate(self, identity: TlsIdentity) -> bool:
        """See Transport.can_authenticate."""
        return is_possible(identity)

    def probe(self, url: str) -> Sequence[CertclientError]:
        """See Transport.probe.

        TLS_OPENED is checked only if the system's roots are in use, and over further TLS
        connections only if the server's chain leads to no public root.
        """
        routes = self._routes(url)
        limits = self._timeouts.for_head()
        unanswered: CertclientError | None = None
        chain: Sequence[bytes] = ()

        def read(response: FinalResponse) -> Sequence[bytes]:
            self._head(url, response)
            return sent_chain(self._line) if self._line is not None else ()

        try:
            chain, route = self._exchange(WireRequest("HEAD", url, limits), read, routes)
        except NoAnswerError as error:
            unanswered = CertclientError(ErrorCode.PROBE_UNANSWERED, **error.data)
            route = next(iter(routes.addresses), DIRECT)
        opened = None if self._tls_anchors else self._interception_error(url, route, chain)
        return [remark for remark in (routes.problem, unanswered, opened) if remark is not None]

    def kept_open(self) -> AbstractContextManager[None]:
        """See Transport.kept_open."""
        return self._kept.scope()

    def interrupt(self) -> None:
        """See Transport.interrupt."""
        with self._lock:
            self._interrupted = True
            if self._line is not None:
                self._line.cut()

    def server_time(self) -> datetime | None:
        """See Transport.server_time."""
        return self._server_time

    def _whole_exchange(self, request: HttpRequest, network: Network) -> HttpResponse:
        wire = WireRequest(
            request.method, request.url, self._timeouts, request.all_headers, request.body
        )
        response, _ = over_routes(
            self._routes(request.url),
            lambda route: self._send(
                wire, lambda received: self._whole(request.url, received), route, network
            ),
        )
        return response

    def _exchange(
        self, request: WireRequest, read: Callable[[FinalResponse], T], routes: Routes
    ) -> tuple[T, str]:
        """Sends over the first route that is open.

        Returns the result of `read`, and the proxy that was used (DIRECT for none).
        """
        return over_routes(routes, lambda route: self._send(request, read, route, self._network))

    def _send(
        self, request: WireRequest, read: Callable[[FinalResponse], T], route: str, network: Network
    ) -> T:
        """Sends over `route` and reads the response with `read`."""
        clear_foreign_errors()
        with self._lock:
            self._interrupted, self._line = False, None
        proxy = proxy_of(route)
        deadline = Deadline(request.timeouts, self._monotonic)
        server = Server.of(request.url)
        try:
            if proxy is None or server.scheme == "https" or proxy.scheme.startswith("socks"):
                return self._send_to_server(request, read, proxy, deadline, network)
            return self._send_to_proxy(request, read, proxy, deadline)
        except (OSError, http.client.HTTPException, CertclientError, _Unanswered) as error:
            if self._interrupted:
                raise CertclientError(ErrorCode.NETWORK_STOPPED) from error
            if isinstance(error, CertclientError):
                raise
            raise self._network_error(error, request.url, route) from error
        finally:
            with self._lock:
                self._line = None

    def _send_to_server(
        self,
        request: WireRequest,
        read: Callable[[FinalResponse], T],
        proxy: ProxyAddress | None,
        deadline: Deadline,
        network: Network,
    ) -> T:
        """Sends over the kept connection, if there is one, else over a new one."""
        server = Server.of(request.url)
        place = server.scheme, server.host, server.port, proxy
        keep = self._kept.wanted and network.client is None
        kept = self._kept.take(place, deadline) if keep else None
        if kept is not None:
            self._note_line(kept)
            with suppress(StaleError):
                return self._converse(request, read, kept, place, reused=True)
            if self._interrupted:
                raise ConnectionAbortedError("interrupted")
        line = connect(server, proxy, deadline, network)
        return self._converse(request, read, line, place if keep else None)

    def _converse(
        self,
        request: WireRequest,
        read: Callable[[FinalResponse], T],
        line: Line,
        place: Hashable,
        *,
        reused: bool = False,
    ) -> T:
        """One request and its response on `line`, which is then kept for `place`, or closed (None).

        Raises StaleError if the server has closed a `reused` one, and the request may be sent over
        another.
        """
        server, stays = Server.of(request.url), False
        octets = request.encoded(server.path, server.header, b"", last=place is None)
        try:
            # What could not be sent as a whole, no server has carried out.
            with stale_line(line, possible=reused):
                line.send(octets)
            with stale_line(line, possible=reused and request.idempotent):
                response = read_head(line, request.method)
            with response:
                found = read(response)
                stays = place is not None and is_complete(response)
                limit = server_limit(response)
        except (OSError, http.client.HTTPException) as error:
            raise _Unanswered from error
        finally:
            if not stays:
                line.close()
        if stays:
            self._kept.keep(place, line, limit)
        return found

    def _send_to_proxy(
        self,
        request: WireRequest,
        read: Callable[[FinalResponse], T],
        proxy: ProxyAddress,
        deadline: Deadline,
    ) -> T:
        """Plain HTTP: the proxy reads the request, and answers it if the server cannot."""
        server = Server.of(request.url)
        uri = f"http://{server.header}{server.path}"
        login = authentication(proxy, self._network)
        while True:
            line = connect(server, proxy, deadline, self._network)
            try:
                authorization = login.header(SignedRequest(request.method, uri))
                line.send(request.encoded(uri, server.header, authorization))
                with read_head(line, request.method) as response:
                    if response.status != HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
                        login.passed()
                        return read(response)
                    offers = response.headers.get_all("Proxy-Authenticate") or ()
            finally:
                line.close()
            login.challenged(offers)

    def _routes(self, url: str) -> Routes:
        return routes_to(url, self._proxies, self._logins, allow_http=self._allow_http)

    def _interception_error(
        self, url: str, proxy: str, chain: Sequence[bytes]
    ) -> CertclientError | None:
        """TLS_OPENED if an intermediary that the system trusts impersonates the server."""
        parts = urlsplit(url)
        if parts.scheme != "https":
            return None
        from certclient.ca.tls.interception import interceptor_on, system_roots

        route, roots = self._tls_route(url, proxy), self._roots or system_roots
        name = interceptor_on(route, chain, roots(), self._clock())
        if name is None:
            return None
        return CertclientError(ErrorCode.TLS_OPENED, host=parts.hostname or "", issuer=name)

    def _tls_route(self, url: str, proxy: str) -> TlsRoute:
        return TlsRoute(url, proxy, self._timeouts.connect, self._logins)

    def _head(self, url: str, response: FinalResponse) -> ResponseHead:
        """Accepts any response; records the server's time."""
        head = ResponseHead.of(url, response.status, response.headers.items())
        self._server_time = head.date
        return head

    def _answer(self, url: str, response: FinalResponse, content_type: str) -> bytes:
        head = self._head(url, response)
        check_status(head, content_type)
        return check_body(head, read_body(head, response, self._max_bytes))

    def _whole(self, url: str, response: FinalResponse) -> HttpResponse:
        head = self._head(url, response)
        check_origin(head)
        return HttpResponse(head, read_body(head, response, self._max_bytes))

    def _page(self, url: str, response: FinalResponse) -> bytes:
        head = self._head(url, response)
        check_resource(head)
        return check_body(head, read_body(head, response, self._max_bytes))

    def _note_line(self, line: Line) -> None:
        """Called for each connection that is opened, so that `interrupt` can cut it."""
        with self._lock:
            self._line = line
            if self._interrupted:
                line.cut()

    def _network_error(self, error: Exception, url: str, proxy: str) -> CertclientError:
        if isinstance(error, _Unanswered):
            found = network_error(error.__cause__ or error, host_of(url))
            return NoAnswerError(found.code, **found.data)
        found = network_error(error, host_of(url))
        if found.code is not ErrorCode.TLS_UNTRUSTED:
            return found
        route = self._tls_route(url, proxy)
        if wrong := clock_error(route, self._tls_anchors, self._clock()):
            return wrong
        from certclient.ca.tls.interception import issuer_name

        shown = presented_certificates(route)
        return CertclientError(found.code, **{**found.data, "issuer": issuer_name(shown)})
