"""HTTP: the bytes of a server and of a proxy, through the whole transport, over a real socket."""

from __future__ import annotations

import functools
import gzip
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from certclient.ca.proxies import FixedProxy
from certclient.ca.transport import HttpRequest, Timeouts
from certclient.ca.transports.http import HttpTransport
from certclient.model.errors import ErrorCode
from certclient.model.proxy_login import ProxyLogin, ProxyLoginAnswer
from certclient.model.secret import Secret
from certclient.platform.proxies.logins import ProxyLogins
from certclient.platform.proxies.routes import DIRECT
from support.fuzzing.mutations import text_mutator
from support.fuzzing.target import FindingError, Target

_LIMITS = Timeouts(connect=5.0, read=5.0, total=10.0)
_MOST_BYTES = 20_000
_TYPE = "application/pkixcmp"


@dataclass
class _Server:
    """Answers every request on its port with `data`, then closes the connection."""

    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    data: bytes = b""

    @classmethod
    @functools.cache
    def shared(cls) -> _Server:
        server = cls()
        threading.Thread(target=server.run, name="fuzzed-server", daemon=True).start()
        return server

    @property
    def netloc(self) -> str:
        return f"127.0.0.1:{self.listener.getsockname()[1]}"

    def run(self) -> None:
        while True:
            connection, _ = self.listener.accept()
            with connection, suppress(OSError):
                connection.settimeout(5)
                connection.recv(65536)
                connection.sendall(self.data)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass


def take_response(data: bytes) -> None:
    """POST and exchange with a server that answers so."""
    server = _Server.shared()
    server.data = data
    transport = HttpTransport(proxies=FixedProxy(DIRECT), timeouts=_LIMITS, max_bytes=_MOST_BYTES)
    url = f"http://{server.netloc}/pkix/"
    response = transport.exchange(HttpRequest("GET", url))
    body = transport.post(url, b"0", _TYPE)
    if max(len(body), len(response.body)) > _MOST_BYTES:
        raise FindingError("a body over the limit")


def take_proxy(data: bytes) -> None:
    """A request through a proxy that answers so, with a login at hand."""
    server = _Server.shared()
    server.data = data
    logins = ProxyLogins()
    logins.answer(server.netloc, ProxyLoginAnswer(ProxyLogin("taro", Secret("hi\u307f"))))
    transport = HttpTransport(
        proxies=FixedProxy(f"http://{server.netloc}"),
        timeouts=_LIMITS,
        logins=logins,
        max_bytes=_MOST_BYTES,
        allow_http=True,
        random_bytes=bytes,
    )
    transport.post("http://ca.example.jp/pkix/", b"0", _TYPE)


def _http(*lines: str, body: bytes = b"") -> bytes:
    return "\r\n".join((*lines, "", "")).encode("latin-1") + body


def _responses() -> Sequence[bytes]:
    packed = gzip.compress(b"0" * 500, mtime=0)
    return [
        _http("HTTP/1.1 200 OK", f"Content-Type: {_TYPE}", "Content-Length: 2", body=b"0\0"),
        _http("HTTP/1.1 102 Processing") + _http("HTTP/1.1 200 OK", body=b"0\0"),
        _http("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", body=b"2;x=y\r\n0\0\r\n0\r\n\r\n"),
        _http("HTTP/1.1 200 OK", "Content-Encoding: gzip", body=packed),
        _http("HTTP/1.0 503 Busy", "Retry-After: Fri, 20 Nov 2026 12:00:00 GMT"),
        _http("HTTP/1.1 500 No", "Date: Fri, 20 Nov 2026 12:00:00 GMT", "Retry-After: 5"),
        _http("HTTP/1.1 302 Found", "Location: https://user@other.example.jp/login"),
        _http("HTTP/1.1 400 Bad", f"Content-Type: {_TYPE}; q=1", "Content-Length: 2", body=b"0\0"),
        _http("HTTP/1.1 401 No", 'WWW-Authenticate: Basic realm="r"', "WWW-Authenticate: Digest"),
        _http("HTTP/1.1 511 Login", "Content-Type: text/html", body=b"<html>"),
    ]


def _proxies() -> Sequence[bytes]:
    digest = 'Digest realm="r, s", nonce="n\\"1", qop="auth,auth-int", opaque="o"'
    return [
        _http("HTTP/1.1 407 Login", f"Proxy-Authenticate: {digest}, algorithm=SHA-256-sess"),
        _http("HTTP/1.1 407 Login", "Proxy-Authenticate: Negotiate, NTLM TlRM==, Basic realm=x"),
        _http("HTTP/1.1 407 Login", f"Proxy-Authenticate: {digest}, stale=true, userhash=true"),
        _http("HTTP/1.1 407 Login"),
        _http("HTTP/1.1 403 Forbidden", "Content-Type: text/html", body=b"<html>"),
        _responses()[0],
    ]


_WORDS = (
    *("Content-Length", "Content-Length: -1", "Content-Length: 99999999999999999999"),
    *("Transfer-Encoding: chunked", "Content-Encoding: deflate", "Content-Encoding: gzip, br"),
    *("Retry-After: 99999999999", "Date: Fri, 32 Nov 99999 25:61:61 +9999", "Location: http://["),
    *("HTTP/1.1 099 x", "HTTP/9.9 200", "HTTP/1.1 200", "ffffffffffffffffffff", "-1", "0x10", ";"),
    *('realm="', "nonce=", "algorithm=MD5-sess", "charset=UTF-8", "\\", "\t", "\0", "\x85", ","),
    *("Content-Type: text/html", "Keep-Alive: timeout=999999999", "Proxy-Authenticate: Basic"),
)
_CODES = frozenset(
    {
        ErrorCode.NETWORK_UNREACHABLE,
        ErrorCode.NETWORK_TIMEOUT,
        ErrorCode.SERVER_BUSY,
        ErrorCode.SERVER_ERROR,
        ErrorCode.SERVER_ADDRESS,
        ErrorCode.FOREIGN_ANSWER,
        ErrorCode.CA_MALFORMED,
        ErrorCode.PROXY_UNREACHABLE,
        ErrorCode.PROXY_AUTHENTICATION,
        ErrorCode.PROXY_SCHEME,
    }
)
_MUTATE = text_mutator(_WORDS, b"\r\n")

TARGETS = (
    Target("http", take_response, _responses, _MUTATE, codes=_CODES, longest=65536),
    Target("http-proxy", take_proxy, _proxies, _MUTATE, codes=_CODES),
)
