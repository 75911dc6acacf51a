"""OCSP (RFC 6960, RFC 9654): the request for one certificate, and the response to it."""

from __future__ import annotations

import hashlib
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from certclient.ca.pkix.parts import PathError, check_issued_by, parts_of
from certclient.ca.revocation.answers import AnswerError, check_fresh, check_signed, readable
from certclient.ca.revocation.states import RevocationAnswer, RevocationState
from certclient.model import ber, names
from certclient.model.ca_signatures import CaSignature
from certclient.model.certificate import Certificate

REQUEST_TYPE = "application/ocsp-request"
NONCE_BYTES = 32
"""RFC 9654, 2.1."""

_OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
"""id-kp-OCSPSigning (RFC 6960, 4.2.2.2)."""

_NONCE = "1.3.6.1.5.5.7.48.1.2"
_EXTENSIONS = 0xA1
"""Identifier octet of both [1] extensions (RFC 6960, 4.2.1)."""

_STATES = {
    ocsp.OCSPCertStatus.GOOD: RevocationState.GOOD,
    ocsp.OCSPCertStatus.REVOKED: RevocationState.REVOKED,
    ocsp.OCSPCertStatus.UNKNOWN: RevocationState.UNKNOWN,
}


def request(certificate: Certificate, issuer: Certificate, nonce: bytes) -> bytes:
    """The DER OCSPRequest. Identifies the certificate by SHA-1 hashes, which every responder
    understands (RFC 5019, 2.1.1) and on which no security depends."""
    builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        _name_hash(issuer),
        _key_hash(issuer),
        certificate.serial,
        SHA1(),  # noqa: S303
    )
    built = builder.add_extension(x509.OCSPNonce(nonce), critical=False).build()
    return built.public_bytes(Encoding.DER)


def answer(
    response: bytes,
    certificate: Certificate,
    issuer: Certificate,
    nonce: bytes,
    now: datetime,
    allowed: frozenset[CaSignature],
) -> RevocationAnswer:
    """Reads the response (DER) about `certificate`, issued by `issuer`, at `now` (aware).

    Counts only if it is signed by the issuer, or by a responder that the issuer has certified with
    id-kp-OCSPSigning; is about this certificate; is fresh; has our nonce or none; and has no
    critical extension that is not understood here (RFC 6960, 4.4). Raises AnswerError.
    """
    with readable("OCSP response"):
        parsed = ocsp.load_der_ocsp_response(response)
        if parsed.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise AnswerError(f"responder says {parsed.response_status.name}")
        _check_signature(response, parsed, issuer, now, allowed)
        _check_nonce(parsed, nonce)
        number, found = _single(parsed, certificate, issuer)
        _check_extensions(parsed.tbs_response_bytes, number)
        check_fresh(found.this_update_utc, found.next_update_utc, now)
        reason = found.revocation_reason
        return RevocationAnswer(
            state=_STATES[found.certificate_status],
            since=found.revocation_time_utc,
            reason=reason.value if reason is not None else "",
            source="ocsp",
        )


def _single(
    parsed: ocsp.OCSPResponse, certificate: Certificate, issuer: Certificate
) -> tuple[int, ocsp.OCSPSingleResponse]:
    """The first part of the response that is about `certificate`, and its number among them."""
    wanted = (certificate.serial, _name_hash(issuer), _key_hash(issuer))
    for number, one in enumerate(parsed.responses):
        about = (one.serial_number, one.issuer_name_hash, one.issuer_key_hash)
        if about == wanted and isinstance(one.hash_algorithm, SHA1):
            return number, one
    raise AnswerError("about another certificate")


def _check_extensions(tbs: bytes, number: int) -> None:
    """Refuses critical extensions of the response and of its part `number`, but for the nonce.

    `tbs`: ResponseData (DER): SEQUENCE { [0] version OPTIONAL, responderID, producedAt, SEQUENCE OF
    SingleResponse, [1] extensions OPTIONAL }. A SingleResponse ends with [1] extensions OPTIONAL.
    `cryptography` returns those of a single part only if there is one.
    """
    members = ber.children(ber.read(tbs)) or ()
    parts = next((one for one in members if one.tag == ber.SEQUENCE), None)
    singles = ber.children(parts) or ()
    for owner in (members, ber.children(singles[number]) or ()):
        for tagged in owner:
            if tagged.tag == _EXTENSIONS and owner[-1] is tagged:
                _check_understood(tagged)


def _check_understood(tagged: ber.Tlv) -> None:
    (extensions,) = ber.children(tagged) or (None,)
    for extension in ber.children(extensions) or ():
        # extnID, critical BOOLEAN DEFAULT FALSE, extnValue
        parts = ber.children(extension) or ()
        oid = ber.object_identifier(parts[0]) if parts else None
        if len(parts) == 3 and any(parts[1].content) and oid != _NONCE:
            raise AnswerError(f"unknown critical extension {oid}")


def _check_nonce(parsed: ocsp.OCSPResponse, nonce: bytes) -> None:
    """A responder that signs in advance sends none; its dates then protect against replay."""
    try:
        found = parsed.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return
    if found != nonce:
        raise AnswerError("the nonce of another request")


def _check_signature(
    response: bytes,
    parsed: ocsp.OCSPResponse,
    issuer: Certificate,
    now: datetime,
    allowed: frozenset[CaSignature],
) -> None:
    algorithm = _algorithm(response)
    signed, signature = parsed.tbs_response_bytes, parsed.signature
    delegates = [Certificate.read(one.public_bytes(Encoding.DER)) for one in parsed.certificates]
    signers = [issuer, *(one for one in delegates if _is_delegate(one, issuer, now, allowed))]
    for signer in signers:
        if _is_responder(parsed, signer):
            check_signed(algorithm, signature, signed, signer, allowed)
            return
    raise AnswerError("signed by nobody whom the issuer has authorised")


def _is_responder(parsed: ocsp.OCSPResponse, signer: Certificate) -> bool:
    if parsed.responder_key_hash is not None:
        return parsed.responder_key_hash == _key_hash(signer)
    name = parsed.responder_name
    return name is not None and names.same_name(signer.subject, name.public_bytes())


def _is_delegate(
    one: Certificate, issuer: Certificate, now: datetime, allowed: frozenset[CaSignature]
) -> bool:
    """Whether `issuer` itself has issued `one` for answering in its place (RFC 6960, 4.2.2.2).

    Its own revocation is not looked up: such certificates are short-lived, or carry
    id-pkix-ocsp-nocheck.
    """
    if _OCSP_SIGNING not in (one.extended_key_usage or ()) or not one.valid_at(now):
        return False
    try:
        child, parent = parts_of(one), parts_of(issuer)
        check_issued_by(child, parent, allowed)
    except PathError:
        return False
    return child.issuer == parent.subject


def _algorithm(response: bytes) -> bytes:
    """The AlgorithmIdentifier (DER) of the signature, which `cryptography` returns in part only.

    OCSPResponse { status, [0] { responseType, OCTET STRING { tbs, algorithm, signature } } }.
    """
    outer = ber.children(ber.read(response)) or ()
    tagged = ber.children(outer[1]) if len(outer) == 2 else None
    kind_and_value = ber.children(tagged[0]) if tagged else None
    if not kind_and_value or len(kind_and_value) != 2:
        raise AnswerError("damaged OCSP response")
    basic = ber.children(ber.read(ber.octets(kind_and_value[1]))) or ()
    if len(basic) < 3:
        raise AnswerError("damaged OCSP response")
    return basic[1].encoding


def _name_hash(issuer: Certificate) -> bytes:
    return hashlib.sha1(issuer.subject, usedforsecurity=False).digest()


def _key_hash(issuer: Certificate) -> bytes:
    """The hash of the key's BIT STRING without tag, length and unused bits (RFC 6960, 4.1.1)."""
    parts = ber.children(ber.read(issuer.spki)) or ()
    key = ber.bit_string(parts[1]) if len(parts) == 2 else None
    return hashlib.sha1(key or b"", usedforsecurity=False).digest()
