"""Certificates as other people's CAs write them: every part can be replaced by hand-made DER.

    OddCertificate(serial=0).der
    OddCertificate(extensions=(extension("2.5.29.19", bytes.fromhex("30030101 00")),)).der

The signature is right, so that NSS, OpenSSL and SoftHSM take what they can parse themselves.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from certclient.model import ber
from support.pki import rsa_key, spki_of

OIDS = {
    "C": "550406",
    "O": "55040a",
    "OU": "55040b",
    "CN": "550403",
    "emailAddress": "2a864886f70d010901",
}
PRINTABLE, UTF8, T61, IA5, BMP, UNIVERSAL = 0x13, 0x0C, 0x14, 0x16, 0x1E, 0x1C
UTC_TIME, GENERALIZED_TIME = ber.UTC_TIME, ber.GENERALIZED_TIME

_SHA256_WITH_RSA = bytes.fromhex("300d06092a864886f70d01010b0500")


def tlv(tag: int, *contents: bytes) -> bytes:
    """One DER element."""
    return ber.encoded(tag, b"".join(contents))


def sequence(*contents: bytes) -> bytes:
    return tlv(ber.SEQUENCE, *contents)


def attribute(kind: str, value: bytes, tag: int = UTF8) -> bytes:
    return sequence(tlv(ber.OBJECT_IDENTIFIER, bytes.fromhex(OIDS[kind])), tlv(tag, value))


def rdn(*attributes: bytes) -> bytes:
    return tlv(ber.SET, *attributes)


def name(*rdns: bytes) -> bytes:
    return sequence(*rdns)


def simple_name(common_name: str, organization: str = "", country: str = "JP") -> bytes:
    parts = [("C", country, PRINTABLE), ("O", organization, UTF8), ("CN", common_name, UTF8)]
    return name(*(rdn(attribute(k, v.encode(), tag)) for k, v, tag in parts if v))


def oid(dotted: str) -> bytes:
    first, second, *rest = (int(number) for number in dotted.split("."))
    return tlv(ber.OBJECT_IDENTIFIER, b"".join(map(_base_128, (first * 40 + second, *rest))))


def _base_128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(0x80 | number & 0x7F)
    return bytes(reversed(digits))


def extension(dotted: str, value: bytes, *, critical: bytes = b"") -> bytes:
    """`critical`: the DER of the BOOLEAN, b"" to leave it out."""
    return sequence(oid(dotted), critical, tlv(ber.OCTET_STRING, value))


def purposes(*dotted: str) -> bytes:
    """An extendedKeyUsage extension."""
    return extension("2.5.29.37", sequence(*map(oid, dotted)))


CLIENT_AUTH = purposes("1.3.6.1.5.5.7.3.2")
SIGNS = extension("2.5.29.15", bytes.fromhex("03020780"))
"""keyUsage digitalSignature."""


_serials = itertools.count(0x4D2A17)


def next_serial() -> bytes:
    """The DER of a serial number of its own."""
    return ber.encoded_integer(next(_serials))


@dataclass(frozen=True)
class OddCertificate:
    """A certificate (v3) with the shared RSA key 0, signed with the shared RSA key `issuer_key`."""

    serial: bytes = field(default_factory=next_serial)
    issuer: bytes = field(default_factory=lambda: simple_name("Odd Issuing CA"))
    subject: bytes = field(default_factory=lambda: simple_name("TKYM1408054 1403"))
    not_before: bytes = tlv(UTC_TIME, b"260101000000Z")
    not_after: bytes = tlv(UTC_TIME, b"270101000000Z")
    spki: bytes = field(default_factory=lambda: spki_of(rsa_key(0)))
    extensions: tuple[bytes, ...] = (SIGNS, CLIENT_AUTH)
    version: bytes = tlv(0xA0, tlv(ber.INTEGER, b"\x02"))
    issuer_key: int = 1

    @property
    def der(self) -> bytes:
        to_be_signed = self._to_be_signed(_SHA256_WITH_RSA)
        signature = rsa_key(self.issuer_key).sign(to_be_signed, padding.PKCS1v15(), hashes.SHA256())
        return sequence(to_be_signed, _SHA256_WITH_RSA, tlv(ber.BIT_STRING, b"\x00" + signature))

    def signed_by(self, key: ec.EllipticCurvePrivateKey) -> bytes:
        """The certificate in DER, signed with this key."""
        algorithm = sequence(oid("1.2.840.10045.4.3.2"))
        to_be_signed = self._to_be_signed(algorithm)
        signature = key.sign(to_be_signed, ec.ECDSA(hashes.SHA256()))
        return sequence(to_be_signed, algorithm, tlv(ber.BIT_STRING, b"\x00" + signature))

    def claiming(self, algorithm: str) -> bytes:
        """The certificate in DER as if signed by an ECDSA `algorithm` (dotted OID); it is not."""
        named = sequence(oid(algorithm))
        signature = tlv(ber.BIT_STRING, b"\x00" + sequence())
        return sequence(self._to_be_signed(named), named, signature)

    def _to_be_signed(self, algorithm: bytes) -> bytes:
        return sequence(
            self.version,
            self.serial,
            algorithm,
            self.issuer,
            sequence(self.not_before, self.not_after),
            self.subject,
            self.spki,
            tlv(0xA3, sequence(*self.extensions)) if self.extensions else b"",
        )


def _gt(text: bytes) -> bytes:
    return tlv(GENERALIZED_TIME, text)


def _ut(text: bytes) -> bytes:
    return tlv(UTC_TIME, text)


def _san(*general_names: bytes) -> bytes:
    return extension("2.5.29.17", sequence(*general_names))


_TRUE, _FALSE, _TRUE_AS_01 = (bytes.fromhex(one) for one in ("0101ff", "010100", "010101"))
_CA_FALSE = extension("2.5.29.19", sequence(_FALSE))
_X400_NAME = tlv(0xA3, sequence(tlv(0x61, tlv(PRINTABLE, b"JP"))))
_SJIS_MAIL = tlv(0x81, "経理@example.jp".encode("cp932"))
_CUSTOMER = attribute("CN", b"TKYM1408054 1403")
_NOTICE = sequence(
    sequence(
        oid("1.3.6.1.4.1.99999.1"),
        sequence(
            sequence(
                oid("1.3.6.1.5.5.7.2.2"), sequence(tlv(0x1A, "信用金庫の規程".encode("cp932")))
            )
        ),
    )
)


def _without_null(spki: bytes) -> bytes:
    _, key = ber.children(ber.read(spki)) or ()
    return sequence(sequence(oid("1.2.840.113549.1.1.1")), key.encoding)


def _customer_of(organization: bytes) -> bytes:
    return name(rdn(attribute("C", b"JP", PRINTABLE)), rdn(organization), rdn(_CUSTOMER))


ODDITIES: dict[str, OddCertificate] = {
    "TLS feature 6": OddCertificate(
        extensions=(CLIENT_AUTH, extension("1.3.6.1.5.5.7.1.24", bytes.fromhex("3003020106")))
    ),
    "cA FALSE written out": OddCertificate(extensions=(_CA_FALSE, CLIENT_AUTH)),
    "BOOLEAN TRUE as 01": OddCertificate(
        extensions=(
            extension("2.5.29.15", bytes.fromhex("03020780"), critical=_TRUE_AS_01),
            CLIENT_AUTH,
        )
    ),
    "critical FALSE written out": OddCertificate(
        extensions=(extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.2")), critical=_FALSE),)
    ),
    "pathLen without cA": OddCertificate(
        extensions=(extension("2.5.29.19", sequence(tlv(2, b"\x00"))), CLIENT_AUTH)
    ),
    "Shift_JIS in an e-mail address": OddCertificate(extensions=(_san(_SJIS_MAIL), CLIENT_AUTH)),
    "Shift_JIS in a policy notice": OddCertificate(
        extensions=(extension("2.5.29.32", _NOTICE), CLIENT_AUTH)
    ),
    "an x400 name": OddCertificate(extensions=(_san(_X400_NAME), CLIENT_AUTH)),
    "an extension of ours twice": OddCertificate(extensions=(CLIENT_AUTH, CLIENT_AUTH)),
    "a foreign extension twice": OddCertificate(
        extensions=(_san(_SJIS_MAIL), _san(_SJIS_MAIL), CLIENT_AUTH)
    ),
    "serial 0": OddCertificate(serial=tlv(2, b"\x00")),
    "a negative serial": OddCertificate(serial=tlv(2, b"\xff\x17")),
    "a serial of 60 octets": OddCertificate(serial=tlv(2, b"\x4d" * 60)),
    "an empty RDN": OddCertificate(
        subject=name(rdn(attribute("C", b"JP", PRINTABLE)), rdn(), rdn(_CUSTOMER))
    ),
    "UTCTime without seconds": OddCertificate(not_before=_ut(b"2601010000Z")),
    "UTCTime with an offset": OddCertificate(not_before=_ut(b"260101090000+0900")),
    "a GeneralizedTime before 2050": OddCertificate(not_before=_gt(b"20260101000000Z")),
    "a fraction of a second": OddCertificate(not_before=_gt(b"20260101000000.5Z")),
    "valid since before 1970": OddCertificate(not_before=_ut(b"500101000000Z")),
    "a broken SCT list": OddCertificate(
        extensions=(extension("1.3.6.1.4.1.11129.2.4.2", b"\x04\x05\xff\xff\x00"), CLIENT_AUTH)
    ),
    "T61String in Latin-1": OddCertificate(
        subject=_customer_of(attribute("O", "Müller Söhne".encode("latin-1"), T61))
    ),
    "T61String in Shift_JIS": OddCertificate(
        subject=_customer_of(attribute("O", "株式会社しんきん".encode("cp932"), T61))
    ),
    "an ampersand in a PrintableString": OddCertificate(
        subject=_customer_of(attribute("O", b"A&B Shoji", PRINTABLE))
    ),
    "BMPString": OddCertificate(
        subject=_customer_of(attribute("O", "株式会社".encode("utf-16-be"), BMP))
    ),
    "UniversalString": OddCertificate(
        subject=_customer_of(attribute("O", "株式会社".encode("utf-32-be"), UNIVERSAL))
    ),
    "an empty value": OddCertificate(subject=_customer_of(attribute("O", b""))),
    "two attributes in one RDN": OddCertificate(
        subject=name(rdn(attribute("C", b"JP", PRINTABLE)), rdn(_CUSTOMER, attribute("OU", b"A")))
    ),
    "two Common Names": OddCertificate(
        subject=name(rdn(attribute("CN", b"First")), rdn(_CUSTOMER))
    ),
    "a country of three letters": OddCertificate(
        subject=simple_name("TKYM1408054 1403", country="JPN")
    ),
    "an RSA key without NULL": OddCertificate(spki=_without_null(spki_of(rsa_key(0)))),
    "version 1": OddCertificate(version=b"", extensions=()),
}
"""Certificates of the practice bank's customer, valid in 2026, with one thing that a strict reader
refuses or stumbles over."""
