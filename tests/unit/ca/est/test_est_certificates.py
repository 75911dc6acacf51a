"""PKCS#7 certs-only in base64: every encoding that servers use, and nothing that breaks us."""

from __future__ import annotations

import base64
import random
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from certclient.ca.est.certificates import certificates_in, encoded_body
from certclient.model import ber
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from support.pki import make_lab, rsa_signer

LAB = make_lab(datetime(2026, 11, 20, 12, 0, tzinfo=UTC))
LEAF = LAB.issue(rsa_signer(1).spki)
SENT = [LEAF, LAB.intermediate.certificate]
DER = pkcs7.serialize_certificates(
    [x509.load_der_x509_certificate(one.der) for one in SENT], Encoding.DER
)
BASE64 = base64.b64encode(DER)


def in_any_order(found: object) -> set[Certificate]:
    assert isinstance(found, list)
    return set(found)


def lines(text: bytes, end: bytes, length: int = 64) -> bytes:
    return b"".join(text[at : at + length] + end for at in range(0, len(text), length))


@pytest.mark.parametrize(
    "body",
    [
        BASE64,
        BASE64 + b"\n",
        lines(BASE64, b"\n"),
        lines(BASE64, b"\r\n", 76),
        b"\r\n\t " + lines(BASE64, b" \r\n"),
        BASE64.rstrip(b"="),
        b"-----BEGIN PKCS7-----\n" + lines(BASE64, b"\n") + b"-----END PKCS7-----\n",
        DER,
    ],
    ids=["one-line", "newline", "lf", "crlf", "blanks", "unpadded", "pem", "der"],
)
def test_each_encoding_is_read(body: bytes) -> None:
    assert in_any_order(certificates_in(body)) == set(SENT)


def test_indefinite_lengths_are_read() -> None:
    """BER, as some signing libraries write SignedData in a stream."""
    inner = ber.children(ber.read(DER))
    assert inner is not None
    streamed = b"\x30\x80" + inner[0].encoding + b"\xa0\x80" + inner[1].content + bytes(4)
    assert in_any_order(certificates_in(base64.b64encode(streamed))) == set(SENT)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n",
        b"<html>Sign in</html>",
        BASE64[:-100],
        BASE64[:401],
        DER[:-1],
        DER + b"\x00",
        b"MAA=",
        base64.b64encode(LEAF.der),
        b"\xff" * 50,
        base64.b64encode(bytes.fromhex("300f06092a864886f70d010702a002")),
    ],
)
def test_anything_else_is_malformed(body: bytes) -> None:
    with pytest.raises(CertclientError) as raised:
        certificates_in(body)
    assert raised.value.code is ErrorCode.CA_MALFORMED


def test_too_many_certificates_are_malformed() -> None:
    many = [x509.load_der_x509_certificate(LAB.issue(rsa_signer(1).spki).der) for _ in range(51)]
    with pytest.raises(CertclientError) as raised:
        certificates_in(pkcs7.serialize_certificates(many, Encoding.DER))
    assert raised.value.code is ErrorCode.CA_MALFORMED


def test_three_hundred_flipped_bits_never_raise_anything_else() -> None:
    flips, raised = random.Random(7030), set()
    found: set[Certificate] = set()
    for _ in range(300):
        damaged = bytearray(DER)
        damaged[flips.randrange(len(damaged))] ^= 1 << flips.randrange(8)
        try:
            found.update(certificates_in(bytes(damaged)))
        except CertclientError as error:
            raised.add(error.code)
    assert raised == {ErrorCode.CA_MALFORMED}
    assert not any(one.unreadable for one in found)


def test_what_is_sent_is_base64_in_lines() -> None:
    body = encoded_body(DER)
    assert base64.b64decode(body) == DER
    assert body.endswith(b"\r\n")
    assert all(len(line) <= 76 for line in body.split(b"\r\n"))
