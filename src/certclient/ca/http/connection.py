"""Opens connections to a server, directly or through a proxy, with TLS."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from secrets import token_bytes
from urllib.parse import urlsplit

from certclient.ca.http import socks
from certclient.ca.http.authentication import ProxyAuthentication
from certclient.ca.http.challenges import Request
from certclient.ca.http.client_tls import ClientTls
from certclient.ca.http.deadline import Connected, Deadline, Line
from certclient.ca.http.nested_tls import NestedTls
from certclient.ca.http.tls import tls_context
from certclient.ca.network_errors import proxy_down, tunnel_refusal
from certclient.ca.transport import USER_AGENT
from certclient.platform.proxies.address import ProxyAddress, read_address
from certclient.platform.proxies.logins import ProxyLogins

_PORTS = {"http": 80, "https": 443}
_MAX_INTERIM = 20
"""Limits the 1xx responses before the final one."""


@dataclass(frozen=True, slots=True)
class Server:
    """The server of a URL. `path`: what an origin server sees in the request line."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def of(cls, url: str) -> Server:
        """The server of an http or https URL that `model.urls.check_url` accepts."""
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        port = parts.port or _PORTS.get(parts.scheme, 443)
        return cls(parts.scheme, parts.hostname or "", port, path)

    @property
    def netloc(self) -> str:
        """host:port, the target of CONNECT."""
        return f"{self._bracketed}:{self.port}"

    @property
    def header(self) -> str:
        """The value of the Host header (RFC 9110, 7.2): without a default port."""
        default = self.port == _PORTS.get(self.scheme)
        return self._bracketed if default else self.netloc

    @property
    def _bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


@dataclass(frozen=True, slots=True)
class Network:
    """What connections are made with. `context`: TLS to the server. `random_bytes`: see Digest.

    `opened` is called with each Line that is opened, so that another thread can cut it.
    `client`: TLS to the server with a client certificate, in place of `context`.
    """

    context: ssl.SSLContext
    logins: ProxyLogins = field(default_factory=ProxyLogins)
    random_bytes: Callable[[int], bytes] = token_bytes
    opened: Callable[[Line], None] = lambda _line: None
    client: ClientTls | None = None

    def secured(self, plain: Connected, host: str, deadline: Deadline) -> Connected:
        """TLS to the server `host` over `plain`. Raises OSError, ssl.SSLError; CertclientError."""
        if self.client is None:
            return _with_tls(plain, self.context, host)
        with _host_name(host):
            return self.client.wrap(plain, host, deadline)


class FinalResponse(http.client.HTTPResponse):
    """A response whose interim ones (1xx: RFC 9110, 15.2) are skipped; http.client skips 100."""

    def begin(self) -> None:
        """Reads status line and headers of the final response."""
        for _ in range(_MAX_INTERIM):
            super().begin()
            if not 100 <= self.status < 200:
                return
            self.headers = None  # type: ignore[assignment] # makes http.client read the next
        raise http.client.HTTPException("too many interim responses")


def read_head(line: Line, method: str) -> FinalResponse:
    """The response on `line` to a request by `method`, its body unread.

    Raises OSError, http.client.HTTPException.
    """
    response = FinalResponse(line, method=method)  # type: ignore[arg-type] # it uses makefile only
    try:
        response.begin()
    except BaseException:
        response.close()
        raise
    return response


def connect(
    server: Server, proxy: ProxyAddress | None, deadline: Deadline, network: Network
) -> Line:
    """A connection to `server` that is ready for a request, through `proxy` (None: directly).

    For http through an HTTP proxy, it ends at the proxy. Raises CertclientError: PROXY_…; OSError,
    ssl.SSLError, http.client.HTTPException for what happens between us and the server.
    """
    if proxy is None:
        line = _dial((server.host, server.port), deadline, network)
        deadline.begin()
    elif proxy.scheme.startswith("socks"):
        line = _through_socks(server, proxy, deadline, network)
    elif server.scheme == "https":
        line = _through_tunnel(server, proxy, deadline, network)
    else:
        return to_proxy(proxy, deadline, network)
    try:
        if server.scheme == "https":
            line.secure(lambda plain: network.secured(plain, server.host, deadline))
    except BaseException:
        line.close()
        raise
    return line


def to_proxy(proxy: ProxyAddress, deadline: Deadline, network: Network) -> Line:
    """A connection to the proxy itself. Raises CertclientError(PROXY_UNREACHABLE)."""
    try:
        line = _dial((proxy.host, proxy.port), deadline, network)
    except OSError as error:
        raise proxy_down(error, proxy.netloc) from error
    deadline.begin()
    try:
        if proxy.scheme == "https":
            line.secure(lambda plain: _with_tls(plain, tls_context(()), proxy.host))
    except OSError as error:
        line.close()
        raise proxy_down(error, proxy.netloc) from error
    return line


def authentication(proxy: ProxyAddress, network: Network) -> ProxyAuthentication:
    """The authentication of an exchange with `proxy`."""
    return ProxyAuthentication(proxy.netloc, network.logins, network.random_bytes)


def proxy_of(route: str) -> ProxyAddress | None:
    """The proxy of a route's address; None for DIRECT."""
    return read_address(route, "")[0] if route else None


def _dial(address: tuple[str, int], deadline: Deadline, network: Network) -> Line:
    limit = deadline.seconds(deadline.timeouts.connect)
    try:
        connected = socket.create_connection(address, limit)
    except UnicodeError as error:  # an empty or over-long label
        raise OSError(f"no host name: {error}") from error
    line = Line(connected, deadline)
    network.opened(line)
    return line


def _with_tls(connected: Connected, context: ssl.SSLContext, host: str) -> Connected:
    if not isinstance(connected, socket.socket):
        raise ssl.SSLError("no third layer of TLS")
    with _host_name(host):
        host.encode("idna")  # as ssl does, but before a socket would be left open
    if isinstance(connected, ssl.SSLSocket):
        return NestedTls(connected, context, host)
    return context.wrap_socket(connected, server_hostname=host)


@contextmanager
def _host_name(host: str) -> Iterator[None]:
    """Makes an OSError of a host name that cannot be one."""
    try:
        yield
    except UnicodeError as error:
        raise OSError(f"no host name: {host!a}") from error


def _through_socks(
    server: Server, proxy: ProxyAddress, deadline: Deadline, network: Network
) -> Line:
    line = to_proxy(proxy, deadline, network)
    try:
        socks.connect(line, proxy, server.host, server.port, network.logins)
    except OSError as error:
        line.close()
        raise proxy_down(error, proxy.netloc) from error
    except BaseException:
        line.close()
        raise
    return line


def _through_tunnel(
    server: Server, proxy: ProxyAddress, deadline: Deadline, network: Network
) -> Line:
    """CONNECT (RFC 9110, 9.3.6), with the login that the proxy asks for."""
    login = authentication(proxy, network)
    request = Request("CONNECT", server.netloc)
    while True:
        line = to_proxy(proxy, deadline, network)
        try:
            line.send(_connect_request(server, login.header(request)))
            response = read_head(line, "CONNECT")
            status, offers = response.status, response.headers.get_all("Proxy-Authenticate") or ()
        except (OSError, http.client.HTTPException) as error:
            line.close()
            raise proxy_down(error, proxy.netloc) from error
        if 200 <= status < 300:
            login.passed()
            return line
        line.close()
        if status != HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            raise tunnel_refusal(status, proxy.netloc, server.host)
        login.challenged(offers)


def _connect_request(server: Server, authorization: bytes) -> bytes:
    lines = [
        f"CONNECT {server.netloc} HTTP/1.1".encode(),
        f"Host: {server.netloc}".encode(),
        f"User-Agent: {USER_AGENT}".encode(),
    ]
    if authorization:
        lines.append(b"Proxy-Authorization: " + authorization)
    return b"\r\n".join((*lines, b"", b""))
