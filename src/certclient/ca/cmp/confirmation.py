"""The certConf entry for one certificate (RFC 9810, 5.3.18)."""

from __future__ import annotations

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from certclient.cmp.bodies import CertStatus
from certclient.cmp.names import AlgorithmIdentifier
from certclient.cmp.status import Failure, PkiStatus, PkiStatusInfo
from certclient.model.certificate import Certificate
from certclient.model.errors import ErrorCode

_SHA256 = AlgorithmIdentifier("2.16.840.1.101.3.4.2.1")

_FAILURES = {
    ErrorCode.ISSUED_SUBJECT_MISMATCH: Failure.BAD_CERT_TEMPLATE,
    ErrorCode.ISSUED_TWO_NAMES: Failure.BAD_CERT_TEMPLATE,
    ErrorCode.ISSUED_SUBJECT_CHANGED: Failure.BAD_CERT_TEMPLATE,
    ErrorCode.ISSUED_KEY_MISMATCH: Failure.BAD_POP,
    ErrorCode.ISSUED_WEAK_KEY: Failure.BAD_ALG,
    ErrorCode.ISSUED_WEAK_SIGNATURE: Failure.BAD_ALG,
    ErrorCode.ISSUED_UNTRUSTED: Failure.SIGNER_NOT_TRUSTED,
    ErrorCode.ISSUED_OTHER_CA: Failure.SIGNER_NOT_TRUSTED,
    ErrorCode.ISSUED_EXPIRED: Failure.BAD_TIME,
    ErrorCode.ISSUED_TOO_LONG: Failure.UNACCEPTED_POLICY,
    ErrorCode.ISSUED_NOT_LATER: Failure.UNACCEPTED_POLICY,
    ErrorCode.ISSUED_NO_CLIENT_AUTH: Failure.UNACCEPTED_EXTENSION,
    ErrorCode.ISSUED_KEY_USAGE: Failure.UNACCEPTED_EXTENSION,
    ErrorCode.ISSUED_EXTRA_USAGE: Failure.UNACCEPTED_EXTENSION,
    ErrorCode.ISSUED_AUTHORITY: Failure.UNACCEPTED_EXTENSION,
    ErrorCode.ISSUED_EXTENSION: Failure.UNACCEPTED_EXTENSION,
}


def confirmation(
    certificate: Certificate, cert_req_id: int, rejection: ErrorCode | None
) -> CertStatus:
    """Accepts the certificate, or rejects it with the stable error code as the status text.

    The certHash uses the hash of the certificate's own signature. If that has none (Ed25519) or an
    unknown one, the hash is SHA-256 and named in hashAlg, which requires pvno 3.
    """
    digest, named = certificate_hash(certificate)
    return CertStatus(digest, cert_req_id, _status(rejection), named)


def certificate_hash(certificate: Certificate) -> tuple[bytes, AlgorithmIdentifier | None]:
    """certHash, and hashAlg if it must be named."""
    try:
        algorithm = certificate.x509.signature_hash_algorithm
    except (UnsupportedAlgorithm, ValueError, TypeError):
        algorithm = None
    digest = hashes.Hash(algorithm or hashes.SHA256())
    digest.update(certificate.der)
    return digest.finalize(), None if algorithm else _SHA256


def _status(rejection: ErrorCode | None) -> PkiStatusInfo | None:
    if rejection is None:
        return None
    failure = _FAILURES.get(rejection, Failure.INCORRECT_DATA)
    return PkiStatusInfo(PkiStatus.REJECTION, (rejection.code,), frozenset({failure}))
