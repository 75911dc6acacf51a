"""GnuTLS's session with the methods of a socket, and the exceptions of Python's ssl."""

from __future__ import annotations

import errno
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_address
from socket import socket

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.tls_server import names_host_of_kind
from certclient.platform.gnutls import declarations as gnutls
from certclient.platform.gnutls.calls import GnuTlsError
from certclient.platform.gnutls.session import TlsSession

_REFUSALS = frozenset({42, 43, 44, 45, 46, 48, 49, 116})
"""Alerts about a client certificate (RFC 8446, 6.2): bad, unsupported, revoked, expired, unknown,
unknown CA, access denied, certificate required."""
_AFTER_SIGNATURE = frozenset({40, 51})
"""Handshake failure and decrypt error: about the client certificate if it was sent."""
_LOST = frozenset({gnutls.E_PREMATURE_TERMINATION, gnutls.E_PULL_ERROR, gnutls.E_PUSH_ERROR})


class TimedStream:
    """A connected socket for GnuTLS, which reads and writes in many steps.

    `settimeout` limits all steps until the next one together. `monotonic` returns seconds.
    """

    def __init__(self, connected: socket | ssl.SSLSocket, monotonic: Callable[[], float]) -> None:
        self._connected = connected
        self._monotonic = monotonic
        self._end: float | None = None
        self.settimeout(connected.gettimeout())

    def settimeout(self, seconds: float | None) -> None:
        """Starts a new limit; None for none."""
        self._end = None if seconds is None else self._monotonic() + seconds

    def recv(self, length: int, /) -> bytes:
        """See socket.recv."""
        self._arm()
        return self._connected.recv(length)

    def sendall(self, data: bytes, /) -> None:
        """See socket.sendall."""
        self._arm()
        self._connected.sendall(data)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """What happens within does not count: a person may have to type a PIN."""
        started = self._monotonic()
        yield
        if self._end is not None:
            self._end += self._monotonic() - started

    def _arm(self) -> None:
        if self._end is None:
            self._connected.settimeout(None)
            return
        left = self._end - self._monotonic()
        if left <= 0:
            raise TimeoutError("the TLS connection took too long")
        self._connected.settimeout(left)


class KeyedTls:
    """The methods of a socket that `Line` uses, for a session over `connected`.

    Methods raise OSError and ssl.SSLError as ssl.SSLSocket, and CertclientError:
    CLIENT_CERTIFICATE_REFUSED (host, reason), and what the identity's signer raises.
    """

    def __init__(
        self, connected: socket, stream: TimedStream, session: TlsSession, host: str
    ) -> None:
        self._connected = connected
        self._stream = stream
        self._session = session
        self._host = host
        self._closed = False

    def handshake(self, priorities: str) -> None:
        """Connects. `priorities`: see `platform.gnutls.session`."""
        with self._translated():
            self._session.handshake(priorities, named=not is_address(self._host))

    def settimeout(self, seconds: float | None) -> None:
        """See socket.settimeout."""
        self._stream.settimeout(seconds)

    def recv(self, length: int) -> bytes:
        """See socket.recv. As ssl's sockets do, takes a lost connection for the end."""
        try:
            with self._translated():
                return self._session.receive(length)
        except ssl.SSLEOFError:
            return b""

    def sendall(self, data: bytes) -> None:
        """See socket.sendall. A connection that is lost meanwhile shows in `recv`."""
        with self._translated():
            self._session.send(data)

    def pending(self) -> int:
        """See NestedTls.pending; at least 1, as such a connection is not used twice: the server may
        ask for another signature."""
        return 1

    def close(self) -> None:
        """See socket.close."""
        self._closed = True
        self._session.close()
        self._connected.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        if self._closed:
            raise OSError(errno.EBADF, "the connection is closed")
        try:
            yield
        except GnuTlsError as error:
            raise self._error(error) from error

    def _error(self, error: GnuTlsError) -> Exception:
        about_us = error.alert in _REFUSALS and self._session.certificate_requested
        if about_us or (error.alert in _AFTER_SIGNATURE and self._session.signed):
            return CertclientError(
                ErrorCode.CLIENT_CERTIFICATE_REFUSED, host=self._host, reason=str(error)
            )
        if error.code in _LOST:
            return _named(ssl.SSLEOFError(ssl.SSL_ERROR_EOF, str(error)), str(error))
        return _named(ssl.SSLError(ssl.SSL_ERROR_SSL, str(error)), str(error))


def _named(error: ssl.SSLError, reason: str) -> ssl.SSLError:
    """With the attributes that an error of OpenSSL has."""
    error.library, error.reason = "GnuTLS", reason
    return error


def check_server(host: str, chain: Sequence[bytes], status: int) -> None:
    """Raises ssl.SSLCertVerificationError if GnuTLS found something against the certificate of the
    server `host`.

    `status`: STATUS_… As with `ca.http.tls`, a server is known by its subjectAltName alone; GnuTLS
    would take a Common Name.
    """
    reason = next((text for flag, text in _REASONS.items() if status & flag), "")
    if status and not reason:
        reason = f"certificate is not valid (GnuTLS status {status:#x})"
    if not reason and not (chain and names_host_of_kind(chain[0], host)):
        reason = "host name mismatch: no such subjectAltName"
    if reason:
        error = ssl.SSLCertVerificationError(ssl.SSL_ERROR_SSL, reason)
        error.verify_message = reason
        raise _named(error, reason)


_REASONS = {
    gnutls.STATUS_SIGNER_NOT_FOUND: "no path to a trusted issuer",
    gnutls.STATUS_EXPIRED: "certificate has expired",
    gnutls.STATUS_NOT_ACTIVATED: "certificate is not yet valid",
    gnutls.STATUS_UNEXPECTED_OWNER: "host name mismatch",
    gnutls.STATUS_PURPOSE_MISMATCH: "certificate is not for servers",
}
"""The first that applies is told, in English for support."""


def is_address(host: str) -> bool:
    """Whether `host` is an IP address, not a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
