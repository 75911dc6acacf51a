"""A client's TLS session by GnuTLS over a connection that is there already.

Python functions read, write, sign and judge the server; an error in one of them ends GnuTLS's call,
which then raises that error.
"""

from __future__ import annotations

import ctypes
import errno
from collections.abc import Callable, Mapping, Sequence
from ctypes import byref, c_uint, c_void_p
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import SignatureAlgorithm
from certclient.platform.gnutls import declarations as gnutls
from certclient.platform.gnutls.declarations import Datum, Library, Pcert

_ALGORITHMS = {
    b"RSA-SHA256": SignatureAlgorithm.RSA_PKCS1_SHA256,
    b"RSA-SHA384": SignatureAlgorithm.RSA_PKCS1_SHA384,
    b"RSA-SHA512": SignatureAlgorithm.RSA_PKCS1_SHA512,
    b"RSA-PSS-RSAE-SHA256": SignatureAlgorithm.RSA_PSS_SHA256,
    b"RSA-PSS-RSAE-SHA384": SignatureAlgorithm.RSA_PSS_SHA384,
    b"RSA-PSS-RSAE-SHA512": SignatureAlgorithm.RSA_PSS_SHA512,
    b"ECDSA-SHA256": SignatureAlgorithm.ECDSA_SHA256,
    b"ECDSA-SHA384": SignatureAlgorithm.ECDSA_SHA384,
    b"ECDSA-SECP256R1-SHA256": SignatureAlgorithm.ECDSA_SHA256,
    b"ECDSA-SECP384R1-SHA384": SignatureAlgorithm.ECDSA_SHA384,
}
"""GnuTLS's names of the signature schemes of TLS 1.2 and 1.3 (RFC 8446, 4.2.3)."""

_DIGEST_INFOS = {
    bytes.fromhex("3031300d060960864801650304020105000420"): SignatureAlgorithm.RSA_PKCS1_SHA256,
    bytes.fromhex("3041300d060960864801650304020205000430"): SignatureAlgorithm.RSA_PKCS1_SHA384,
    bytes.fromhex("3051300d060960864801650304020305000440"): SignatureAlgorithm.RSA_PKCS1_SHA512,
}
"""For PKCS#1 v1.5, GnuTLS gives the DigestInfo. This is the DER in front of the digest (RFC 8017,
9.2, note 1); its last octet is the digest's length."""

_COMMON = (
    "SECURE128:-VERS-ALL:+VERS-TLS1.2:-RSA:-SHA1:+SHA384:+SHA256"
    ":-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:-SIGN-DSA-SHA1:-SIGN-DSA-SHA256:%SAFE_RENEGOTIATION"
)
TLS_1_3 = f"{_COMMON}:+VERS-TLS1.3"
TLS_1_2_ONLY = _COMMON
"""Priority strings: as Python's ssl does, forward secrecy, no SHA-1, no insecure renegotiation."""


class GnuTlsError(Exception):
    """A failed call. `code`: E_…; `alert`: the server's (RFC 8446, 6), -1 if it sent none."""

    def __init__(self, code: int, text: str, alert: int = -1) -> None:
        super().__init__(text)
        self.code = code
        self.alert = alert


class Stream(Protocol):
    """What the session is made over."""

    def recv(self, length: int, /) -> bytes:
        """At most `length` bytes; b"" at the end."""
        ...

    def sendall(self, data: bytes, /) -> None:
        """Sends all of it."""
        ...


@dataclass(frozen=True, slots=True)
class ClientKey:
    """A client certificate (DER) with its CA certificates behind it, and how its key signs.

    `public_key`: PUBLIC_KEY_… `bits`: its length. `algorithms`: those that `sign_digest` can be
    asked for; it takes the digest of what is to be signed.
    """

    chain: Sequence[bytes]
    public_key: int
    bits: int
    algorithms: frozenset[SignatureAlgorithm]
    sign_digest: Callable[[bytes, SignatureAlgorithm], bytes]


@dataclass(frozen=True, slots=True)
class Trust:
    """Roots for the server's certificate: DER, or files and folders of PEM. `check` judges what the
    server sent (DER), and what GnuTLS found against it (STATUS_…; 0: nothing)."""

    check: Callable[[Sequence[bytes], int], None]
    roots: Sequence[bytes] = ()
    file: str = ""
    folder: str = ""


class _Caught:
    """Keeps an error out of C code, for the caller of the C code."""

    def __init__(self) -> None:
        self.error: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if error is not None and self.error is None:
            self.error = error
        return True

    def take(self) -> BaseException | None:
        """The error, once."""
        error, self.error = self.error, None
        return error


class TlsSession:
    """One session; `close` it. Methods raise GnuTlsError, and the errors of the functions given.

    Only one thread may use it.
    """

    def __init__(
        self, library: Library, stream: Stream, host: str, trust: Trust, key: ClientKey
    ) -> None:
        """`host`: the server's name in ASCII, or its IP address."""
        self._gnutls = library
        self._stream = stream
        self._host = host.encode("ascii")
        self._trust = trust
        self._key = key
        self._caught = _Caught()
        self._algorithms = _ids(library)
        # GnuTLS calls them until the session is closed.
        self._push = gnutls.Push(self._on_push)
        self._pull = gnutls.Pull(self._on_pull)
        self._ready = gnutls.PullTimeout(lambda _stream, _milliseconds: 1)
        self._verify = gnutls.VerifyCallback(self._on_verify)
        self._sign = gnutls.SignCallback(self._on_sign)
        self._info = gnutls.InfoCallback(self._on_info)
        self._session, self._credentials = c_void_p(), c_void_p()
        self._outgoing = bytearray()
        self._lost: ConnectionError | None = None
        self.signed = False
        """Whether the key has been asked to sign."""

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
        return [_content(peers[index]) for index in range(count.value)] if peers else []

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
            datum = _datum(root)
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
        self._set_key()

    def _set_key(self) -> None:
        """Gives GnuTLS the chain and a key that signs by `_on_sign`."""
        chain = (Pcert * len(self._key.chain))()
        key, read = c_void_p(), 0
        try:
            for pcert, der in zip(chain, self._key.chain, strict=True):
                datum = _datum(der)
                self._check(
                    self._gnutls.pcert_import_x509_raw(byref(pcert), byref(datum), gnutls.DER, 0)
                )
                read += 1
            self._check(self._gnutls.privkey_init(byref(key)))
            self._check(
                self._gnutls.privkey_import_ext4(
                    key, None, None, self._sign, None, None, self._info, 0
                )
            )
            given = (self._credentials, None, 0, chain, len(chain), key)
            self._check(self._gnutls.certificate_set_key(*given))
        except BaseException:  # from here on, the credentials would own both
            for pcert in chain[:read]:
                self._gnutls.pcert_deinit(byref(pcert))
            if key:
                self._gnutls.privkey_deinit(key)
            raise

    def _check(self, result: int) -> int:
        """Returns `result`. Raises what a function has raised meanwhile, or GnuTlsError."""
        if (error := self._caught.take()) is not None:
            raise error
        if result >= 0:
            return result
        alert = -1
        text = self._gnutls.strerror(result).decode(errors="replace")
        if result == gnutls.E_FATAL_ALERT_RECEIVED:
            alert = self._gnutls.alert_get(self._session)
            name = self._gnutls.alert_get_name(alert) or b"unknown"
            text = f"alert {alert}: {name.decode(errors='replace')}"
        raise GnuTlsError(result, text, alert)

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

    def _on_sign(
        self, _key: int, kind: int, _data: int, _flags: int, message: object, result: object
    ) -> int:
        with self._caught:
            self.signed = True
            content = _content(message[0])  # type: ignore[index] # a POINTER(Datum)
            algorithm = self._algorithms.get(kind)
            if algorithm is None:
                content, algorithm = _split(content)
            signature = self._key.sign_digest(content, algorithm)
            if self._gnutls.give(result[0], signature):  # type: ignore[index]
                return 0
        return gnutls.E_USER_ERROR

    def _on_info(self, _key: int, flags: int, _data: int) -> int:
        """What GnuTLS asks of the key: its kind, its length, whether it can sign in some way."""
        if flags & gnutls.INFO_ALGORITHM:
            return self._key.public_key
        if flags & gnutls.INFO_BITS:
            return self._key.bits
        if flags & gnutls.INFO_HAS_SIGNATURE:
            wanted = self._algorithms.get(flags >> gnutls.INFO_SIGNATURE_SHIFT)
            return int(wanted in self._key.algorithms)
        return -1


_AGAIN = (gnutls.E_AGAIN, gnutls.E_INTERRUPTED, gnutls.E_WARNING_ALERT_RECEIVED)


def _ids(library: Library) -> Mapping[int, SignatureAlgorithm]:
    return {library.sign_get_id(name): ours for name, ours in _ALGORITHMS.items()}


def _split(digest_info: bytes) -> tuple[bytes, SignatureAlgorithm]:
    """The digest and the algorithm of a signature by PKCS#1 v1.5."""
    for prefix, algorithm in _DIGEST_INFOS.items():
        if digest_info.startswith(prefix) and len(digest_info) == len(prefix) + prefix[-1]:
            return digest_info[len(prefix) :], algorithm
    raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="unknown DigestInfo")


def _datum(content: bytes) -> Datum:
    """Keeps `content` alive as long as itself."""
    buffer = ctypes.create_string_buffer(content, len(content))
    datum = Datum(ctypes.cast(buffer, c_void_p), len(content))
    datum.owner = buffer
    return datum


def _content(datum: Datum) -> bytes:
    return ctypes.string_at(datum.data, datum.size)
