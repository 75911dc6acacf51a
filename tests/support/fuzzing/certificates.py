"""Certificates of stores, PKCS#7 and CSR attributes of EST, OCSP responses and CRLs."""

from __future__ import annotations

import base64
import functools
from collections.abc import Sequence
from datetime import timedelta
from random import Random

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509 import ocsp

from certclient.ca.est.attributes import csr_attributes, request_content
from certclient.ca.est.certificates import certificates_in
from certclient.ca.revocation import crl
from certclient.ca.revocation import ocsp as ocsp_answers
from certclient.ca.revocation.answers import AnswerError
from certclient.model.ca_signatures import ALL_CA_SIGNATURES
from certclient.model.certificate import Certificate
from certclient.model.certificate_reading import CertificateReader
from certclient.model.errors import ErrorCode
from certclient.model.keys import SignatureAlgorithm
from support.corpus import corpus
from support.fuzzing.keys import NOW, fixed_key, fixed_lab, fixed_signer
from support.fuzzing.mutations import mutated_bytes, mutated_der
from support.fuzzing.target import Target

_NONCE = bytes(range(32))


def read_certificate(data: bytes) -> None:
    """Reads a store's certificate, however damaged, and everything that is shown of it."""
    certificate = Certificate.read(data)
    assert certificate.der == data
    for name in _SHOWN:
        getattr(certificate, name)
    CertificateReader(data).subject_key_identifier()


_SHOWN = (
    "subject",
    "issuer",
    "serial",
    "spki",
    "not_before",
    "not_after",
    "common_name",
    "is_ca",
    "key_usage",
    "extended_key_usage",
    "unreadable",
    "fingerprint",
    "self_issued",
)


def read_pkcs7(data: bytes) -> None:
    """Reads a certs-only answer of EST, and every certificate in it."""
    for one in certificates_in(data):
        read_certificate(one.der)


def read_attributes(data: bytes) -> None:
    """Reads CSR attributes, and does what they want for an EC and for an RSA key."""
    attributes = csr_attributes(data)
    request_content(attributes, fixed_signer(4).spki, (SignatureAlgorithm.ECDSA_SHA256,))


def read_ocsp(data: bytes) -> None:
    """Reads an OCSP response about a certificate of the lab."""
    certificate = _certificate()
    ocsp_answers.answer(data, certificate, fixed_lab().chain[0], _NONCE, NOW, ALL_CA_SIGNATURES)


def read_crl(data: bytes) -> None:
    """Reads a CRL of the lab's issuing CA."""
    crl.answer(data, _certificate(), fixed_lab().chain[0], NOW, ALL_CA_SIGNATURES)


@functools.cache
def _certificate() -> Certificate:
    return fixed_lab().issue(fixed_signer(4).spki)


def _certificates() -> Sequence[bytes]:
    """The lab's, and the fifty shortest of each package of the tests."""
    others = [sorted(found, key=len)[:50] for found in corpus().values()]
    lab = fixed_lab()
    own = [_certificate().der, *(one.der for one in (*lab.chain, *lab.anchors))]
    return [*own, *(one for found in others for one in found)]


def _pkcs7() -> Sequence[bytes]:
    chain = [_certificate().x509, *(one.x509 for one in fixed_lab().chain)]
    der = pkcs7.serialize_certificates(chain, Encoding.DER)
    return [der, base64.encodebytes(der), pkcs7.serialize_certificates(chain, Encoding.PEM)]


def _attributes() -> Sequence[bytes]:
    """RFC 8951, appendix A, and RFC 7030, 4.5.2."""
    return [
        bytes.fromhex(one)
        for one in (
            "304106092a864886f70d010907301206072a8648ce3d0201310706052b81040022"
            "301606092a864886f70d01090e3109060747850a0a3fbb0101"
            "06082a8648ce3d040303",
            "301f301206072a8648ce3d0201310706052b8104002206092a864886f70d01010b",
            "3000",
            "3016301406092a864886f70d01010131070202080002020c00",
        )
    ]


def _ocsp() -> Sequence[bytes]:
    certificate, issuer = _certificate(), fixed_lab().intermediate
    built = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            certificate.x509,
            issuer.certificate.x509,
            hashes.SHA1(),
            ocsp.OCSPCertStatus.REVOKED,
            NOW - timedelta(hours=1),
            NOW + timedelta(days=1),
            NOW - timedelta(days=2),
            x509.ReasonFlags.superseded,
        )
        .responder_id(ocsp.OCSPResponderEncoding.NAME, issuer.certificate.x509)
        .add_extension(x509.OCSPNonce(_NONCE), critical=False)
        .sign(fixed_key(2), hashes.SHA256())
    )
    unsuccessful = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    return [one.public_bytes(Encoding.DER) for one in (built, unsuccessful)]


def _crls() -> Sequence[bytes]:
    entry = x509.RevokedCertificateBuilder().serial_number(_certificate().serial)
    entry = entry.revocation_date(NOW - timedelta(days=2))
    entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags.superseded), critical=False)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(fixed_lab().intermediate.name)
        .last_update(NOW - timedelta(hours=1))
        .next_update(NOW + timedelta(days=1))
    )
    lists = (builder, builder.add_revoked_certificate(entry.build()))
    return [one.sign(fixed_key(2), hashes.SHA256()).public_bytes(Encoding.DER) for one in lists]


def mutated_body(data: bytes, random: Random) -> bytes:
    """As DER, or as the text around it."""
    return (mutated_der if data[:1] == b"\x30" else mutated_bytes)(data, random)


_OF_EST = (ErrorCode.CA_MALFORMED, ErrorCode.CA_REQUIREMENT)

TARGETS = (
    Target("certificate", read_certificate, _certificates, mutated_der),
    Target("pkcs7", read_pkcs7, _pkcs7, mutated_body, codes=_OF_EST),
    Target("csr-attributes", read_attributes, _attributes, mutated_body, codes=_OF_EST),
    Target("ocsp", read_ocsp, _ocsp, mutated_der, refusals=(AnswerError,)),
    Target("crl", read_crl, _crls, mutated_der, refusals=(AnswerError,)),
)
