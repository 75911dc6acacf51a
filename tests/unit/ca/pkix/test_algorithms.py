"""Which signature algorithms and keys of CAs are accepted, on paths and on CMP messages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from certclient.ca.path import PathError, validate_path
from certclient.model.ca_signatures import (
    ALL_CA_SIGNATURES,
    CaSignature,
    key_description,
    signatures_of,
)
from certclient.model.certificate import Certificate
from certclient.model.pem import certificates_from_pem
from support.ca_keys import KINDS
from support.paths import DAY, NOW, Authority, IssuerKey, Signing
from support.pki import certificate_pem, rsa_key

S256 = Signing(hashes.SHA256())
needs_openssl = pytest.mark.skipif(
    sys.platform == "win32", reason="OpenSSL's command line: runs on Linux"
)
OPENSSL_3_0 = [kind for kind in KINDS if not kind.name.startswith("ML_DSA")]
"""What Debian 12's OpenSSL can verify."""


def spki(private: IssuerKey) -> bytes:
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("kind", CaSignature)
def test_a_chain_of_each_algorithm_is_valid(kind: CaSignature) -> None:
    own, signing = KINDS[kind]
    root = Authority.root("Root", own, signing=signing)
    issuing = root.ca("Issuing", own, signing=signing)
    leaf = issuing.leaf()
    path = validate_path(leaf, [issuing.certificate], [root.certificate], NOW)
    assert path == (leaf, issuing.certificate, root.certificate)


@pytest.mark.parametrize("kind", CaSignature)
def test_a_profile_without_the_algorithm_refuses_the_chain(kind: CaSignature) -> None:
    own, signing = KINDS[kind]
    root = Authority.root("Root", own, signing=signing)
    leaf = root.leaf()
    assert validate_path(leaf, (), [root.certificate], NOW, frozenset({kind}))
    with pytest.raises(PathError):
        validate_path(leaf, (), [root.certificate], NOW, ALL_CA_SIGNATURES - {kind})


@needs_openssl
@pytest.mark.parametrize("kind", OPENSSL_3_0)
def test_openssl_agrees(kind: CaSignature, tmp_path: Path) -> None:
    own, signing = KINDS[kind]
    root = Authority.root("Root", own, signing=signing)
    issuing = root.ca("Issuing", own, signing=signing)
    for name, one in (
        ("root", root.certificate),
        ("issuing", issuing.certificate),
        ("leaf", issuing.leaf()),
    ):
        (tmp_path / f"{name}.pem").write_bytes(certificate_pem(one))
    command = ["openssl", "verify", "-attime", str(int(NOW.timestamp()))]
    command += ["-CAfile", "root.pem", "-untrusted", "issuing.pem", "leaf.pem"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.stdout == "leaf.pem: OK\n", result.stderr


@pytest.mark.parametrize("kind", CaSignature)
def test_a_changed_signature_is_refused(kind: CaSignature) -> None:
    own, signing = KINDS[kind]
    root = Authority.root("Root", own, signing=signing)
    leaf = root.leaf()
    forged = leaf.read(leaf.der[:-1] + bytes((leaf.der[-1] ^ 1,)))
    with pytest.raises(PathError):
        validate_path(forged, (), [root.certificate], NOW)


def openssl_ca(folder: Path, *key_and_digest: str) -> tuple[Certificate, Certificate]:
    """A root and a leaf, both signed by OpenSSL."""
    root = ("req", "-x509", "-new", "-noenc", "-subj", "/CN=Root", *key_and_digest)
    csr = ("req", "-new", "-newkey", "rsa:2048", "-noenc", "-subj", "/CN=Leaf")
    digest = [one for one in key_and_digest if one in ("-sha1", "-md5")]
    issue = ("x509", "-req", "-in", "leaf.csr", "-CA", "root.pem", "-CAkey", "root.key", *digest)
    for command in (
        (*root, "-keyout", "root.key", "-out", "root.pem"),
        (*csr, "-keyout", "leaf.key", "-out", "leaf.csr"),
        (*issue, "-out", "leaf.pem"),
    ):
        subprocess.run(("openssl", *command), cwd=folder, check=True, capture_output=True)
    (anchor,) = certificates_from_pem((folder / "root.pem").read_text())
    (leaf,) = certificates_from_pem((folder / "leaf.pem").read_text())
    return anchor, leaf


PSS_PARAMETERS = (
    *("-pkeyopt", "rsa_pss_keygen_md:sha384", "-pkeyopt", "rsa_pss_keygen_mgf1_md:sha384"),
    *("-pkeyopt", "rsa_pss_keygen_saltlen:48"),
)


@needs_openssl
@pytest.mark.parametrize("parameters", [(), PSS_PARAMETERS])
def test_a_key_for_pss_alone_signs_by_pss_alone(parameters: Sequence[str], tmp_path: Path) -> None:
    """RFC 4055, 1.2: id-RSASSA-PSS in the public key, with its parameters or without."""
    size = ("-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048")
    anchor, leaf = openssl_ca(tmp_path, *size, *parameters)
    now = datetime.now(UTC)
    assert validate_path(leaf, (), [anchor], now) == (leaf, anchor)

    private = load_pem_private_key((tmp_path / "root.key").read_bytes(), None)
    assert isinstance(private, rsa.RSAPrivateKey)
    validity = (now - DAY, now + DAY)
    by_pkcs1 = Authority(anchor, private, S256).leaf(validity=validity)
    with pytest.raises(PathError, match="a key for PSS"):
        validate_path(by_pkcs1, (), [anchor], now)
    by_other_hash = Authority(anchor, private, Signing(hashes.SHA256(), 48)).leaf(validity=validity)
    if not parameters:
        assert validate_path(by_other_hash, (), [anchor], now)
        return
    with pytest.raises(PathError, match="other parameters"):
        validate_path(by_other_hash, (), [anchor], now)


@pytest.fixture(params=["-sha1", "-md5"])
def old_ca(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Certificate, Certificate]:
    """Signed with an old hash."""
    return openssl_ca(tmp_path, "-newkey", "rsa:2048", request.param)


@needs_openssl
def test_sha1_and_md5_are_refused(old_ca: tuple[Certificate, Certificate]) -> None:
    anchor, leaf = old_ca
    with pytest.raises(PathError, match=r"1\.2\.840\.113549\.1\.1\.[45] not accepted"):
        validate_path(leaf, (), [anchor], datetime.now(UTC))


@needs_openssl
def test_an_anchors_own_signature_does_not_matter(
    old_ca: tuple[Certificate, Certificate], tmp_path: Path
) -> None:
    """RFC 5280, 6.1.1 (d): an anchor is a name and a key."""
    anchor, _ = old_ca
    private = load_pem_private_key((tmp_path / "root.key").read_bytes(), None)
    assert isinstance(private, rsa.RSAPrivateKey)
    now = datetime.now(UTC)
    leaf = Authority(anchor, private).leaf(validity=(now - DAY, now + DAY))
    assert validate_path(leaf, (), [anchor], now) == (leaf, anchor)


@pytest.mark.parametrize(
    ("weak", "description"),
    [
        (rsa_key(5, 1024), "RSA, 1024 bits"),
        (dsa.generate_private_key(2048), "DSA"),
        (ec.generate_private_key(ec.SECP192R1()), "EC, secp192r1"),
        (ec.generate_private_key(ec.SECP256K1()), "EC, secp256k1"),
    ],
)
def test_weak_and_other_keys_sign_nothing(weak: IssuerKey, description: str) -> None:
    assert signatures_of(spki(weak)) == frozenset()
    assert key_description(spki(weak)) == description
    root = Authority.root("Root", weak)
    with pytest.raises(PathError):
        validate_path(root.leaf(), (), [root.certificate], NOW)


def test_a_pss_salt_of_any_length_that_fits_is_accepted() -> None:
    """OpenSSL's default is the longest one: 222 bytes with 2048 bits."""
    root = Authority.root("Root", rsa_key(1), signing=Signing(hashes.SHA256(), 222))
    assert validate_path(root.leaf(), (), [root.certificate], NOW)


def test_rsa_moduli_of_odd_length_are_accepted() -> None:
    root = Authority.root("Root", rsa.generate_private_key(65537, 2056))
    assert validate_path(root.leaf(), (), [root.certificate], NOW)
