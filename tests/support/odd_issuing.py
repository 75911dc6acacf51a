"""What a bank's CA may issue by mistake: one fault each, with the code that a customer sees and the
failure that the CA is told.

A CA like `Issuing(certificate, key)` issues them below its own name; see `ODDITIES`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from certclient.cmp.status import Failure
from certclient.model.certificate import Certificate
from certclient.model.errors import ErrorCode
from support.pki import CLIENT_AUTH, CMC_CA, CMC_RA, SERVER_AUTH, rsa_key, spki_of

CM_KGA = ObjectIdentifier("1.3.6.1.5.5.7.3.32")
ENROLLMENT_AGENT = ObjectIdentifier("1.3.6.1.4.1.311.20.2.1")
ANY_PURPOSE = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE
EMAIL, SMART_CARD = ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.SMARTCARD_LOGON
_UNKNOWN = ObjectIdentifier("1.3.6.1.4.1.99999.7")


def usage(
    *, signs: bool = True, enciphers: bool = False, certificates: bool = False, crls: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(signs, False, enciphers, False, False, certificates, crls, False, False)


@dataclass(frozen=True)
class Template:
    """What stands in a certificate. `purposes`: None for no extendedKeyUsage."""

    subject: x509.Name
    spki: bytes
    not_before: datetime
    not_after: datetime
    ca: bool = False
    usage: x509.KeyUsage | None = field(default_factory=usage)
    purposes: Sequence[ObjectIdentifier] | None = (CLIENT_AUTH,)
    others: Sequence[tuple[x509.ExtensionType, bool]] = ()


@dataclass(frozen=True)
class Issuing:
    """A CA with its certificate and key."""

    certificate: Certificate
    key: ec.EllipticCurvePrivateKey

    def issue(self, template: Template) -> Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(template.subject)
            .issuer_name(self.certificate.x509.subject)
            .public_key(load_der_public_key(template.spki))  # type: ignore[arg-type] # RSA or EC
            .serial_number(x509.random_serial_number())
            .not_valid_before(template.not_before)
            .not_valid_after(template.not_after)
            .add_extension(x509.BasicConstraints(template.ca, None), critical=True)
        )
        if template.usage is not None:
            builder = builder.add_extension(template.usage, critical=True)
        if template.purposes is not None:
            purposes = x509.ExtendedKeyUsage(template.purposes)
            builder = builder.add_extension(purposes, critical=False)
        for extension, critical in template.others:
            builder = builder.add_extension(extension, critical)
        signed = builder.sign(self.key, hashes.SHA256())
        return Certificate.read(signed.public_bytes(Encoding.DER))


def with_value(name: x509.Name, oid: ObjectIdentifier, value: str) -> x509.Name:
    """`name` with another value of one attribute."""
    return x509.Name([x509.NameAttribute(oid, value) if one.oid == oid else one for one in name])


def _with_purposes(*purposes: ObjectIdentifier) -> Callable[[Template], Template]:
    return lambda template: replace(template, purposes=purposes)


def _two_names(template: Template) -> Template:
    first = x509.NameAttribute(NameOID.COMMON_NAME, "SOMEBODY99 1403")
    return replace(template, subject=x509.Name([first, *template.subject]))


def _other_organization(template: Template) -> Template:
    subject = with_value(template.subject, NameOID.ORGANIZATION_NAME, "Another Company")
    return replace(template, subject=subject)


def _added_unit(template: Template) -> Template:
    added = x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Head Office")
    return replace(template, subject=x509.Name([added, *template.subject]))


@dataclass(frozen=True)
class Oddity:
    """`change`: what the CA does. `code` and `failure`: what customer and CA are told."""

    change: Callable[[Template], Template]
    code: ErrorCode
    failure: Failure


def _authority(*purposes: ObjectIdentifier) -> Oddity:
    change = _with_purposes(CLIENT_AUTH, *purposes)
    return Oddity(change, ErrorCode.ISSUED_AUTHORITY, Failure.UNACCEPTED_EXTENSION)


def _extra(*purposes: ObjectIdentifier) -> Oddity:
    change = _with_purposes(CLIENT_AUTH, *purposes)
    return Oddity(change, ErrorCode.ISSUED_EXTRA_USAGE, Failure.UNACCEPTED_EXTENSION)


def _with_usage(wanted: x509.KeyUsage, code: ErrorCode) -> Oddity:
    return Oddity(lambda one: replace(one, usage=wanted), code, Failure.UNACCEPTED_EXTENSION)


def _weak(spki: Callable[[], bytes]) -> Oddity:
    change = lambda one: replace(one, spki=spki())  # noqa: E731 - one table row
    return Oddity(change, ErrorCode.ISSUED_WEAK_KEY, Failure.BAD_ALG)


ODDITIES: dict[str, Oddity] = {
    "RSA of 1024 bits": _weak(lambda: spki_of(rsa_key(7, 1024))),
    "a curve of 224 bits": _weak(lambda: spki_of(ec.generate_private_key(ec.SECP224R1()))),
    "two Common Names": Oddity(_two_names, ErrorCode.ISSUED_TWO_NAMES, Failure.BAD_CERT_TEMPLATE),
    "another organization": Oddity(
        _other_organization, ErrorCode.ISSUED_SUBJECT_CHANGED, Failure.BAD_CERT_TEMPLATE
    ),
    "one unit more": Oddity(
        _added_unit, ErrorCode.ISSUED_SUBJECT_CHANGED, Failure.BAD_CERT_TEMPLATE
    ),
    "four years": Oddity(
        lambda one: replace(one, not_after=one.not_before + timedelta(1461)),
        ErrorCode.ISSUED_TOO_LONG,
        Failure.UNACCEPTED_POLICY,
    ),
    "two days": Oddity(
        lambda one: replace(one, not_after=one.not_before + timedelta(2)),
        ErrorCode.ISSUED_NOT_LATER,
        Failure.UNACCEPTED_POLICY,
    ),
    "a CA": Oddity(
        lambda one: replace(one, ca=True),
        ErrorCode.ISSUED_AUTHORITY,
        Failure.UNACCEPTED_EXTENSION,
    ),
    "keyCertSign": _with_usage(usage(certificates=True), ErrorCode.ISSUED_AUTHORITY),
    "cRLSign": _with_usage(usage(crls=True), ErrorCode.ISSUED_AUTHORITY),
    "cmcCA": _authority(CMC_CA),
    "cmcRA": _authority(CMC_RA),
    "cmKGA": _authority(CM_KGA),
    "OCSP signing": _authority(ExtendedKeyUsageOID.OCSP_SIGNING),
    "enrollment agent": _authority(ENROLLMENT_AGENT),
    "no digital signature": _with_usage(
        usage(signs=False, enciphers=True), ErrorCode.ISSUED_KEY_USAGE
    ),
    "for servers as well": _extra(SERVER_AUTH),
    "code signing": _extra(ExtendedKeyUsageOID.CODE_SIGNING, EMAIL),
    "any purpose": _extra(ANY_PURPOSE),
    "any purpose alone": Oddity(
        _with_purposes(ANY_PURPOSE),
        ErrorCode.ISSUED_NO_CLIENT_AUTH,
        Failure.UNACCEPTED_EXTENSION,
    ),
    "no purpose": Oddity(
        lambda one: replace(one, purposes=None),
        ErrorCode.ISSUED_NO_CLIENT_AUTH,
        Failure.UNACCEPTED_EXTENSION,
    ),
    "an unknown critical extension": Oddity(
        lambda one: replace(
            one, others=[(x509.UnrecognizedExtension(_UNKNOWN, b"\x05\x00"), True)]
        ),
        ErrorCode.ISSUED_EXTENSION,
        Failure.UNACCEPTED_EXTENSION,
    ),
}
