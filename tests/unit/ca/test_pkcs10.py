"""PKCS#10 requests for keys that never leave their store, verified by OpenSSL."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certclient.ca.pkcs10 import (
    RequestedExtension,
    certificate_request,
    request_algorithms,
    requested_key,
)
from certclient.ca.subjects import common_name
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeyAlgorithm, KeySpec, SignatureAlgorithm
from certclient.store.base import CertificateStore, PinProvider, no_pin
from support.nss import NssDatabase
from support.pki import customer_name, rsa_signer
from support.softhsm import SoftHsm, right_pin

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


def request_from(
    store: CertificateStore, pin: PinProvider, algorithm: KeyAlgorithm = KeyAlgorithm.RSA_2048
) -> tuple[bytes, bytes]:
    with store.open(pin) as session:
        signer = session.signer(session.create_key(KeySpec(algorithm), "certclient 0001"))
        return certificate_request(customer_name().public_bytes(), signer), signer.spki


@ON_LINUX
@pytest.mark.parametrize(
    "algorithm", [KeyAlgorithm.RSA_2048, KeyAlgorithm.EC_P256, KeyAlgorithm.EC_P384]
)
def test_openssl_accepts_a_request_from_a_token(
    softhsm: SoftHsm, tmp_path: Path, algorithm: KeyAlgorithm
) -> None:
    request, spki = request_from(softhsm.new_token().store(), right_pin, algorithm)
    assert "verify OK" in openssl_req(request, tmp_path, "-verify")
    assert "CN = TKYM1408054 1403" in openssl_req(request, tmp_path, "-subject")
    public_key = x509.load_der_x509_csr(request).public_key()
    assert public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) == spki


def test_openssl_accepts_a_request_from_nss(nss: NssDatabase, tmp_path: Path) -> None:
    request, _ = request_from(nss.store(), no_pin)
    assert "verify OK" in openssl_req(request, tmp_path, "-verify")


@ON_LINUX
def test_subject_may_be_just_a_common_name(tmp_path: Path) -> None:
    request = certificate_request(common_name("TKYM1408054"), rsa_signer(1))
    assert openssl_req(request, tmp_path, "-subject").strip() == "subject=CN = TKYM1408054"
    assert requested_key(request) == rsa_signer(1).spki


def test_a_subject_in_an_old_encoding_is_taken_over_byte_for_byte() -> None:
    # O=Latin-1 as TeletexString, which today's software would write as UTF8String.
    subject = bytes.fromhex("3012311030" + "0e060355040a1407" + "43616631e9e9e9")
    request = certificate_request(subject, rsa_signer(1))
    assert subject in request
    assert x509.load_der_x509_csr(request).is_signature_valid


@ON_LINUX
def test_extensions_are_requested_and_the_hash_may_be_chosen(tmp_path: Path) -> None:
    usage = RequestedExtension("2.5.29.37", bytes.fromhex("300a06082b06010505070302"))
    template = RequestedExtension("1.3.6.1.4.1.311.20.2", b"\x0c\x03abc", critical=True)
    signer = rsa_signer(1)
    request = certificate_request(
        common_name("TKYM1408054"),
        signer,
        [usage, template],
        SignatureAlgorithm.RSA_PKCS1_SHA384,
    )
    text = openssl_req(request, tmp_path, "-text", "-verify")
    assert "TLS Web Client Authentication" in text
    assert "1.3.6.1.4.1.311.20.2: critical" in text
    assert isinstance(x509.load_der_x509_csr(request).signature_hash_algorithm, hashes.SHA384)


def test_a_key_that_this_program_does_not_make_signs_no_request() -> None:
    with pytest.raises(CertclientError) as error:
        request_algorithms(bytes.fromhex("302a300506032b6570032100") + bytes(32))
    assert error.value.code is ErrorCode.KEY_UNSUPPORTED
