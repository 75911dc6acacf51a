"""One HTTPS port: cheroot with our own TLS context, limits and log."""

from __future__ import annotations

import logging
import ssl
import threading
import time
from contextlib import suppress
from typing import Any

from cheroot import errors, wsgi
from cheroot.makefile import MakeFile
from cheroot.server import HeaderReader, HTTPConnection, HTTPRequest
from cheroot.ssl import Adapter
from flask import Flask

from certclient_practice.web.pages.security import CLIENT_CERTIFICATE, MAX_REQUEST_BYTES

THREADS = 16
TIMEOUT_SECONDS = 10
MAX_HEADER_BYTES = 16 * 1024
DRAIN_SECONDS = 1.0
DRAIN_BYTES = 1 << 20
"""What of a refused request is still read, at most."""

_log = logging.getLogger(__name__)


class HttpsListener:
    """One HTTPS port with its worker threads. It listens at once and serves once given an app."""

    def __init__(self, bind: str, port: int, context: ssl.SSLContext) -> None:
        self._server = _Server((bind, port))
        self._server.ssl_adapter = _TlsAdapter(context)
        self._server.prepare()
        self.port = int(self._server.bind_addr[1])
        # A daemon, so that a crash elsewhere ends the program; `stop` waits for it in order.
        self._thread = threading.Thread(
            target=self._server.serve, name=f"practice-{self.port}", daemon=True
        )

    def serve(self, app: Flask) -> None:
        self._server.wsgi_app = app
        self._thread.start()

    def stop(self) -> None:
        """Ends after the requests at work, also where it never began to serve."""
        self._server.stop()
        if self._thread.ident is not None:
            self._thread.join()


def _not_ready(_environ: object, _start_response: object) -> list[bytes]:
    raise errors.FatalSSLAlert("no application yet")


class _HeaderReader(HeaderReader):
    """cheroot knows only one spelling of what HTTP/1.0 clients (OpenSSL) write in lower case."""

    def __call__(self, rfile: Any, hdict: Any = None) -> Any:
        headers = super().__call__(rfile, hdict)
        if headers.get(b"Connection", b"").lower() == b"keep-alive":
            headers[b"Connection"] = b"Keep-Alive"
        return headers


class _Request(HTTPRequest):
    header_reader = _HeaderReader()

    def simple_response(self, status: Any, msg: Any = "") -> None:
        super().simple_response(status, msg)
        self.conn.refused = True


class _TlsConnection(HTTPConnection):
    """Shakes hands in the worker thread: cheroot would do it in the thread that accepts, where
    one slow peer would keep all others out."""

    RequestHandlerClass = _Request
    _client_certificate_read = False
    refused = False
    """The server itself said no, maybe before it had read the whole request."""

    def communicate(self) -> Any:
        if not self._client_certificate_read:
            try:
                self.socket.do_handshake()
            except OSError as error:
                _log.debug("TLS handshake failed: %s", error)
                return False
            self._client_certificate_read = True
            self.ssl_env = {CLIENT_CERTIFICATE: self.socket.getpeercert(binary_form=True)}
        # cheroot ships stubs that leave this method untyped.
        goes_on = super().communicate()  # type: ignore[no-untyped-call]
        if self.refused and not goes_on:
            self._drain()
        return goes_on

    def _drain(self) -> None:
        """Reads on for a moment: closing on a peer who is still sending would reset the
        connection, and the answer that says why would be lost with it."""
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
    """cheroot with our limits, speaking to the log instead of to standard error."""

    ConnectionClass = _TlsConnection
    max_request_header_size = MAX_HEADER_BYTES
    max_request_body_size = MAX_REQUEST_BYTES
    expiration_interval = 0.1
    """Seconds between two looks at idle connections, and how long `stop` may wait for one."""

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(
            address,
            _not_ready,
            numthreads=THREADS,
            server_name="practice-bank",
            timeout=TIMEOUT_SECONDS,
            shutdown_timeout=TIMEOUT_SECONDS,
            request_queue_size=64,
        )

    @staticmethod
    def bind_socket(socket_: Any, bind_addr: Any) -> Any:
        """cheroot leaves the socket open where the port is taken."""
        try:
            socket_.bind(bind_addr)
        except OSError:
            socket_.close()
            raise
        return socket_

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        if msg.startswith("socket.error"):
            # A peer that went away in the middle: no news, and nothing to be done about.
            level, traceback = logging.DEBUG, False
        _log.log(level, "%s", msg, exc_info=traceback)


class _TlsAdapter(Adapter):
    """Wraps accepted sockets with our own context; the handshake comes later."""

    def __init__(self, context: ssl.SSLContext) -> None:
        # The base class wants files and makes a context of its own; we have one.
        self.context = context

    def bind(self, sock: Any) -> Any:
        return sock

    def wrap(self, sock: Any) -> tuple[ssl.SSLSocket, dict[str, object]]:
        wrapped = self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return wrapped, {}

    def get_environ(self) -> dict[str, object]:
        return {}

    def makefile(self, sock: Any, mode: str = "r", bufsize: int = -1) -> Any:
        return MakeFile(sock, mode, bufsize)
