"""What the practice bank publishes about revocations: a CRL (RFC 5280) and OCSP (RFC 6960)."""

from __future__ import annotations

from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from certclient_practice.bank.bank import Bank
from certclient_practice.repositories.records import CertificateState, EndedCertificate, Reason

CRL_PATH, OCSP_PATH = "crl", "ocsp"
CRL_TYPE, OCSP_TYPE = "application/pkix-crl", "application/ocsp-response"

_VALID = timedelta(days=7)
_SKEW = timedelta(minutes=5)
_REASONS = {
    Reason.REPLACED: x509.ReasonFlags.superseded,
    Reason.REQUESTED_AGAIN: x509.ReasonFlags.superseded,
    Reason.BY_CUSTOMER: x509.ReasonFlags.cessation_of_operation,
    Reason.BY_BANK: x509.ReasonFlags.privilege_withdrawn,
}
_REVOKED = (CertificateState.REVOKED, CertificateState.SUPERSEDED)


class RevocationService:
    """Answers from the register, by the machine's time. Thread-safe."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def crl(self) -> bytes:
        """The complete CRL (DER) of the issuing CA, valid for a week."""
        now = self._bank.wire_clock()
        with self._bank.repositories() as repositories:
            ended = repositories.register.ended()
        # Not add_revoked_certificate, which copies the whole list each time.
        entries = x509.CertificateRevocationListBuilder(
            revoked_certificates=[_entry(one) for one in ended]
        )
        builder = (
            entries.issuer_name(self._bank.ca.intermediate.x509.subject)
            .last_update(now - _SKEW)
            .next_update(now + _VALID)
            .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
            .add_extension(self._bank.ca.authority_key(), critical=False)
        )
        signed = builder.sign(self._bank.ca.issuing_key, hashes.SHA256())
        return signed.public_bytes(Encoding.DER)

    def ocsp_response(self, request: bytes) -> bytes:
        """The OCSPResponse (DER) to a request for one certificate; an error response without a
        signature (RFC 6960, 2.3) for anything else."""
        try:
            parsed = ocsp.load_der_ocsp_request(request)
            serial, own = parsed.serial_number, self._is_own(parsed)
        except (ValueError, NotImplementedError):
            return _unsigned(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
        if not own:
            return _unsigned(ocsp.OCSPResponseStatus.UNAUTHORIZED)
        return self._answer(parsed, serial)

    def _answer(self, parsed: ocsp.OCSPRequest, serial: int) -> bytes:
        now, ca = self._bank.wire_clock(), self._bank.ca
        responder = ca.ocsp_responder(now)
        with self._bank.repositories() as repositories:
            record = repositories.register.find_serial(serial)
        revoked = record is not None and record.state in _REVOKED
        states = ocsp.OCSPCertStatus
        status = states.REVOKED if revoked else states.GOOD
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response_by_hash(
                parsed.issuer_name_hash,
                parsed.issuer_key_hash,
                serial,
                parsed.hash_algorithm,
                status if record is not None else states.UNKNOWN,
                now - _SKEW,
                now + _VALID,
                record.changed_at if record is not None and revoked else None,
                _REASONS.get(record.reason) if record is not None and revoked else None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate.x509)
            .certificates([responder.certificate.x509])
        )
        for extension in parsed.extensions:
            if isinstance(extension.value, x509.OCSPNonce):
                builder = builder.add_extension(extension.value, critical=False)
        return builder.sign(responder.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _is_own(self, parsed: ocsp.OCSPRequest) -> bool:
        """Whether the request is about this bank's issuing CA, by its name and key."""
        ca = self._bank.ca
        issuer = ca.intermediate.x509
        own = ca.ocsp_responder(self._bank.wire_clock()).certificate.x509
        about = (parsed.issuer_name_hash, parsed.issuer_key_hash)
        wanted = (
            ocsp.OCSPRequestBuilder().add_certificate(own, issuer, parsed.hash_algorithm).build()
        )
        return about == (wanted.issuer_name_hash, wanted.issuer_key_hash)


def _entry(ended: EndedCertificate) -> x509.RevokedCertificate:
    builder = (
        x509.RevokedCertificateBuilder().serial_number(ended.serial).revocation_date(ended.since)
    )
    reason = _REASONS.get(ended.reason)
    if reason is not None:
        builder = builder.add_extension(x509.CRLReason(reason), critical=False)
    return builder.build()


def _unsigned(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
