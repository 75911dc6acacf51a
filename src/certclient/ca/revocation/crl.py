"""CRLs (RFC 5280, 5): whether a complete one of the issuer lists a certificate."""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID

from certclient.ca.revocation.addresses import distribution_points
from certclient.ca.revocation.answers import AnswerError, check_fresh, check_signed, readable
from certclient.ca.revocation.states import RevocationAnswer, RevocationState
from certclient.model import ber, names
from certclient.model.ca_signatures import CaSignature
from certclient.model.certificate import Certificate
from certclient.model.certificate_reading import KeyUsage

MEDIA_TYPE = "application/pkix-crl"

_PEM = b"-----BEGIN X509 CRL-----"


def answer(
    data: bytes,
    certificate: Certificate,
    issuer: Certificate,
    now: datetime,
    allowed: frozenset[CaSignature],
) -> RevocationAnswer:
    """Reads a CRL (DER or PEM) about `certificate`, issued by `issuer`, at `now` (aware).

    Counts only if it is the issuer's own, signed by it, complete for this certificate (no delta,
    not for CAs or for some reasons alone, not of another distribution point), and fresh. Raises
    AnswerError.
    """
    with readable("CRL"):
        is_pem = data.lstrip().startswith(_PEM)
        parsed = (x509.load_pem_x509_crl if is_pem else x509.load_der_x509_crl)(data)
        _check_issuer(parsed, issuer)
        _check_complete(parsed, certificate)
        der = parsed.public_bytes(Encoding.DER)
        check_signed(_algorithm(der), parsed.signature, parsed.tbs_certlist_bytes, issuer, allowed)
        check_fresh(parsed.last_update_utc, parsed.next_update_utc, now)
        entry = parsed.get_revoked_certificate_by_serial_number(certificate.serial)
        if entry is None:
            return RevocationAnswer(RevocationState.GOOD, source="crl")
        return RevocationAnswer(
            RevocationState.REVOKED, entry.revocation_date_utc, _reason(entry), source="crl"
        )


def _check_issuer(parsed: x509.CertificateRevocationList, issuer: Certificate) -> None:
    if not names.same_name(parsed.issuer.public_bytes(), issuer.subject):
        raise AnswerError("the CRL of another CA")
    if issuer.key_usage is not None and KeyUsage.CRL_SIGN not in issuer.key_usage:
        raise AnswerError("the issuer's key must not sign CRLs")


def _check_complete(parsed: x509.CertificateRevocationList, certificate: Certificate) -> None:
    for extension in parsed.extensions:
        value = extension.value
        if extension.oid == ExtensionOID.DELTA_CRL_INDICATOR:
            raise AnswerError("a delta CRL")
        if isinstance(value, x509.IssuingDistributionPoint):
            partial = (
                value.only_contains_ca_certs
                or value.only_contains_attribute_certs
                or value.indirect_crl
                or value.only_some_reasons
            )
            if partial:
                raise AnswerError("an incomplete or indirect CRL")
            if _is_of_another_point(value, certificate):
                raise AnswerError("the CRL of another distribution point")
        elif extension.critical:
            raise AnswerError(f"unknown critical extension {extension.oid.dotted_string}")


def _is_of_another_point(scope: x509.IssuingDistributionPoint, certificate: Certificate) -> bool:
    """Whether a CA with several CRLs lists `certificate` in another one (RFC 5280, 6.3.3 (b))."""
    uri = x509.UniformResourceIdentifier
    own = {name.value for name in scope.full_name or () if isinstance(name, uri)}
    wanted = distribution_points(certificate)
    return bool(own and wanted) and own.isdisjoint(wanted)


def _reason(entry: x509.RevokedCertificate) -> str:
    try:
        found = entry.extensions.get_extension_for_class(x509.CRLReason).value
    except x509.ExtensionNotFound:
        return ""
    return found.reason.value


def _algorithm(der: bytes) -> bytes:
    """The AlgorithmIdentifier (DER) of CertificateList { tbs, algorithm, signature }."""
    parts = ber.children(ber.read(der)) or ()
    if len(parts) != 3:
        raise AnswerError("damaged CRL")
    return parts[1].encoding
