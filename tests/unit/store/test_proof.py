"""The proof that a key belongs to a certificate fails for any other key."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import SignatureAlgorithm, SignaturePurpose, signature_algorithms
from certclient.store.proof import prove
from support.pki import CaKey, RsaSigner, ec_key, ec_signer, make_lab, rsa_signer, spki_of

LOGIN = SignaturePurpose.LOGIN


def zeros(length: int) -> bytes:
    return bytes(length)


@dataclass
class BrokenSigner:
    """Signs like `real`, except for `broken`, where it returns a wrong signature or raises."""

    real: RsaSigner
    broken: SignatureAlgorithm
    error: ErrorCode | None = None
    requested: list[SignatureAlgorithm] = field(default_factory=list)

    @property
    def spki(self) -> bytes:
        return self.real.spki

    def sign(self, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        self.requested.append(algorithm)
        signature = self.real.sign(data, algorithm)
        if algorithm is not self.broken:
            return signature
        if self.error is not None:
            raise CertclientError(self.error)
        return bytes(len(signature))


BOTH = [SignatureAlgorithm.RSA_PKCS1_SHA256, SignatureAlgorithm.RSA_PSS_SHA256]


def failure(signer: BrokenSigner) -> CertclientError:
    certificate = make_lab().issue(signer.spki)
    with pytest.raises(CertclientError) as error:
        prove(signer, certificate, zeros, BOTH)
    return error.value


def test_matching_key_passes_with_both_algorithms() -> None:
    signer = rsa_signer(1)
    prove(signer, make_lab().issue(signer.spki), zeros, BOTH)
    assert signer.signed == [bytes(32)] * 2


@pytest.mark.parametrize("algorithm", BOTH)
def test_wrong_signature_fails(algorithm: SignatureAlgorithm) -> None:
    error = failure(BrokenSigner(rsa_signer(1), algorithm))
    assert error.code is ErrorCode.KEY_SELF_TEST_FAILED
    assert error.data["algorithm"] == algorithm.value


def test_other_key_fails() -> None:
    with pytest.raises(CertclientError) as error:
        prove(rsa_signer(1), make_lab().issue(rsa_signer(2).spki), zeros, BOTH)
    assert error.value.code is ErrorCode.KEY_SELF_TEST_FAILED


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (ErrorCode.KEY_UNSUPPORTED, ErrorCode.KEY_SELF_TEST_FAILED),
        (ErrorCode.TOKEN_REMOVED, ErrorCode.TOKEN_REMOVED),
    ],
)
def test_store_errors_are_reported(raised: ErrorCode, expected: ErrorCode) -> None:
    signer = BrokenSigner(rsa_signer(1), SignatureAlgorithm.RSA_PSS_SHA256, raised)
    assert failure(signer).code is expected


@pytest.mark.parametrize("key", [ed25519.Ed25519PrivateKey.generate(), ec_key(ec.SECP521R1())])
def test_certificate_with_a_key_that_cannot_log_in_here_fails_without_signing(key: CaKey) -> None:
    signer = BrokenSigner(rsa_signer(1), SignatureAlgorithm.RSA_PSS_SHA256)
    certificate = make_lab().issue(spki_of(key))
    with pytest.raises(CertclientError) as error:
        prove(signer, certificate, zeros, signature_algorithms(certificate.spki, LOGIN))
    assert error.value.code is ErrorCode.KEY_SELF_TEST_FAILED
    assert signer.requested == []


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()])
def test_an_ec_key_passes_and_another_one_fails(curve: ec.EllipticCurve) -> None:
    signer = ec_signer(curve)
    certificate = make_lab().issue(signer.spki)
    algorithms = signature_algorithms(certificate.spki, LOGIN)
    prove(signer, certificate, zeros, algorithms)
    with pytest.raises(CertclientError) as error:
        prove(ec_signer(curve), certificate, zeros, algorithms)
    assert error.value.code is ErrorCode.KEY_SELF_TEST_FAILED
