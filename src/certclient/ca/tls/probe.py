"""Fetches the certificates that a server presents, to identify TLS interception."""

from __future__ import annotations

import _ssl
import contextlib
import http.client
import ssl
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from certclient.ca.http.connection import Network, Server, connect, proxy_of
from certclient.ca.http.deadline import Deadline, Line
from certclient.ca.http.nested_tls import NestedTls
from certclient.ca.openssl_errors import clear_foreign_errors
from certclient.ca.transport import Timeouts
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError
from certclient.platform.proxies.logins import ProxyLogins


@dataclass(frozen=True, slots=True)
class TlsRoute:
    """The route to `url`'s server through `proxy` (address, or DIRECT). `timeout` in seconds."""

    url: str
    proxy: str
    timeout: float
    logins: ProxyLogins = field(default_factory=ProxyLogins)


def presented_certificates(route: TlsRoute) -> tuple[Certificate, ...]:
    """The certificates that the server presents, its own first; empty on failure.

    Opens a TLS connection of its own, sends nothing over it and closes it. Nothing is verified: use
    the result in messages only.
    """
    try:
        with open_line(route, _inspection_context()) as line:
            # The only place that reads unverified certificates; nothing is sent to the peer.
            own, *others = sent_chain(line)
        return tuple(Certificate.read(der) for der in (own, *others))
    except (OSError, ValueError, http.client.HTTPException, CertclientError):
        return ()


def verifies(route: TlsRoute, roots: Sequence[bytes]) -> bool | None:
    """Whether the server's certificate chains to one of `roots` (DER); None if unknown.

    CA certificates among them that are not roots only help path building. A failed connection gives
    None.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for root in roots:
        with contextlib.suppress(ssl.SSLError):  # skips what OpenSSL cannot read
            context.load_verify_locations(cadata=root)
    try:
        with open_line(route, context):
            return True
    except ssl.SSLCertVerificationError:
        return False
    except (OSError, http.client.HTTPException, CertclientError):
        return None


@contextlib.contextmanager
def open_line(route: TlsRoute, context: ssl.SSLContext) -> Iterator[Line]:
    """A TLS connection of its own to the server; closed at the end.

    Raises OSError, http.client.HTTPException, CertclientError (the proxy).
    """
    clear_foreign_errors()
    limits = Timeouts(route.timeout, route.timeout, 2 * route.timeout)
    line = connect(
        Server.of(route.url),
        proxy_of(route.proxy),
        Deadline(limits, time.monotonic),
        Network(context, route.logins),
    )
    try:
        yield line
    finally:
        line.close()


def sent_chain(line: Line) -> Sequence[bytes]:
    """The chain (DER) as received on `line`; empty without TLS of Python's ssl."""
    connected = line.connected
    if isinstance(connected, NestedTls):
        return _sent(connected.tls)
    return _sent(connected) if isinstance(connected, ssl.SSLSocket) else ()


def _sent(connection: Any) -> Sequence[bytes]:
    """Public API since Python 3.13; before, inside `_sslobj` only."""
    if sys.version_info >= (3, 13):
        return connection.get_unverified_chain() or ()
    inner = connection._sslobj.get_unverified_chain() or ()
    return [certificate.public_bytes(_ssl.ENCODING_DER) for certificate in inner]


def _inspection_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
