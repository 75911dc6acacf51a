"""OCSP responses and CRLs of any kind, right and wrong, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from pyasn1.codec.der.decoder import decode
from pyasn1.codec.der.encoder import encode
from pyasn1.type import univ
from pyasn1_alt_modules import rfc5280, rfc6960

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
    extension: tuple[x509.ExtensionType, bool] | None = None
    """One more extension of the response, and whether it is critical."""

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
        if self.extension is not None:
            builder = builder.add_extension(*self.extension)
        return builder.sign(self.signer.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def with_single_extension(self, oid: str, *, critical: bool) -> bytes:
        """The DER with an extension of the single response, which `cryptography` cannot write."""
        outer, _ = decode(self.der, asn1Spec=rfc6960.OCSPResponse())
        basic, _ = decode(
            outer["responseBytes"]["response"].asOctets(), asn1Spec=rfc6960.BasicOCSPResponse()
        )
        extension = rfc5280.Extension()
        extension["extnID"] = univ.ObjectIdentifier(oid)
        extension["critical"] = critical
        extension["extnValue"] = b"\x05\x00"
        single = basic["tbsResponseData"]["responses"][0]
        single["singleExtensions"].append(extension)
        assert isinstance(self.signer.key, ec.EllipticCurvePrivateKey)
        signed = encode(basic["tbsResponseData"])
        signature = self.signer.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        basic["signature"] = univ.BitString.fromOctetString(signature)
        outer["responseBytes"]["response"] = encode(basic)
        return bytes(encode(outer))


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
