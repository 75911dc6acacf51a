"""What a CA wants in a request (csrattrs): done, or refused by name."""

from __future__ import annotations

import base64
import random
from collections.abc import Sequence

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from certclient.ca.est.attributes import csr_attributes, request_content
from certclient.ca.pkcs10 import RequestedExtension, request_algorithms
from certclient.model import ber
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import SignatureAlgorithm
from support.pki import rsa_signer, spki_of

RSA = rsa_signer(1).spki
EC = spki_of(ec.generate_private_key(ec.SECP256R1()))

EXTENSION_REQUEST = "1.2.840.113549.1.9.14"
CHALLENGE_PASSWORD = "1.2.840.113549.1.9.7"
CLIENT_AUTH = bytes.fromhex("300a06082b06010505070302")
EMAIL = bytes.fromhex("300a06082b06010505070304")
ALTERNATIVE_NAME = bytes.fromhex("300c820a") + b"example.jp"


def oid(dotted: str) -> bytes:
    return ber.encoded_oid(dotted)


def attribute(dotted: str, *values: bytes) -> bytes:
    return ber.encoded(ber.SEQUENCE, oid(dotted) + ber.encoded(ber.SET, b"".join(values)))


def extension(dotted: str, value: bytes | None, *, critical: bool = False) -> bytes:
    octets = b"" if value is None else ber.encoded(ber.OCTET_STRING, value)
    return ber.encoded(ber.SEQUENCE, oid(dotted) + b"\x01\x01\xff" * critical + octets)


def extensions(*encoded: bytes) -> bytes:
    return attribute(EXTENSION_REQUEST, ber.encoded(ber.SEQUENCE, b"".join(encoded)))


def body(*members: bytes) -> bytes:
    return base64.encodebytes(ber.encoded(ber.SEQUENCE, b"".join(members)))


def content(
    *members: bytes, spki: bytes = RSA, names: bytes | None = None
) -> tuple[SignatureAlgorithm, Sequence[RequestedExtension]]:
    attributes = csr_attributes(body(*members))
    possible = request_algorithms(spki)
    made = request_content(attributes, spki, possible, names)
    return made.algorithm, made.extensions


def refused(*members: bytes, spki: bytes = RSA) -> str:
    with pytest.raises(CertclientError) as raised:
        content(*members, spki=spki)
    assert raised.value.code is ErrorCode.CA_REQUIREMENT
    return raised.value.data["requirement"]


@pytest.mark.parametrize("empty", [b"", b"\r\n", b"MAA=", body()])
def test_a_ca_may_want_nothing(empty: bytes) -> None:
    assert not csr_attributes(empty)
    assert content() == (SignatureAlgorithm.RSA_PKCS1_SHA256, ())


def test_what_is_not_known_is_ignored() -> None:
    """RFC 7030, 4.5.2: its example asks for a MAC address, 1.3.6.1.1.1.1.22."""
    assert (
        content(oid("1.3.6.1.1.1.1.22"), oid("2.5.4.5"), attribute("1.2.3.4", b"\x05\x00"))[1] == ()
    )


def test_a_challenge_password_cannot_be_made() -> None:
    assert refused(oid(CHALLENGE_PASSWORD)) == "challengePassword (1.2.840.113549.1.9.7)"


def test_extensions_are_requested_as_the_ca_gives_them() -> None:
    template = extension("1.3.6.1.4.1.311.20.2", b"\x0c\x01a", critical=True)
    _, made = content(extensions(extension("2.5.29.37", EMAIL), template))
    assert made == (
        RequestedExtension("2.5.29.37", EMAIL),
        RequestedExtension("1.3.6.1.4.1.311.20.2", b"\x0c\x01a", critical=True),
    )


@pytest.mark.parametrize(
    "wanted",
    [
        oid("2.5.29.37"),
        extensions(extension("2.5.29.37", b"")),
        extensions(extension("2.5.29.37", None)),
        attribute("2.5.29.37", oid("1.3.6.1.5.5.7.3.2")),
        attribute(EXTENSION_REQUEST, oid("2.5.29.37")),
    ],
    ids=["oid", "empty", "absent", "purposes", "rfc7030"],
)
def test_an_extended_key_usage_without_a_value_is_client_authentication(wanted: bytes) -> None:
    assert content(wanted)[1] == (RequestedExtension("2.5.29.37", CLIENT_AUTH),)


def test_an_extension_that_cannot_be_filled_is_refused() -> None:
    assert refused(extensions(extension("2.5.29.32", b""))) == "2.5.29.32"
    assert refused(oid("2.5.29.17")) == "subjectAltName (2.5.29.17)"


@pytest.mark.parametrize("wanted", [(), (oid("2.5.29.17"),)])
def test_a_renewal_keeps_its_alternative_names(wanted: Sequence[bytes]) -> None:
    kept = (RequestedExtension("2.5.29.17", ALTERNATIVE_NAME),)
    assert content(*wanted, names=ALTERNATIVE_NAME)[1] == kept
    given = extensions(extension("2.5.29.17", b"\x30\x02\x82\x00"))
    assert content(given, names=ALTERNATIVE_NAME)[1] == kept


RSA_OID, EC_OID, P384 = "1.2.840.113549.1.1.1", "1.2.840.10045.2.1", "1.3.132.0.34"


@pytest.mark.parametrize(
    "wanted",
    [
        (oid(RSA_OID),),
        (attribute(RSA_OID, ber.encoded_integer(2048)),),
        (attribute(EC_OID, oid(P384)), attribute(RSA_OID, ber.encoded_integer(2048))),
        (oid("1.2.840.113549.1.1.11"),),
        (oid("2.16.840.1.101.3.4.2.1"), oid("2.16.840.1.101.3.4.2.2")),
    ],
)
def test_a_key_and_hash_as_wanted_change_nothing(wanted: Sequence[bytes]) -> None:
    assert content(*wanted) == (SignatureAlgorithm.RSA_PKCS1_SHA256, ())


P256, ECDSA_SHA256, RSA_SHA256 = (
    "1.2.840.10045.3.1.7",
    "1.2.840.10045.4.3.2",
    "1.2.840.113549.1.1.11",
)


@pytest.mark.parametrize(
    "wanted",
    [
        (oid(EC_OID),),
        (attribute(EC_OID, oid(P256)), oid(ECDSA_SHA256)),
        (oid(P256),),
        (oid(RSA_SHA256), oid(ECDSA_SHA256)),
    ],
)
def test_an_ec_key_signs_with_its_curves_hash(wanted: Sequence[bytes]) -> None:
    assert content(*wanted, spki=EC) == (SignatureAlgorithm.ECDSA_SHA256, ())


@pytest.mark.parametrize("wanted", [RSA_OID, P384, RSA_SHA256, "1.2.840.10045.4.3.3"])
def test_an_ec_key_that_does_not_fit_is_refused(wanted: str) -> None:
    assert wanted in refused(oid(wanted), spki=EC)


@pytest.mark.parametrize(
    ("wanted", "algorithm"),
    [
        (oid("1.2.840.113549.1.1.12"), SignatureAlgorithm.RSA_PKCS1_SHA384),
        (oid("2.16.840.1.101.3.4.2.3"), SignatureAlgorithm.RSA_PKCS1_SHA512),
    ],
)
def test_the_hash_is_the_cas_choice(wanted: bytes, algorithm: SignatureAlgorithm) -> None:
    assert content(wanted)[0] is algorithm


@pytest.mark.parametrize(
    ("wanted", "requirement"),
    [
        (oid(EC_OID), "id-ecPublicKey (1.2.840.10045.2.1)"),
        (attribute(EC_OID, oid(P384)), "id-ecPublicKey (1.2.840.10045.2.1): 1.3.132.0.34"),
        (oid(P384), "1.3.132.0.34"),
        (
            attribute(RSA_OID, ber.encoded_integer(4096)),
            "rsaEncryption (1.2.840.113549.1.1.1): 4096",
        ),
        (oid("1.2.840.10045.4.3.3"), "1.2.840.10045.4.3.3"),
        (oid("1.2.840.113549.1.1.10"), "1.2.840.113549.1.1.10"),
        (oid("1.3.14.3.2.26"), "1.3.14.3.2.26"),
    ],
)
def test_another_key_or_hash_is_refused_by_name(wanted: bytes, requirement: str) -> None:
    assert refused(wanted) == requirement


@pytest.mark.parametrize(
    "damaged", [b"###", b"MAA", b"MQA=", b"MAIGAA==", base64.b64encode(RSA[:-1]), b"\x30\x05\x06"]
)
def test_anything_else_is_malformed(damaged: bytes) -> None:
    with pytest.raises(CertclientError) as raised:
        csr_attributes(damaged + b"!" if damaged == b"MAA" else damaged)
    assert raised.value.code is ErrorCode.CA_MALFORMED


def test_three_hundred_flipped_bits_end_in_an_answer_or_one_of_two_errors() -> None:
    whole = base64.b64decode(
        body(
            oid("1.2.840.113549.1.1.11"),
            attribute(RSA_OID, ber.encoded_integer(2048)),
            extensions(extension("2.5.29.37", EMAIL, critical=True)),
        )
    )
    flips, raised = random.Random(8951), set()
    for _ in range(300):
        damaged = bytearray(whole)
        damaged[flips.randrange(len(damaged))] ^= 1 << flips.randrange(8)
        try:
            request_content(csr_attributes(bytes(damaged)), RSA, request_algorithms(RSA))
        except CertclientError as error:
            raised.add(error.code)
    assert raised == {ErrorCode.CA_MALFORMED, ErrorCode.CA_REQUIREMENT}
