"""Why a certificate in a store cannot be renewed by this program, whatever its date.

Said in the list before anyone clicks, and by a renewal that is asked for all the same.
"""

from __future__ import annotations

from certclient.model import ber
from certclient.model.certificate import Certificate, SubjectRule
from certclient.model.certificate_reading import CertificateField
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import SignaturePurpose, signature_algorithms
from certclient.model.public_keys import kind_and_curve

_NEEDED = frozenset(
    {
        CertificateField.SERIAL,
        CertificateField.ISSUER,
        CertificateField.NOT_BEFORE,
        CertificateField.NOT_AFTER,
        CertificateField.PUBLIC_KEY,
    }
)
"""Fields without which no renewal can be requested, or is known to be due. Without its subject, a
certificate is no customer's at all (`inventory.Inventory.unreadable`)."""


def obstacle(certificate: Certificate, rule: SubjectRule) -> CertclientError | None:
    """What stands in the way of renewing it, None for nothing.

    CERTIFICATE_DAMAGED (data `fields`: `CertificateField` values), CERTIFICATE_OF_CA,
    CERTIFICATE_OTHER_ISSUER (data `issuer`), CERTIFICATE_KEY_KIND (data `key_kind`); all with data
    `serial`. A missing key is not the certificate's matter: see `StoredCertificate.key`.
    """
    serial = certificate.serial_hex
    if unreadable := (certificate.unreadable & _NEEDED) | _unsendable(certificate):
        fields = ",".join(sorted(field.value for field in unreadable))
        return CertclientError(ErrorCode.CERTIFICATE_DAMAGED, serial=serial, fields=fields)
    if certificate.is_ca:
        return CertclientError(ErrorCode.CERTIFICATE_OF_CA, serial=serial)
    if not certificate.has_issuer(rule):
        issuer = certificate.issuer_common_name
        return CertclientError(ErrorCode.CERTIFICATE_OTHER_ISSUER, serial=serial, issuer=issuer)
    if not signature_algorithms(certificate.spki, SignaturePurpose.REQUEST):
        kind = kind_and_curve(certificate.spki)
        return CertclientError(ErrorCode.CERTIFICATE_KEY_KIND, serial=serial, key_kind=kind)
    return None


def _unsendable(certificate: Certificate) -> frozenset[CertificateField]:
    """The names in an encoding that no request to a CA, which is DER, can repeat."""
    parts = {
        CertificateField.SUBJECT: certificate.subject,
        CertificateField.ISSUER: certificate.issuer,
    }
    return frozenset(field for field, der in parts.items() if not ber.has_der_length(der))


def check_renewable(certificate: Certificate, rule: SubjectRule) -> None:
    """Raises the `obstacle`, if there is one."""
    found = obstacle(certificate, rule)
    if found is not None:
        raise found
