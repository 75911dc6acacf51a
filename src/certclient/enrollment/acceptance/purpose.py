"""What the issued certificate is for: to log in, and nothing that the profile does not allow."""

from __future__ import annotations

from certclient.enrollment.acceptance.requested import refused
from certclient.model.certificate import Certificate
from certclient.model.certificate_reading import CertificateReader, KeyUsage
from certclient.model.errors import ErrorCode
from certclient.model.profile import CaSettings
from certclient.model.purposes import AUTHORITY_PURPOSES, CLIENT_AUTH, purpose_name

_UNDERSTOOD = frozenset(
    {
        "1.3.6.1.5.5.7.1.1",  # authorityInfoAccess
        "1.3.6.1.5.5.7.1.3",  # qcStatements
        "2.5.29.14",  # subjectKeyIdentifier
        "2.5.29.15",  # keyUsage
        "2.5.29.17",  # subjectAltName
        "2.5.29.19",  # basicConstraints
        "2.5.29.31",  # cRLDistributionPoints
        "2.5.29.32",  # certificatePolicies
        "2.5.29.35",  # authorityKeyIdentifier
        "2.5.29.37",  # extendedKeyUsage
    }
)
"""Extensions that may be critical in a customer's certificate: those that certclient, browsers and
Windows process (RFC 5280, 4.2)."""

_CA_USAGES = {KeyUsage.KEY_CERT_SIGN: "keyCertSign", KeyUsage.CRL_SIGN: "cRLSign"}


def check_purpose(certificate: Certificate, settings: CaSettings) -> None:
    """Raises ISSUED_AUTHORITY, ISSUED_EXTENSION, ISSUED_KEY_USAGE, ISSUED_NO_CLIENT_AUTH,
    ISSUED_EXTRA_USAGE."""
    if powers := _powers_of_a_ca(certificate):
        raise refused(ErrorCode.ISSUED_AUTHORITY, certificate, found=", ".join(powers))
    if unknown := CertificateReader(certificate.der).critical_extensions - _UNDERSTOOD:
        found = ", ".join(sorted(unknown))
        raise refused(ErrorCode.ISSUED_EXTENSION, certificate, found=found)
    usage = certificate.key_usage
    # Logging in is a signature; without keyUsage, the key may be used for anything.
    if usage is not None and KeyUsage.DIGITAL_SIGNATURE not in usage:
        raise refused(ErrorCode.ISSUED_KEY_USAGE, certificate)
    _check_purposes(certificate, settings)


def _powers_of_a_ca(certificate: Certificate) -> list[str]:
    """What would let the customer speak for the CA, whatever the profile allows."""
    usage = certificate.key_usage or frozenset()
    purposes = certificate.extended_key_usage or frozenset()
    return [
        *(["cA"] if certificate.is_ca else []),
        *(name for bit, name in _CA_USAGES.items() if bit in usage),
        *(name for oid, name in AUTHORITY_PURPOSES.items() if oid in purposes),
    ]


def _check_purposes(certificate: Certificate, settings: CaSettings) -> None:
    purposes = certificate.extended_key_usage
    if purposes is None and not settings.require_extended_key_usage:
        return
    if purposes is None or CLIENT_AUTH not in purposes:
        raise refused(ErrorCode.ISSUED_NO_CLIENT_AUTH, certificate)
    if extra := purposes - settings.extended_key_usages - {CLIENT_AUTH}:
        found = ", ".join(sorted(map(purpose_name, extra)))
        raise refused(ErrorCode.ISSUED_EXTRA_USAGE, certificate, found=found)
