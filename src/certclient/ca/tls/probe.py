"""The certificates that a server shows: they name who opens TLS on the way."""

from __future__ import annotations

import _ssl
import contextlib
import http.client
import ssl
import sys
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from certclient.ca.openssl_errors import forget_foreign_errors
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError

_HTTPS_PORT = 443
_PROXY_PORT = 8080


@dataclass(frozen=True, slots=True)
class Way:
    """To `url`'s server through `proxy` (its address; DIRECT for none). `timeout` in seconds."""

    url: str
    proxy: str
    timeout: float


def certificates_shown(way: Way) -> tuple[Certificate, ...]:
    """The certificates that the server shows, its own first; empty if that fails.

    Makes a TLS connection of its own, sends nothing over it and closes it. Nothing is verified:
    for messages only.
    """
    try:
        with _connected(way, _looking_only()) as connection:
            # The only reader of unverified certificates; their holder gets nothing from us.
            own, *others = _sent(connection)
        return (Certificate.from_der(own), *_readable(others))
    except (OSError, ValueError, http.client.HTTPException, CertclientError):
        return ()


def verifies(way: Way, roots: Sequence[bytes]) -> bool | None:
    """Whether the server's certificate leads to one of these `roots` (DER; CA certificates among
    them that are no roots only help to find the way). None if it cannot be known now."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for root in roots:
        with contextlib.suppress(ssl.SSLError):  # what OpenSSL cannot read counts for nothing
            context.load_verify_locations(cadata=root)
    try:
        with _connected(way, context):
            return True
    except ssl.SSLCertVerificationError:
        return False
    except (OSError, http.client.HTTPException):
        return None


def _readable(encoded: Sequence[bytes]) -> Iterator[Certificate]:
    for der in encoded:
        with contextlib.suppress(CertclientError):
            yield Certificate.from_der(der)


@contextlib.contextmanager
def _connected(way: Way, context: ssl.SSLContext) -> Iterator[Any]:
    """The TLS connection (an SSLSocket) to the server."""
    forget_foreign_errors()
    parts = urlsplit(way.url)
    host, port = parts.hostname or "", parts.port or _HTTPS_PORT
    through = urlsplit(way.proxy) if way.proxy else None
    connection = http.client.HTTPSConnection(
        (through.hostname or "") if through else host,
        (through.port or _PROXY_PORT) if through else port,
        timeout=way.timeout,
        context=context,
    )
    if through is not None:
        connection.set_tunnel(host, port, _credentials(through.username, through.password))
    try:
        connection.connect()
        yield connection.sock
    finally:
        connection.close()


def _sent(connection: Any) -> Sequence[bytes]:
    """The chain as it was sent. Public since Python 3.13; before, `ssl` had it inside."""
    if sys.version_info >= (3, 13):
        return connection.get_unverified_chain() or ()
    inner = connection._sslobj.get_unverified_chain() or ()
    return [certificate.public_bytes(_ssl.ENCODING_DER) for certificate in inner]


def _looking_only() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _credentials(user: str | None, password: str | None) -> dict[str, str]:
    if user is None:
        return {}
    pair = f"{unquote(user)}:{unquote(password or '')}".encode()
    return {"Proxy-Authorization": f"Basic {b64encode(pair).decode()}"}
