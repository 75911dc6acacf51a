"""One HTTPS port: cheroot with its own TLS context, limits and logging."""

from __future__ import annotations

import logging
import ssl
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cheroot import errors, wsgi
from cheroot.server import (
    ChunkedRFile,
    HeaderReader,
    HTTPConnection,
    HTTPRequest,
    KnownLengthRFile,
)
from cheroot.ssl import Adapter

from certclient_practice.web.arrival import Arrival, ArrivingSocket, make_file
from certclient_practice.web.pages.security import CLIENT_CERTIFICATE, MAX_REQUEST_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

THREADS = 16
"""Requests that a port serves at a time; idle connections take no thread."""
TIMEOUT_SECONDS = 10
"""How long a thread waits for a client to take a response, or for the rest of a request of unknown
length."""
IDLE_SECONDS = 60
"""How long a connection stays open without a request; the first one included."""
IDLE_CONNECTIONS = 200
"""With more of them on a port, a response ends its connection, and those end that were idle for
CROWDED_SECONDS: each takes a file descriptor."""
CROWDED_SECONDS = 1
MAX_HEADER_BYTES = 16 * 1024
DRAIN_SECONDS = 1.0
DRAIN_BYTES = 1 << 20
"""Maximum number of bytes read from a refused request."""

_log = logging.getLogger(__name__)


def on_first_request(make: Callable[[], WSGIApplication]) -> WSGIApplication:
    """An application that is made when it is asked for the first time: to compile an application's
    routes takes longer than all else at a bank's start."""
    lock = threading.Lock()
    made: list[WSGIApplication] = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with lock:
            if not made:
                made.append(make())
        return made[0](environ, start_response)

    return app


class HttpsListener:
    """One HTTPS port with its worker threads.

    `idle_connections`: see IDLE_CONNECTIONS. `threads`: so many requests are served at a time.
    Listens from construction; connections are answered once `serve` provides the application.
    Raises OSError if the port is taken.
    """

    def __init__(
        self,
        bind: str,
        port: int,
        context: ssl.SSLContext,
        idle_connections: int = IDLE_CONNECTIONS,
        threads: int = THREADS,
    ) -> None:
        self._server = _Server((bind, port), threads)
        self._server.keep_alive_conn_limit = idle_connections
        self._server.ssl_adapter = _TlsAdapter(context)
        self._server.prepare()
        self.port = int(self._server.bind_addr[1])
        # A daemon thread, so that a crash elsewhere ends the program; `stop` joins it.
        self._thread = threading.Thread(
            target=self._server.serve, name=f"practice-{self.port}", daemon=True
        )

    def serve(self, app: WSGIApplication) -> None:
        """Starts answering requests with `app`, in a thread of its own."""
        self._server.wsgi_app = app
        self._thread.start()

    def stop(self) -> None:
        """Finishes the requests in progress and stops; also works if `serve` was never called."""
        self._server.stop()
        if self._thread.ident is not None:
            self._thread.join()


def _not_ready(_environ: object, _start_response: object) -> list[bytes]:
    raise errors.FatalSSLAlert("no application yet")


class _HeaderReader(HeaderReader):
    """Normalizes the Connection header of HTTP/1.0 clients.

    cheroot compares case-sensitively, but OpenSSL sends `keep-alive` in lower case.
    """

    def __call__(self, rfile: Any, hdict: Any = None) -> Any:
        headers = super().__call__(rfile, hdict)
        if headers.get(b"Connection", b"").lower() == b"keep-alive":
            headers[b"Connection"] = b"Keep-Alive"
        return headers


class _Request(HTTPRequest):
    header_reader = _HeaderReader()

    def __init__(self, server: Any, conn: Any) -> None:
        # Accepts absolute URIs in request lines, as RFC 9112, 3.2.2 requires of every server. Some
        # clients behind a proxy send them (Wine's WinHTTP).
        super().__init__(server, conn, proxy_mode=True)

    def send_headers(self) -> None:
        if _has_rest(self.rfile):
            # A page has refused the request without reading its body, which would pass for the next
            # request on this connection.
            self.close_connection = True
        super().send_headers()

    def simple_response(self, status: Any, msg: Any = "") -> None:
        super().simple_response(status, msg)
        self.conn.refused = True


def _has_rest(body: Any) -> bool:
    """Whether a part of the request's body was not read."""
    if isinstance(body, ChunkedRFile):
        return not body.closed
    return isinstance(body, KnownLengthRFile) and body.remaining > 0


class _TlsConnection(HTTPConnection):
    """Performs the TLS handshake in the worker threads, and there only what can be done at once.

    cheroot would do it in the accepting thread, where one slow peer would block all others.
    """

    RequestHandlerClass = _Request
    refused = False
    """cheroot itself refused the request, possibly before reading all of it."""

    def __init__(self, server: Any, sock: Any, makefile: Any = make_file) -> None:
        super().__init__(server, sock, makefile)
        self._arrival = Arrival(sock, MAX_HEADER_BYTES, MAX_REQUEST_BYTES)

    def communicate(self) -> Any:
        try:
            # What the server has read ahead (pipelining) is no longer collected.
            if not self.rfile.has_read_ahead() and not self._arrival.advance():
                return True
        except OSError as error:
            _log.debug("no request: %s", error)
            return False
        self.socket.settimeout(TIMEOUT_SECONDS)
        try:
            self.ssl_env = self.ssl_env or {
                CLIENT_CERTIFICATE: self.socket.getpeercert(binary_form=True)
            }
        except ValueError as error:
            # The peer broke the connection off between the handshake and its first request.
            _log.debug("no request: %s", error)
            return False
        try:
            # cheroot's stubs leave this method untyped.
            goes_on = super().communicate()  # type: ignore[no-untyped-call]
        except ssl.SSLError as error:
            # Some clients (strongSwan) close TLS before the connection, where a request could come.
            _log.debug("TLS ended: %s", error)
            return False
        if self.refused and not goes_on:
            self._drain()
        return goes_on

    def _drain(self) -> None:
        """Reads on briefly before closing.

        Closing while the peer is still sending would reset the connection and lose the response
        with the reason for the refusal.
        """
        deadline = time.monotonic() + DRAIN_SECONDS
        self.socket.settimeout(DRAIN_SECONDS)
        left = DRAIN_BYTES
        with suppress(OSError):
            while left > 0 and time.monotonic() < deadline:
                chunk = self.socket.recv(min(left, 1 << 16))
                if not chunk:
                    return
                left -= len(chunk)


class _Server(wsgi.Server):
    """cheroot with this module's limits, logging instead of writing to standard error."""

    ConnectionClass = _TlsConnection
    max_request_header_size = MAX_HEADER_BYTES
    max_request_body_size = MAX_REQUEST_BYTES
    expiration_interval = 0.1
    """Seconds between checks of idle connections, and how long `stop` may wait for one."""

    def __init__(self, address: tuple[str, int], threads: int) -> None:
        super().__init__(
            address,
            _not_ready,
            numthreads=threads,
            server_name="practice-bank",
            timeout=IDLE_SECONDS,
            shutdown_timeout=TIMEOUT_SECONDS,
            request_queue_size=64,
        )
        # cheroot keeps every server of the process in this table, which nobody reads: a stopped one
        # would stay in memory with its application and threads.
        vars(logging)["statistics"].pop(f"Cheroot HTTPServer {id(self)}")

    @staticmethod
    def bind_socket(socket_: Any, bind_addr: Any) -> Any:
        """Closes the socket if the port is taken; cheroot leaves it open."""
        try:
            socket_.bind(bind_addr)
        except OSError:
            socket_.close()
            raise
        return socket_

    def process_conn(self, conn: Any) -> None:
        """Lets a new connection wait for its first bytes with the idle ones, without a thread."""
        if conn.last_used is None:
            # cheroot looks at it every `expiration_interval`.
            self.timeout = IDLE_SECONDS if self.can_add_keepalive_connection else CROWDED_SECONDS
            self.put_conn(conn)
        else:
            super().process_conn(conn)

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        if msg.startswith("socket.error"):
            # The peer disconnected mid-request, which is normal.
            level, traceback = logging.DEBUG, False
        _log.log(level, "%s", msg, exc_info=traceback)


class _TlsAdapter(Adapter):
    """Wraps accepted sockets with the given context; the handshake comes later."""

    def __init__(self, context: ssl.SSLContext) -> None:
        # Skips the base class, which requires files and builds its own context.
        self.context = context
        self.context.sslsocket_class = ArrivingSocket

    def bind(self, sock: Any) -> Any:
        return sock

    def wrap(self, sock: Any) -> tuple[ssl.SSLSocket, dict[str, object]]:
        wrapped = self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return wrapped, {}

    def get_environ(self) -> dict[str, object]:
        return {}

    def makefile(self, sock: Any, mode: str = "r", bufsize: int = -1) -> Any:
        return make_file(sock, mode, bufsize)
