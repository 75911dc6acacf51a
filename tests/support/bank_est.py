"""A customer's EST requests to a practice bank, called directly or over HTTPS.

answer = EstCustomer(EstResponder(bank).handle).enroll(csr_of(KEY, user_name()), USER_ID, code)
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from certclient.model.certificate import Certificate
from certclient.model.secret import Secret
from certclient_practice.est.messages import PKCS10, EstRequest, EstResponse
from support.bank import USER_ID
from support.pki import EcSigner, RsaSigner

PATH = "/.well-known/est/"
_SHA256 = hashes.SHA256()


def user_name(user_id: str = USER_ID) -> x509.Name:
    """The subject of a customer who has no certificate yet: the user ID alone."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, user_id)])


def csr_of(
    signer: RsaSigner | EcSigner,
    subject: x509.Name,
    *,
    dns_names: Sequence[str] = (),
    challenge: bytes = b"",
    algorithm: hashes.SHA224 | hashes.SHA256 = _SHA256,
) -> bytes:
    """A PKCS#10 request (DER)."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    if dns_names:
        names = x509.SubjectAlternativeName([x509.DNSName(name) for name in dns_names])
        builder = builder.add_extension(names, critical=False)
    if challenge:
        builder = builder.add_attribute(x509.oid.AttributeOID.CHALLENGE_PASSWORD, challenge)
    signed = builder.sign(signer.private_key, algorithm)
    return signed.public_bytes(Encoding.DER)


def basic(user_id: str, code: Secret) -> str:
    """An Authorization header (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user_id}:{code.reveal()}".encode()).decode()


def certificates_of(body: bytes) -> list[Certificate]:
    """The certificates of an answer: base64 of a PKCS#7."""
    parsed = pkcs7.load_der_pkcs7_certificates(base64.b64decode(body))
    return [Certificate.from_der(one.public_bytes(Encoding.DER)) for one in parsed]


@dataclass(frozen=True)
class EstCustomer:
    """Sends requests to `handle`, with `certificate` in TLS if one is given."""

    handle: Callable[[EstRequest], EstResponse]
    certificate: Certificate | None = None

    def send(
        self,
        method: str,
        path: str,
        der: bytes = b"",
        *,
        media_type: str = PKCS10,
        authorization: str | None = None,
        body: bytes | None = None,
    ) -> EstResponse:
        """Sends one request; `body` in place of the base64 of `der`."""
        return self.handle(
            EstRequest(
                method,
                path,
                PATH + path,
                media_type,
                base64.encodebytes(der) if body is None else body,
                authorization,
                self.certificate.der if self.certificate is not None else None,
            )
        )

    def enroll(self, csr: bytes, user_id: str, code: Secret) -> EstResponse:
        return self.send("POST", "simpleenroll", csr, authorization=basic(user_id, code))

    def reenroll(self, csr: bytes) -> EstResponse:
        return self.send("POST", "simplereenroll", csr)


def issued(answer: EstResponse) -> Certificate:
    """The one certificate of an answer to an enrollment."""
    assert answer.status == 200, answer.body.decode()
    (certificate,) = certificates_of(answer.body)
    return certificate


def headers_of(answer: EstResponse) -> Mapping[str, Sequence[str]]:
    """The answer's headers; a name may have several values."""
    found: dict[str, list[str]] = {}
    for name, value in answer.headers:
        found.setdefault(name, []).append(value)
    return found
