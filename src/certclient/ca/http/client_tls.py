"""TLS to a server with a client certificate whose key stays in its store.

Python's ssl takes a key as a file only; GnuTLS asks a function for the signature. Servers are
judged by the same roots as in `ca.http.tls`.
"""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from socket import socket
from typing import TypeVar

from certclient.ca.http.deadline import Connected, Deadline
from certclient.ca.http.keyed_tls import KeyedTls, TimedStream, check_server, is_address
from certclient.ca.transport import TlsIdentity
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import PSS, DigestSigner, SignatureAlgorithm, can_sign
from certclient.model.public_keys import ec_curve, rsa_modulus
from certclient.platform.gnutls import declarations as gnutls
from certclient.platform.gnutls.client_key import ClientKey
from certclient.platform.gnutls.session import (
    TLS_1_2_ONLY,
    TLS_1_3,
    TlsSession,
    Trust,
)

T = TypeVar("T")

_CANNOT_SIGN = frozenset({ErrorCode.KEY_UNSUPPORTED, ErrorCode.TOKEN_FAILED})
"""How a token that is there ends a signature that it cannot make."""

_ROOT_FILES = (
    "/etc/ssl/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/cert.pem",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/ca-bundle.pem",
)
"""As truststore: where systems keep their roots if OpenSSL's own places are empty."""


def is_possible(identity: TlsIdentity) -> bool:
    """Whether this computer can use `identity`: GnuTLS is there, and the key can take part."""
    return (
        gnutls.library() is not None
        and isinstance(identity.signer, DigestSigner)
        and bool(_algorithms(identity))
    )


def _algorithms(identity: TlsIdentity) -> frozenset[SignatureAlgorithm]:
    """Those that a key of this kind has; some stores lack some of them."""
    spki = identity.certificate.spki
    return frozenset(one for one in SignatureAlgorithm if can_sign(spki, one))


def system_roots() -> tuple[str, str]:
    """The file and the folder with the system's roots that OpenSSL reads; "" for none."""
    paths = ssl.get_default_verify_paths()
    file, folder = paths.cafile or "", paths.capath or ""
    if not file and not (folder and any(Path(folder).iterdir())):
        return next(filter(os.path.isfile, _ROOT_FILES), ""), ""
    inside = file and folder and Path(file).resolve().parent == Path(folder).resolve()
    return file, "" if inside else folder


class ClientTls:
    """Makes the TLS connections of one exchange with one identity.

    `anchors`: the only roots trusted for the server; if empty, the system's. Raises CertclientError
    on creation: TLS_LIBRARY_MISSING, KEY_UNSUPPORTED (the store's keys cannot take part).
    """

    def __init__(
        self,
        identity: TlsIdentity,
        anchors: Sequence[Certificate],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`monotonic` returns seconds that never go back."""
        library = gnutls.library()
        if library is None:
            raise CertclientError(ErrorCode.TLS_LIBRARY_MISSING)
        if not isinstance(identity.signer, DigestSigner) or not _algorithms(identity):
            raise CertclientError(ErrorCode.KEY_UNSUPPORTED, problem="tls")
        self._library = library
        self._identity = identity
        self._signer = identity.signer
        self._anchors = [anchor.der for anchor in anchors]
        self._monotonic = monotonic
        self._pss = True
        self._asked_for: SignatureAlgorithm | None = None

    def with_fallback(self, exchange: Callable[[], T]) -> T:
        """Runs `exchange`, which uses `wrap`; once more by TLS 1.2 if the key cannot sign for 1.3.

        Raises KEY_UNSUPPORTED (problem "tls-pss") if the server takes no other signature.
        """
        try:
            return exchange()
        except CertclientError as error:
            if error.code not in _CANNOT_SIGN or self._asked_for not in PSS:
                raise
            first = error
        self._pss, self._asked_for = False, None
        try:
            return exchange()
        except CertclientError as error:
            if error.code is not ErrorCode.TLS_UNTRUSTED or self._asked_for is not None:
                raise
            reason = first.data.get("reason", "")
            raise CertclientError(
                ErrorCode.KEY_UNSUPPORTED, problem="tls-pss", reason=reason
            ) from error

    def wrap(self, connected: Connected, host: str, deadline: Deadline) -> KeyedTls:
        """Makes the handshake with `host`. Raises as the methods of KeyedTls."""
        if not isinstance(connected, socket):
            raise ssl.SSLError("no third layer of TLS")
        name = host if is_address(host) else host.encode("idna").decode("ascii")
        file, folder = ("", "") if self._anchors else system_roots()
        trust = Trust(partial(check_server, name), self._anchors, file, folder)
        stream = TimedStream(connected, self._monotonic)
        session = TlsSession(self._library, stream, name, trust, self._client_key(stream, deadline))
        tls = KeyedTls(connected, stream, session, host)
        try:
            tls.handshake(TLS_1_3 if self._pss else TLS_1_2_ONLY)
        except BaseException:
            session.close()  # the caller closes the connection
            raise
        return tls

    def _client_key(self, stream: TimedStream, deadline: Deadline) -> ClientKey:
        spki, chain = self._identity.certificate.spki, self._identity.ordered_chain()
        curve = ec_curve(spki)
        possible = _algorithms(self._identity)

        def sign(digest: bytes, algorithm: SignatureAlgorithm) -> bytes:
            self._asked_for = algorithm
            with stream.paused(), deadline.paused():
                return self._signer.sign_digest(digest, algorithm)

        return ClientKey(
            chain=[one.der for one in chain],
            public_key=gnutls.PUBLIC_KEY_EC if curve else gnutls.PUBLIC_KEY_RSA,
            bits=curve.bits if curve else (rsa_modulus(spki) or 0).bit_length(),
            algorithms=possible if self._pss else possible - PSS,
            sign_digest=sign,
        )
