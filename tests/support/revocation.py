"""OCSP responses and CRLs of any kind, right and wrong, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from certclient.model.certificate import Certificate
from support.paths import NOW, Authority

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class OcspAnswer:
    """What a responder says about `certificate`; tests replace single fields."""

    certificate: Certificate
    issuer: Authority
    signer: Authority
    nonce: bytes | None = None
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD
    since: datetime | None = None
    begins: datetime = NOW - HOUR
    ends: datetime | None = NOW + HOUR
    delegates: Sequence[Authority] = ()
    by_name: bool = False

    def changed(self, **changes: object) -> OcspAnswer:
        return replace(self, **changes)  # type: ignore[arg-type] # by name

    @property
    def der(self) -> bytes:
        encoding = ocsp.OCSPResponderEncoding
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                self.certificate.x509,
                self.issuer.certificate.x509,
                hashes.SHA1(),
                self.status,
                self.begins,
                self.ends,
                self.since,
                x509.ReasonFlags.key_compromise if self.since is not None else None,
            )
            .responder_id(
                encoding.NAME if self.by_name else encoding.HASH, self.signer.certificate.x509
            )
        )
        if self.delegates:
            builder = builder.certificates([one.certificate.x509 for one in self.delegates])
        if self.nonce is not None:
            builder = builder.add_extension(x509.OCSPNonce(self.nonce), critical=False)
        return builder.sign(self.signer.key, hashes.SHA256()).public_bytes(Encoding.DER)


@dataclass(frozen=True)
class Crl:
    """A CRL of `issuer`, signed by `signer`; `revoked`: serial numbers."""

    issuer: Authority
    signer: Authority
    revoked: Sequence[int] = ()
    begins: datetime = NOW - HOUR
    ends: datetime | None = NOW + HOUR
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = field(default=())

    def changed(self, **changes: object) -> Crl:
        return replace(self, **changes)  # type: ignore[arg-type] # by name

    @property
    def signed(self) -> x509.CertificateRevocationList:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.issuer.name)
            .last_update(self.begins)
            .next_update(self.ends or NOW)
        )
        for serial in self.revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW)
            entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), False)
            builder = builder.add_revoked_certificate(entry.build())
        for extension, critical in self.extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(self.signer.key, hashes.SHA256())

    @property
    def der(self) -> bytes:
        return self.signed.public_bytes(Encoding.DER)
