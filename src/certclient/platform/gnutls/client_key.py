"""A client certificate whose key GnuTLS has not: it asks a function for each signature."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from ctypes import byref, c_void_p
from dataclasses import dataclass

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import SignatureAlgorithm
from certclient.platform.gnutls import declarations as gnutls
from certclient.platform.gnutls.calls import Caught, checked, content_of, datum_of
from certclient.platform.gnutls.declarations import Library, Pcert

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


class KeyCallbacks:
    """Joins a ClientKey with GnuTLS. Keep it as long as the credentials."""

    def __init__(self, library: Library, key: ClientKey, caught: Caught) -> None:
        """`caught` gets the errors of the functions that GnuTLS calls."""
        self._gnutls = library
        self._key = key
        self._caught = caught
        self._algorithms = _ids(library)
        self._sign = gnutls.SignCallback(self._on_sign)
        self._info = gnutls.InfoCallback(self._on_info)
        self.signed = False
        """Whether the key has been asked to sign."""

    def add_to(self, credentials: c_void_p) -> None:
        """Gives GnuTLS the chain and a key that signs by `_on_sign`. Raises GnuTlsError."""
        chain = (Pcert * len(self._key.chain))()
        key, read = c_void_p(), 0
        try:
            for pcert, der in zip(chain, self._key.chain, strict=True):
                datum = datum_of(der)
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
            given = (credentials, None, 0, chain, len(chain), key)
            self._check(self._gnutls.certificate_set_key(*given))
        except BaseException:  # from here on, the credentials would own both
            for pcert in chain[:read]:
                self._gnutls.pcert_deinit(byref(pcert))
            if key:
                self._gnutls.privkey_deinit(key)
            raise

    def _check(self, result: int) -> None:
        checked(self._gnutls, self._caught, result, c_void_p())

    def _on_sign(
        self, _key: int, kind: int, _data: int, _flags: int, message: object, result: object
    ) -> int:
        with self._caught:
            self.signed = True
            content = content_of(message[0])  # type: ignore[index] # a POINTER(Datum)
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


def _ids(library: Library) -> Mapping[int, SignatureAlgorithm]:
    return {library.sign_get_id(name): ours for name, ours in _ALGORITHMS.items()}


def _split(digest_info: bytes) -> tuple[bytes, SignatureAlgorithm]:
    """The digest and the algorithm of a signature by PKCS#1 v1.5."""
    for prefix, algorithm in _DIGEST_INFOS.items():
        if digest_info.startswith(prefix) and len(digest_info) == len(prefix) + prefix[-1]:
            return digest_info[len(prefix) :], algorithm
    raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="unknown DigestInfo")
