"""PKCS#10 requests for keys that never leave their store, verified by OpenSSL."""

from __future__ import annotations

import copy
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec, SignatureAlgorithm
from certclient.store.base import CertificateStore, PinProvider, no_pin
from certclient.store.csr import SignerKey, certificate_request
from support.nss import NssDatabase
from support.pki import customer_name, ec_key, rsa_signer, spki_of
from support.softhsm import SoftHsm, right_pin

PKCS1 = padding.PKCS1v15()


ON_LINUX = pytest.mark.skipif(sys.platform == "win32", reason="OpenSSL's program is there on Linux")


def openssl_req(request: bytes, folder: Path, *arguments: str) -> str:
    file = folder / "request.der"
    file.write_bytes(request)
    done = subprocess.run(
        ["openssl", "req", "-inform", "DER", "-in", str(file), "-noout", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout + done.stderr


def request_from(store: CertificateStore, pin: PinProvider) -> tuple[bytes, bytes]:
    with store.open(pin) as session:
        signer = session.signer(session.create_key(KeySpec(), "certclient 0001"))
        return certificate_request(signer, customer_name()), signer.spki


@ON_LINUX
def test_openssl_accepts_a_request_from_a_token(softhsm: SoftHsm, tmp_path: Path) -> None:
    request, spki = request_from(softhsm.new_token().store(), right_pin)
    assert "verify OK" in openssl_req(request, tmp_path, "-verify")
    assert "CN = TKYM1408054 1403" in openssl_req(request, tmp_path, "-subject")
    public_key = x509.load_der_x509_csr(request).public_key()
    assert public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) == spki


def test_openssl_accepts_a_request_from_nss(nss: NssDatabase, tmp_path: Path) -> None:
    request, _ = request_from(nss.store(), no_pin)
    assert "verify OK" in openssl_req(request, tmp_path, "-verify")


@ON_LINUX
def test_subject_may_be_just_a_common_name(tmp_path: Path) -> None:
    request = certificate_request(rsa_signer(1), "TKYM1408054")
    assert openssl_req(request, tmp_path, "-subject").strip() == "subject=CN = TKYM1408054"


def test_request_with_a_key_other_than_rsa_is_rejected() -> None:
    class EcSigner:
        spki = spki_of(ec_key())

        def sign(self, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
            raise AssertionError("must not sign")

    with pytest.raises(CertclientError) as error:
        certificate_request(EcSigner(), "TKYM1408054")
    assert error.value.code is ErrorCode.KEY_UNSUPPORTED


def test_signer_key_supports_signing_only() -> None:
    key = SignerKey(rsa_signer(1))
    with pytest.raises(UnsupportedAlgorithm):
        key.decrypt(b"", PKCS1)
    with pytest.raises(UnsupportedAlgorithm):
        key.private_numbers()
    with pytest.raises(UnsupportedAlgorithm):
        key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ("scheme", "algorithm"),
    [
        (PKCS1, hashes.SHA1()),
        (PKCS1, Prehashed(hashes.SHA256())),
        (padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()),
    ],
)
def test_signer_key_rejects_other_schemes(
    scheme: padding.AsymmetricPadding, algorithm: hashes.HashAlgorithm | Prehashed
) -> None:
    with pytest.raises(UnsupportedAlgorithm):
        SignerKey(rsa_signer(1)).sign(b"", scheme, algorithm)


def test_copying_a_signer_key_returns_the_same_object() -> None:
    key = SignerKey(rsa_signer(1))
    assert copy.copy(key) is key
    assert copy.deepcopy(key) is key
    assert key.key_size == 2048
