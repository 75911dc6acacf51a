"""Certificates as they are: whatever somebody's CA wrote, it is read, field by field."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from certclient.model import ber
from certclient.model.certificate import Certificate
from certclient.model.certificate_reading import (
    FIRST_MOMENT,
    LAST_MOMENT,
    CertificateField,
    KeyUsage,
    moment,
)
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.public_keys import KeyKind
from support.odd_certificates import (
    CLIENT_AUTH,
    GENERALIZED_TIME,
    ODDITIES,
    UTC_TIME,
    OddCertificate,
    extension,
    purposes,
    sequence,
    simple_name,
    tlv,
)
from support.pki import make_lab, rsa_key, spki_of

PLAIN = OddCertificate()


@pytest.mark.parametrize("oddity", ODDITIES)
def test_what_is_odd_about_a_certificate_hides_nothing_that_is_needed(oddity: str) -> None:
    certificate = Certificate.read(ODDITIES[oddity].der)
    assert certificate.common_name == "TKYM1408054 1403"
    assert certificate.not_after == datetime(2027, 1, 1, tzinfo=UTC)
    assert certificate.not_before in (
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(1950, 1, 1, tzinfo=UTC),
    )
    assert certificate.spki == spki_of(rsa_key(0))
    assert not certificate.is_ca
    assert certificate.unreadable <= {CertificateField.EXTENDED_KEY_USAGE}


@pytest.mark.parametrize(
    ("serial", "value", "shown"),
    [
        ("020100", 0, "00"),
        ("0202ff17", -233, "-e9"),
        ("02020080", 128, "80"),
        ("020400000080", 128, "80"),
        ("0215" + "00" + "ff" * 20, (1 << 160) - 1, "ff" * 20),
    ],
)
def test_any_serial_number_is_read(serial: str, value: int, shown: str) -> None:
    certificate = Certificate.read(OddCertificate(serial=bytes.fromhex(serial)).der)
    assert (certificate.serial, certificate.serial_hex) == (value, shown)


@pytest.mark.parametrize(
    ("tag", "text", "expected"),
    [
        (UTC_TIME, "991231235959Z", datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (UTC_TIME, "491231235959Z", datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (UTC_TIME, "500101000000Z", datetime(1950, 1, 1, tzinfo=UTC)),
        (UTC_TIME, "2601010000Z", datetime(2026, 1, 1, tzinfo=UTC)),
        (UTC_TIME, "2601010000-0130", datetime(2026, 1, 1, 1, 30, tzinfo=UTC)),
        (UTC_TIME, "260101000060Z", datetime(2026, 1, 1, 0, 0, 59, tzinfo=UTC)),
        (GENERALIZED_TIME, "20260101000000.123Z", datetime(2026, 1, 1, tzinfo=UTC)),
        (GENERALIZED_TIME, "2026010109+09", datetime(2026, 1, 1, tzinfo=UTC)),
        (GENERALIZED_TIME, "20260101000000", datetime(2026, 1, 1, tzinfo=UTC)),
        (GENERALIZED_TIME, "99991231235959Z", LAST_MOMENT),
        (GENERALIZED_TIME, "99991231235959-1200", LAST_MOMENT),
        (GENERALIZED_TIME, "00010101000000+0900", FIRST_MOMENT),
        (GENERALIZED_TIME, "16010101000000Z", datetime(1601, 1, 1, tzinfo=UTC)),
        (GENERALIZED_TIME, "00000101000001Z", FIRST_MOMENT),
        (UTC_TIME, "19020701025736Z", datetime(1902, 7, 1, 2, 57, 36, tzinfo=UTC)),
        (UTC_TIME, "261301000000Z", None),
        (UTC_TIME, "260230000000Z", None),
        (UTC_TIME, "tomorrow", None),
        (UTC_TIME, "", None),
        (UTC_TIME, "２６0101000000Z", None),
        (ber.INTEGER, "260101000000Z", None),
    ],
)
def test_every_form_of_a_date_is_read(tag: int, text: str, expected: datetime | None) -> None:
    element = ber.read(tlv(tag, text.encode()))
    assert element is not None
    assert moment(element) == expected


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"serial": tlv(ber.INTEGER, b"")}, CertificateField.SERIAL),
        ({"issuer": sequence(b"\x31\x7f")}, CertificateField.ISSUER),
        ({"subject": tlv(ber.SET)}, CertificateField.SUBJECT),
        ({"not_before": tlv(UTC_TIME, b"soon")}, CertificateField.NOT_BEFORE),
        ({"not_after": tlv(UTC_TIME, b"late")}, CertificateField.NOT_AFTER),
        ({"spki": sequence()}, CertificateField.PUBLIC_KEY),
        (
            {"extensions": (extension("2.5.29.19", b"\x30\x09"), CLIENT_AUTH)},
            CertificateField.BASIC_CONSTRAINTS,
        ),
        (
            {"extensions": (extension("2.5.29.15", b"\x01\x01\xff"), CLIENT_AUTH)},
            CertificateField.KEY_USAGE,
        ),
        (
            {"extensions": (extension("2.5.29.37", sequence(b"\x06\x01\x80")),)},
            CertificateField.EXTENDED_KEY_USAGE,
        ),
    ],
)
def test_a_damaged_field_is_named_and_the_others_are_read(
    part: dict[str, bytes], field: CertificateField
) -> None:
    certificate = Certificate.read(OddCertificate(**part).der)  # type: ignore[arg-type]
    assert certificate.unreadable == {field}
    assert field is CertificateField.SUBJECT or certificate.common_name == "TKYM1408054 1403"
    assert field is CertificateField.NOT_AFTER or certificate.not_after.year == 2027
    with pytest.raises(CertclientError) as refused:
        Certificate.from_der(OddCertificate(**part).der)  # type: ignore[arg-type]
    assert refused.value.code is ErrorCode.CERTIFICATE_UNREADABLE


def test_a_certificate_in_ber_of_indefinite_length_is_read() -> None:
    outer = ber.read(PLAIN.der)
    assert outer is not None
    indefinite = b"\x30\x80" + outer.content + b"\x00\x00"
    read, plain = Certificate.read(indefinite), Certificate.read(PLAIN.der)
    assert not read.unreadable
    assert (read.serial, read.subject, read.spki) == (plain.serial, plain.subject, plain.spki)


def test_usages_are_read() -> None:
    ca = OddCertificate(
        extensions=(
            extension("2.5.29.19", bytes.fromhex("30030101ff")),
            extension("2.5.29.15", bytes.fromhex("03020106")),
            purposes("1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4"),
        )
    )
    certificate = Certificate.read(ca.der)
    assert certificate.is_ca
    assert certificate.key_usage == frozenset((KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN))
    assert certificate.extended_key_usage == frozenset(("1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4"))
    assert certificate.client_auth
    bare = Certificate.read(OddCertificate(extensions=()).der)
    assert (bare.key_usage, bare.extended_key_usage, bare.client_auth) == (None, None, False)


def test_the_kind_of_key_is_told() -> None:
    elliptic = OddCertificate(spki=spki_of(ec.generate_private_key(ec.SECP256R1())))
    assert Certificate.read(elliptic.der).key_kind is KeyKind.EC
    assert Certificate.read(PLAIN.der).key_kind is KeyKind.RSA
    assert Certificate.read(b"").key_kind is KeyKind.OTHER


@pytest.mark.parametrize("oddity", ["serial 0", "a negative serial", "an extension of ours twice"])
def test_what_a_ca_has_just_issued_is_judged(oddity: str) -> None:
    with pytest.raises(CertclientError) as refused:
        Certificate.from_der(ODDITIES[oddity].der)
    assert refused.value.code is ErrorCode.CERTIFICATE_UNREADABLE


@pytest.mark.parametrize("oddity", ["cA FALSE written out", "Shift_JIS in an e-mail address"])
def test_what_does_not_matter_is_no_reason_to_refuse_an_issued_certificate(oddity: str) -> None:
    assert Certificate.from_der(ODDITIES[oddity].der).client_auth


def test_two_certificates_whose_identity_cannot_be_read_are_not_the_same() -> None:
    one = Certificate.read(OddCertificate(serial=tlv(2, b"")).der)
    other = Certificate.read(OddCertificate(serial=tlv(2, b""), subject=simple_name("OTHER")).der)
    assert one.identity != other.identity
    assert Certificate.read(PLAIN.der).identity == Certificate.read(PLAIN.der).identity


@pytest.mark.filterwarnings("ignore:.*serial number which wasn't positive")
def test_it_reads_what_cryptography_reads() -> None:
    """Against an independent reader, with the public roots that certifi brings."""
    text = Path(certifi.where()).read_bytes()
    parsed = x509.load_pem_x509_certificates(text)
    assert len(parsed) > 100
    for one in parsed:
        ours = Certificate.read(one.public_bytes(Encoding.DER))
        assert not ours.unreadable
        assert ours.subject == one.subject.public_bytes()
        assert ours.issuer == one.issuer.public_bytes()
        assert ours.not_before == one.not_valid_before_utc
        assert ours.not_after == one.not_valid_after_utc
        assert ours.is_ca
        usage = one.extensions.get_extension_for_class(x509.KeyUsage).value
        assert usage.key_cert_sign == (KeyUsage.KEY_CERT_SIGN in (ours.key_usage or ()))


_LAB = make_lab(datetime(2026, 6, 1, tzinfo=UTC))
_GOOD = [PLAIN.der, _LAB.intermediate.certificate.der, *(one.der for one in ODDITIES.values())]


def _touch(certificate: Certificate) -> None:
    """What the program asks of a certificate that lies in a store."""
    assert certificate.not_before <= LAST_MOMENT - timedelta(0)
    _ = (certificate.serial_hex, certificate.fingerprint, certificate.identity)
    _ = (certificate.common_name, certificate.issuer_common_name, repr(certificate))
    assert certificate.valid_at(datetime(2026, 6, 1, tzinfo=UTC)) in (True, False)


@given(st.binary(max_size=400))
def test_any_bytes_are_read(data: bytes) -> None:
    _touch(Certificate.read(data))


@settings(max_examples=1000)
@given(st.sampled_from(_GOOD), st.data())
def test_a_damaged_certificate_is_read(good: bytes, data: st.DataObject) -> None:
    damaged = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    _touch(Certificate.read(bytes(damaged)))


@given(st.sampled_from(_GOOD), st.data())
def test_a_cut_certificate_is_read(good: bytes, data: st.DataObject) -> None:
    _touch(Certificate.read(good[: data.draw(st.integers(0, len(good)))]))


def test_a_nest_of_indefinite_lengths_ends() -> None:
    _touch(Certificate.read(b"\x30\x80" * 100_000))
    _touch(Certificate.read(b"\x30\x80" * 30 + b"\x00\x00" * 30))
