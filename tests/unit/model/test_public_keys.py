"""Public keys: their kind, their curve, and what they sign with."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import (
    KeyAlgorithm,
    SignatureAlgorithm,
    SignaturePurpose,
    can_sign,
    request_algorithm,
    signature_algorithms,
)
from certclient.model.public_keys import (
    Curve,
    ec_curve,
    ec_point,
    ec_spki,
    is_point,
    kind_and_curve,
)
from support.pki import ec_key, rsa_key, spki_of

RSA, P256, P384 = spki_of(rsa_key(1)), spki_of(ec_key()), spki_of(ec_key(ec.SECP384R1()))
OTHERS = [
    spki_of(ec_key(ec.SECP521R1())),
    spki_of(ec_key(ec.SECP256K1())),
    spki_of(ed25519.Ed25519PrivateKey.generate()),
    b"",
    P256[:-70],
]
OTHER_NAMES = ["P-521", "secp256k1", "Ed25519", "nothing", "damaged"]


@pytest.mark.parametrize(
    ("spki", "curve"), [(P256, Curve.P256), (P384, Curve.P384)], ids=["P-256", "P-384"]
)
def test_an_ec_key_is_taken_apart_and_put_together(spki: bytes, curve: Curve) -> None:
    point = ec_point(spki)
    assert point is not None
    assert is_point(point, curve)
    assert not is_point(point[:-1], curve)
    assert ec_curve(spki) is curve
    assert ec_spki(curve.value, point) == spki


@pytest.mark.parametrize(
    ("spki", "algorithm", "name"),
    [
        (RSA, KeyAlgorithm.RSA_2048, "RSA"),
        (P256, KeyAlgorithm.EC_P256, "EC (P-256)"),
        (P384, KeyAlgorithm.EC_P384, "EC (P-384)"),
        (OTHERS[0], None, "EC (P-521)"),
        (OTHERS[2], None, "Ed25519"),
        (b"", None, ""),
    ],
    ids=["RSA", "P-256", "P-384", "P-521", "Ed25519", "nothing"],
)
def test_kind_of_an_existing_key(spki: bytes, algorithm: KeyAlgorithm | None, name: str) -> None:
    assert KeyAlgorithm.of(spki) is algorithm
    assert kind_and_curve(spki) == name


def test_an_rsa_key_of_any_length_signs_and_is_of_no_kind_that_is_made() -> None:
    short = spki_of(rsa_key(2, bits=1024))
    assert KeyAlgorithm.of(short) is None
    assert request_algorithm(short) is SignatureAlgorithm.RSA_PKCS1_SHA256


def test_what_a_key_signs_with() -> None:
    login, request = SignaturePurpose.LOGIN, SignaturePurpose.REQUEST
    assert len(signature_algorithms(RSA, login)) == 2
    assert signature_algorithms(P256, login) == (SignatureAlgorithm.ECDSA_SHA256,)
    assert signature_algorithms(P384, request) == (SignatureAlgorithm.ECDSA_SHA384,)
    assert can_sign(RSA, SignatureAlgorithm.RSA_PKCS1_SHA512)
    assert not can_sign(RSA, SignatureAlgorithm.ECDSA_SHA256)
    assert not can_sign(P256, SignatureAlgorithm.ECDSA_SHA384)


@pytest.mark.parametrize("spki", OTHERS, ids=OTHER_NAMES)
def test_other_keys_sign_nothing(spki: bytes) -> None:
    assert signature_algorithms(spki, SignaturePurpose.LOGIN) == ()
    assert not any(can_sign(spki, one) for one in SignatureAlgorithm)
    with pytest.raises(CertclientError) as error:
        request_algorithm(spki)
    assert error.value.code is ErrorCode.KEY_UNSUPPORTED
