"""A client's TLS session by GnuTLS over a connection that is there already.

Python functions read, write, sign and judge the server; an error in one of them ends GnuTLS's call,
which then raises that error.
"""

from __future__ import annotations

import ctypes
import errno
from collections.abc import Callable, Sequence
from ctypes import byref, c_uint, c_void_p
from dataclasses import dataclass
from typing import Protocol

from certclient.platform.gnutls import declarations as gnutls
from certclient.platform.gnutls.calls import Caught, checked, content_of, datum_of
from certclient.platform.gnutls.client_key import ClientKey, KeyCallbacks
from certclient.platform.gnutls.declarations import Library

_COMMON = (
    "SECURE128:-VERS-ALL:+VERS-TLS1.2:-RSA:-SHA1:+SHA384:+SHA256"
    ":-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:-SIGN-DSA-SHA1:-SIGN-DSA-SHA256:%SAFE_RENEGOTIATION"
)
TLS_1_3 = f"{_COMMON}:+VERS-TLS1.3"
TLS_1_2_ONLY = _COMMON
"""Priority strings: as Python's ssl does, forward secrecy, no SHA-1, no insecure renegotiation."""


class Stream(Protocol):
    """What the session is made over."""

    def recv(self, length: int, /) -> bytes:
        """At most `length` bytes; b"" at the end."""
        ...

    def sendall(self, data: bytes, /) -> None:
        """Sends all of it."""
        ...


@dataclass(frozen=True, slots=True)
class Trust:
    """Roots for the server's certificate: DER, or files and folders of PEM. `check` judges what the
    server sent (DER), and what GnuTLS found against it (STATUS_…; 0: nothing)."""

    check: Callable[[Sequence[bytes], int], None]
    roots: Sequence[bytes] = ()
    file: str = ""
    folder: str = ""


class TlsSession:
    """One session; `close` it. Methods raise GnuTlsError, and the errors of the functions given.

    Only one thread may use it, and after `close` nothing: GnuTLS would read freed memory.
    """

    def __init__(
        self, library: Library, stream: Stream, host: str, trust: Trust, key: ClientKey
    ) -> None:
        """`host`: the server's name in ASCII, or its IP address."""
        self._gnutls = library
        self._stream = stream
        self._host = host.encode("ascii")
        self._trust = trust
        self._caught = Caught()
        self._key = KeyCallbacks(library, key, self._caught)
        # GnuTLS calls them until the session is closed.
        self._push = gnutls.Push(self._on_push)
        self._pull = gnutls.Pull(self._on_pull)
        self._ready = gnutls.PullTimeout(lambda _stream, _milliseconds: 1)
        self._verify = gnutls.VerifyCallback(self._on_verify)
        self._session, self._credentials = c_void_p(), c_void_p()
        self._outgoing = bytearray()
        self._lost: ConnectionError | None = None

    def handshake(self, priorities: str, *, named: bool) -> None:
        """Makes the handshake. `named`: whether the host is a name, so that the server is told."""
        self._check(self._gnutls.certificate_allocate_credentials(byref(self._credentials)))
        self._prepare_credentials()
        flags = gnutls.CLIENT | gnutls.NO_SIGNAL | gnutls.NO_TICKETS
        flags |= gnutls.FORCE_CLIENT_CERTIFICATE | gnutls.POST_HANDSHAKE_AUTH
        self._check(self._gnutls.init(byref(self._session), flags))
        self._check(self._gnutls.priority_set_direct(self._session, priorities.encode(), None))
        credentials = (gnutls.CREDENTIALS_CERTIFICATE, self._credentials)
        self._check(self._gnutls.credentials_set(self._session, *credentials))
        if named:
            name = (gnutls.NAME_DNS, self._host, len(self._host))
            self._check(self._gnutls.server_name_set(self._session, *name))
        self._gnutls.transport_set_push_function(self._session, self._push)
        self._gnutls.transport_set_pull_function(self._session, self._pull)
        self._gnutls.transport_set_pull_timeout_function(self._session, self._ready)
        self._shake_hands()

    def receive(self, length: int) -> bytes:
        """At most `length` bytes; b"" at the end of the session.

        Answers a server that asks for the client certificate only now: by renegotiation in TLS 1.2
        (RFC 5746), after the handshake in TLS 1.3 (RFC 8446, 4.6.2).
        """
        buffer = ctypes.create_string_buffer(length)
        while True:
            received = self._gnutls.record_recv(self._session, buffer, length)
            if received == gnutls.E_REHANDSHAKE:
                self._shake_hands()
            elif received == gnutls.E_REAUTH_REQUEST:
                self._check(self._gnutls.reauth(self._session, 0))
            elif received not in _AGAIN:
                return buffer.raw[: self._check(received)]

    def send(self, data: bytes) -> None:
        """Sends all of `data`."""
        while data:
            sent = self._gnutls.record_send(self._session, data, len(data))
            if sent not in _AGAIN:
                data = data[self._check(sent) :]
        self._flush()

    def chain(self) -> Sequence[bytes]:
        """The certificates (DER) that the server has sent, its own first."""
        count = c_uint()
        peers = self._gnutls.certificate_get_peers(self._session, byref(count))
        return [content_of(peers[index]) for index in range(count.value)] if peers else []

    @property
    def signed(self) -> bool:
        """Whether the key has been asked to sign."""
        return self._key.signed

    @property
    def certificate_requested(self) -> bool:
        """Whether the server has asked for a client certificate."""
        return bool(self._gnutls.certificate_client_get_request_status(self._session))

    def close(self) -> None:
        """Frees everything; the connection stays open."""
        if self._session:
            self._gnutls.deinit(self._session)
        if self._credentials:
            self._gnutls.certificate_free_credentials(self._credentials)
        self._session, self._credentials = c_void_p(), c_void_p()

    def _shake_hands(self) -> None:
        while True:
            result = self._gnutls.handshake(self._session)
            if result not in (*_AGAIN, gnutls.E_GOT_APPLICATION_DATA):
                self._check(result)
                return

    def _prepare_credentials(self) -> None:
        trust, credentials = self._trust, self._credentials
        for root in trust.roots:
            datum = datum_of(root)
            self._check(
                self._gnutls.certificate_set_x509_trust_mem(credentials, byref(datum), gnutls.DER)
            )
        if trust.file:
            self._check(
                self._gnutls.certificate_set_x509_trust_file(
                    credentials, trust.file.encode(), gnutls.PEM
                )
            )
        if trust.folder:
            self._check(
                self._gnutls.certificate_set_x509_trust_dir(
                    credentials, trust.folder.encode(), gnutls.PEM
                )
            )
        self._gnutls.certificate_set_verify_function(credentials, self._verify)
        self._gnutls.certificate_set_flags(credentials, gnutls.SKIP_KEY_MATCH)
        self._key.add_to(credentials)

    def _check(self, result: int) -> int:
        return checked(self._gnutls, self._caught, result, self._session)

    def _flush(self) -> None:
        """Sends what GnuTLS has written: whole flights, as a server may stop reading after a part;
        the last one of a handshake together with the request.

        A server that refuses the client certificate says so and closes, perhaps before it has read
        all. The lost connection counts only when there is no more to read.
        """
        data = bytes(self._outgoing)
        self._outgoing.clear()
        try:
            if data and self._lost is None:
                self._stream.sendall(data)
        except ConnectionError as error:
            self._lost = error

    def _on_push(self, _stream: int, address: int, length: int) -> int:
        with self._caught:
            self._outgoing += ctypes.string_at(address, length)
            return length
        self._gnutls.transport_set_errno(self._session, errno.EIO)
        return -1

    def _on_pull(self, _stream: int, address: int, length: int) -> int:
        with self._caught:
            self._flush()
            data = self._stream.recv(length)
            if not data and self._lost is not None:
                raise self._lost
            ctypes.memmove(address, data, len(data))
            return len(data)
        self._gnutls.transport_set_errno(self._session, errno.EIO)
        return -1

    def _on_verify(self, session: int) -> int:
        """Called when the server's certificate has come, before anything of ours is sent."""
        with self._caught:
            status = c_uint()
            host = gnutls.TypedData(gnutls.DATA_HOST_NAME, self._host, 0)
            purpose = gnutls.TypedData(gnutls.DATA_KEY_PURPOSE, gnutls.SERVER_PURPOSE, 0)
            expected = (gnutls.TypedData * 2)(host, purpose)
            self._check(self._gnutls.certificate_verify_peers(session, expected, 2, byref(status)))
            self._trust.check(self.chain(), status.value)
            return 0
        return gnutls.E_CERTIFICATE_ERROR


_AGAIN = (gnutls.E_AGAIN, gnutls.E_INTERRUPTED, gnutls.E_WARNING_ALERT_RECEIVED)
