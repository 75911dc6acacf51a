"""A real server on a loopback port that sends scripted bytes."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from certclient.model.certificate import Certificate
from support.pki import RsaSigner, certificate_pem, private_key_pem

Piece = bytes | float | Callable[[socket.socket], None]
"""Bytes to send, seconds to wait, or what to do with the connection."""

Script = Callable[[bytes], Iterable[Piece]]


@dataclass
class RawServer:
    """Keeps every request received. A proxy's script receives the CONNECT or the request."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    """Those over which a request came."""
    ended: threading.Event = field(default_factory=threading.Event)
    """Ends the waits of all scripts."""

    def url(self, scheme: str = "http", host: str = "127.0.0.1") -> str:
        return f"{scheme}://{host}:{self.port}/pkix/"


@contextlib.contextmanager
def raw_server(
    script: Script,
    context: ssl.SSLContext | None = None,
    greeting: bytes = b"",
    requests_each: int = 1,
) -> Iterator[RawServer]:
    """Answers each request with `script`, over TLS if a context is given.

    `greeting` is sent before anything is received. `requests_each`: after how many requests the
    server closes a connection, without a word.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = RawServer(listener.getsockname()[1])
        stop = threading.Event()
        answers = partial(_handle, server, script, context, greeting, requests_each)
        thread = threading.Thread(target=_accept_all, args=(listener, answers, stop))
        thread.start()
        try:
            yield server
        finally:
            stop.set()
            server.ended.set()
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", server.port)).close()
            thread.join()


def tls_context(folder: Path, chain: Iterable[Certificate], key: RsaSigner) -> ssl.SSLContext:
    """A server's TLS context with this chain, leaf first."""
    (folder / "tls.pem").write_bytes(certificate_pem(*chain))
    (folder / "tls.key").write_bytes(private_key_pem(key.private_key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "tls.pem", folder / "tls.key")
    return context


def http(status: str, body: bytes = b"", *headers: str) -> bytes:
    """An HTTP response with its Content-Length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def always(*pieces: Piece) -> Script:
    """A script that sends the same pieces for every request."""
    return lambda _request: pieces


def tunnel(target_port: int, ahead: bytes = b"") -> Script:
    """A proxy's script: accepts CONNECT; `raw_server` then joins the two connections. `ahead`: what
    the proxy sends of its own before it does."""
    return lambda _request: [b"HTTP/1.1 200 OK\r\n\r\n" + ahead, _Join(target_port)]


class _Join(float):
    """A piece that is not a delay but the port to which the connection is joined."""

    @property
    def port(self) -> int:
        return int(self)


def free_port() -> int:
    """A port on which no server listens."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port: int = closed.getsockname()[1]
        return port


def _accept_all(
    listener: socket.socket, answers: Callable[[socket.socket], None], stop: threading.Event
) -> None:
    """A thread for each connection: a client that has not closed one yet may open another."""
    handlers: list[threading.Thread] = []
    connections: list[socket.socket] = []
    while True:
        connection, _ = listener.accept()
        if stop.is_set():
            connection.close()
            break
        connection.settimeout(100)
        handler = threading.Thread(target=answers, args=(connection,), name="raw-server")
        handler.start()
        handlers.append(handler)
        connections.append(connection)
    for connection in connections:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    for handler in handlers:
        handler.join()


def _handle(
    server: RawServer,
    script: Script,
    context: ssl.SSLContext | None,
    greeting: bytes,
    requests: int,
    connection: socket.socket,
) -> None:
    with connection, contextlib.suppress(OSError):
        connection.sendall(greeting)
        with _tls(connection, context) as secured:
            for number in range(requests):
                if not _serve(secured, server, script, first=number == 0):
                    return


def _tls(connection: socket.socket, context: ssl.SSLContext | None) -> socket.socket:
    return context.wrap_socket(connection, server_side=True) if context else connection


def _serve(connection: socket.socket, server: RawServer, script: Script, *, first: bool) -> bool:
    """Whether there was a request."""
    request = _read_request(connection)
    if not request:
        return False
    server.connections += first
    server.requests.append(request)
    for piece in script(request):
        if isinstance(piece, _Join):
            _join(connection, piece.port)
        elif isinstance(piece, bytes):
            connection.sendall(piece)
        elif callable(piece):
            piece(connection)
        else:
            server.ended.wait(piece)
    return True


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    if head.startswith(b"CONNECT "):  # has no body (RFC 9110, 9.3.6), though Wine tells a length
        return data
    lengths = [
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    ]
    while lengths and len(body) < lengths[0]:
        piece = connection.recv(65536)
        if not piece:
            break
        body += piece
    return head + b"\r\n\r\n" + body


def _join(client: socket.socket, port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as target:
        back = threading.Thread(target=_copy, args=(target, client))
        back.start()
        _copy(client, target)
        back.join()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
