"""Message protection: MACs, signatures and proof of possession."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from certclient.cmp import mac, syntax
from certclient.cmp.bodies import PkiConfirm
from certclient.cmp.crmf import CertReqMsg, CertRequest, CertTemplate
from certclient.cmp.mac import new_parameters
from certclient.cmp.messages import Header, Message
from certclient.cmp.names import EMPTY_NAME, AlgorithmIdentifier, directory_name
from certclient.cmp.protection import (
    ProtectionError,
    WeakMacError,
    WrongMacError,
    is_mac,
    protect_with_mac,
    protect_with_signature,
    verify_mac,
    verify_signature,
)
from certclient.cmp.signatures import (
    RSA_SHA256,
    check_possession,
    check_signature,
    prove_possession,
)
from certclient.model.profile import DEFAULT_MAC_FLOOR, MacAlgorithm, MacFloor
from certclient.model.secret import Secret
from support.pki import ec_signer, rsa_key, rsa_signer, spki_of

CODE = Secret("himitsu-4711")
HEADER = Header(directory_name(EMPTY_NAME), directory_name(EMPTY_NAME), bytes(16), bytes(16))
SHA1 = AlgorithmIdentifier("1.3.14.3.2.26", syntax.NULL)
SHA256 = AlgorithmIdentifier("2.16.840.1.101.3.4.2.1", syntax.NULL)
HMAC_SHA1 = AlgorithmIdentifier("1.3.6.1.5.5.8.1.2", syntax.NULL)
HMAC_SHA256 = AlgorithmIdentifier("1.2.840.113549.2.9", syntax.NULL)


def pbm(
    iterations: int = 500,
    salt: bytes = b"12345678",
    owf: AlgorithmIdentifier = SHA256,
    hmac: AlgorithmIdentifier = HMAC_SHA1,
) -> AlgorithmIdentifier:
    value = syntax.PBMParameter(
        salt=salt,
        owf=syntax.tlv(owf.encode()),
        iteration_count=iterations,
        mac=syntax.tlv(hmac.encode()),
    )
    return AlgorithmIdentifier(mac.PBM, syntax.encode(value))


def pbmac1(
    iterations: int = 1000,
    salt: bytes = b"12345678",
    key_length: int | None = 32,
    prf: AlgorithmIdentifier | None = HMAC_SHA256,
    kdf: str = "1.2.840.113549.1.5.12",
) -> AlgorithmIdentifier:
    derivation = syntax.PBKDF2Params(
        salt=salt,
        iteration_count=iterations,
        key_length=key_length,
        prf=syntax.items(prf.encode()) if prf else None,
    )
    wrapped = AlgorithmIdentifier(kdf, syntax.encode(derivation)).encode()
    return AlgorithmIdentifier(mac.PBMAC1, syntax.wrapped_list((wrapped, HMAC_SHA256.encode())))


@pytest.mark.parametrize("algorithm", list(MacAlgorithm))
def test_mac_verifies_only_with_the_same_code(algorithm: MacAlgorithm) -> None:
    parameters = new_parameters(algorithm, os.urandom)
    sent = protect_with_mac(HEADER, PkiConfirm(), CODE, parameters)
    received = Message.decode(sent.encode())
    verify_mac(received, CODE)
    assert is_mac(received)
    with pytest.raises(WrongMacError):
        verify_mac(received, Secret("himitsu-4712"))


@pytest.mark.parametrize(
    "parameters",
    [pbm(), pbm(owf=SHA1), pbm(hmac=HMAC_SHA256), pbmac1(), pbmac1(key_length=None, prf=None)],
)
def test_mac_parameters_used_by_peers_verify(parameters: AlgorithmIdentifier) -> None:
    sent = protect_with_mac(HEADER, PkiConfirm(), CODE, parameters)
    verify_mac(Message.decode(sent.encode()), CODE)


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param(pbm(iterations=mac.MAX_PBM_ITERATIONS + 1), id="pbm iterations"),
        pytest.param(pbm(iterations=2**200), id="pbm absurd iterations"),
        pytest.param(pbm(iterations=0), id="pbm no iteration"),
        pytest.param(pbm(salt=bytes(mac.MAX_SALT_BYTES + 1)), id="pbm long salt"),
        pytest.param(pbm(owf=HMAC_SHA256), id="pbm unknown hash"),
        pytest.param(pbm(hmac=SHA256), id="pbm unknown mac"),
        pytest.param(AlgorithmIdentifier(mac.PBM), id="pbm without parameters"),
        pytest.param(AlgorithmIdentifier(mac.PBM, syntax.NULL), id="pbm with NULL"),
        pytest.param(pbmac1(iterations=mac.MAX_PBKDF2_ITERATIONS + 1), id="pbkdf2 iterations"),
        pytest.param(pbmac1(iterations=2**64), id="pbkdf2 absurd iterations"),
        pytest.param(pbmac1(iterations=-1), id="pbkdf2 negative iterations"),
        pytest.param(pbmac1(key_length=2**40), id="pbkdf2 long key"),
        pytest.param(pbmac1(key_length=1), id="pbkdf2 short key"),
        pytest.param(pbmac1(salt=b""), id="pbkdf2 no salt"),
        pytest.param(pbmac1(kdf="1.2.840.113549.1.5.13"), id="another key derivation"),
        pytest.param(RSA_SHA256, id="a signature algorithm"),
    ],
)
def test_mac_parameters_beyond_the_limits_are_refused_at_once(
    parameters: AlgorithmIdentifier,
) -> None:
    message = Message.build(replace(HEADER, protection_alg=parameters), PkiConfirm())
    begin = time.process_time()
    with pytest.raises(ProtectionError) as caught:
        verify_mac(message.protected(bytes(32)), CODE)
    assert not isinstance(caught.value, WrongMacError)
    assert time.process_time() - begin < 0.1


def test_maximum_mac_parameters_take_less_than_two_seconds() -> None:
    for parameters in (pbm(mac.MAX_PBM_ITERATIONS), pbmac1(mac.MAX_PBKDF2_ITERATIONS)):
        begin = time.process_time()
        protect_with_mac(HEADER, PkiConfirm(), CODE, parameters)
        assert time.process_time() - begin < 2


def test_unprotected_message_fails_verification() -> None:
    bare = Message.build(HEADER, PkiConfirm())
    only_named = Message.build(replace(HEADER, protection_alg=pbm()), PkiConfirm())
    for message in (bare, only_named, bare.protected(bytes(32))):
        with pytest.raises(ProtectionError):
            verify_mac(message, CODE)
        with pytest.raises(ProtectionError):
            verify_signature(message, rsa_signer(1).spki)


def test_signed_message_has_null_algorithm_parameters_and_verifies() -> None:
    signer = rsa_signer(1)
    received = Message.decode(protect_with_signature(HEADER, PkiConfirm(), signer).encode())
    assert received.header.protection_alg == AlgorithmIdentifier(
        "1.2.840.113549.1.1.11", syntax.NULL
    )
    assert signer.signed == [received.protected_part]
    verify_signature(received, signer.spki)
    with pytest.raises(ProtectionError):
        verify_signature(received, rsa_signer(2).spki)


def test_signature_is_verified_over_the_received_bytes() -> None:
    """The header is not encoded as we would encode it; the signature covers the bytes received."""
    signer = rsa_signer(1)
    odd_time = syntax.wrap(0xA0, b"\x18\x13" + b"20261120190000+0900")
    header = replace(HEADER, protection_alg=RSA_SHA256).encode()
    members = [syntax.encode(member) for member in syntax.items(header)]
    odd = syntax.wrapped_list([*members[:3], odd_time, *members[3:]])
    body = syntax.encode(syntax.items(Message.build(HEADER, PkiConfirm()).protected_part)[1])
    part = syntax.wrapped_list((odd, body))
    signature = signer.private_key.sign(part, padding.PKCS1v15(), hashes.SHA256())
    bits = syntax.wrap(0xA0, syntax.wrap(0x03, b"\0" + signature))
    received = Message.decode(syntax.wrapped_list((odd, body, bits)))
    verify_signature(received, signer.spki)
    assert received.header.encode() != odd


@pytest.mark.parametrize(
    ("curve", "oid"),
    [(ec.SECP256R1(), "1.2.840.10045.4.3.2"), (ec.SECP384R1(), "1.2.840.10045.4.3.3")],
)
def test_an_ec_key_signs_messages_and_proves_its_possession(
    curve: ec.EllipticCurve, oid: str
) -> None:
    """RFC 5758, 3.2: without parameters."""
    signer = ec_signer(curve)
    received = Message.decode(protect_with_signature(HEADER, PkiConfirm(), signer).encode())
    assert received.header.protection_alg == AlgorithmIdentifier(oid, None)
    verify_signature(received, signer.spki)
    with pytest.raises(ProtectionError):
        verify_signature(received, ec_signer(curve).spki)
    proven = prove_possession(CertRequest(0, CertTemplate(spki=signer.spki)), signer)
    assert proven.pop is not None
    assert proven.pop.algorithm == AlgorithmIdentifier(oid, None)
    check_possession(proven)


def pss(digest: AlgorithmIdentifier, mask: AlgorithmIdentifier, salt: int) -> AlgorithmIdentifier:
    mgf1 = AlgorithmIdentifier("1.2.840.113549.1.1.8", mask.encode())
    value = syntax.PSSParams(
        hash=syntax.AnyValue(value=syntax.tlv(digest.encode())),
        mask=syntax.AnyValue(value=syntax.tlv(mgf1.encode())),
        salt_length=salt,
        trailer=1,
    )
    return AlgorithmIdentifier("1.2.840.113549.1.1.10", syntax.encode(value))


RSA_KEY, EC_KEY, ED_KEY = (
    rsa_key(1),
    ec.generate_private_key(ec.SECP256R1()),
    ed25519.Ed25519PrivateKey.generate(),
)
Signing = Callable[[bytes], bytes]


def rsa_pkcs1(data: bytes) -> bytes:
    return RSA_KEY.sign(data, padding.PKCS1v15(), hashes.SHA512())


def rsa_pss(data: bytes) -> bytes:
    return RSA_KEY.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())


def ecdsa(data: bytes) -> bytes:
    return EC_KEY.sign(data, ec.ECDSA(hashes.SHA384()))


@pytest.mark.parametrize(
    ("algorithm", "spki", "sign"),
    [
        (AlgorithmIdentifier("1.2.840.113549.1.1.13", syntax.NULL), spki_of(RSA_KEY), rsa_pkcs1),
        (pss(SHA256, SHA256, 32), spki_of(RSA_KEY), rsa_pss),
        (AlgorithmIdentifier("1.2.840.10045.4.3.3"), spki_of(EC_KEY), ecdsa),
        (AlgorithmIdentifier("1.3.101.112"), spki_of(ED_KEY), ED_KEY.sign),
    ],
    # Without IDs, a random key would be part of each test's name.
    ids=["RSA PKCS#1 with SHA-512", "RSA PSS", "ECDSA", "Ed25519"],
)
def test_common_signature_algorithms_verify(
    algorithm: AlgorithmIdentifier, spki: bytes, sign: Signing
) -> None:
    check_signature(algorithm, spki, sign(b"data"), b"data")
    with pytest.raises(ProtectionError):
        check_signature(algorithm, spki, sign(b"data"), b"Data")
    with pytest.raises(ProtectionError):
        check_signature(algorithm, spki, b"", b"data")


@pytest.mark.parametrize(
    ("algorithm", "spki"),
    [
        pytest.param(
            AlgorithmIdentifier("1.2.840.113549.1.1.5", syntax.NULL), spki_of(RSA_KEY), id="SHA-1"
        ),
        pytest.param(AlgorithmIdentifier("1.3.101.112"), spki_of(RSA_KEY), id="another key"),
        pytest.param(RSA_SHA256, spki_of(EC_KEY), id="RSA by an EC key"),
        pytest.param(RSA_SHA256, spki_of(ED_KEY), id="RSA by an Ed25519 key"),
        pytest.param(RSA_SHA256, b"\x30\x00", id="no key"),
        pytest.param(
            AlgorithmIdentifier("1.2.840.113549.1.1.10", b"\x30\x00"),
            spki_of(RSA_KEY),
            id="PSS by default means SHA-1",
        ),
        pytest.param(pss(SHA256, SHA1, 32), spki_of(RSA_KEY), id="PSS with two hashes"),
        pytest.param(pss(SHA1, SHA1, 20), spki_of(RSA_KEY), id="PSS with SHA-1"),
        pytest.param(pss(SHA256, SHA256, -1), spki_of(RSA_KEY), id="PSS with a negative salt"),
        pytest.param(
            AlgorithmIdentifier("1.2.840.113549.1.1.10"), spki_of(RSA_KEY), id="PSS without"
        ),
    ],
)
def test_weak_and_unknown_signatures_are_refused(
    algorithm: AlgorithmIdentifier, spki: bytes
) -> None:
    with pytest.raises(ProtectionError):
        check_signature(algorithm, spki, bytes(256), b"data")


def test_short_rsa_key_is_refused_despite_a_valid_signature() -> None:
    key = rsa.generate_private_key(65537, 1024)
    signature = key.sign(b"data", padding.PKCS1v15(), hashes.SHA256())
    with pytest.raises(ProtectionError):
        check_signature(RSA_SHA256, spki_of(key), signature, b"data")


def test_possession_is_proven_only_by_the_requested_key() -> None:
    signer = rsa_signer(1)
    request = CertRequest(0, CertTemplate(subject=EMPTY_NAME, spki=signer.spki))
    proven = prove_possession(request, signer)
    check_possession(CertReqMsg.decode(proven.encode()))
    foreign = prove_possession(request, rsa_signer(2))
    for bad in (foreign, CertReqMsg.build(request)):
        with pytest.raises(ProtectionError):
            check_possession(bad)
    assert proven.pop is not None
    with pytest.raises(ProtectionError):
        check_possession(replace(proven, pop=replace(proven.pop, separate_input=True)))


@pytest.mark.parametrize(
    ("parameters", "floor"),
    [
        pytest.param(pbm(999, hmac=HMAC_SHA256), MacFloor(), id="pbm iterations"),
        pytest.param(pbm(1000, owf=SHA1, hmac=HMAC_SHA256), MacFloor(), id="pbm one-way function"),
        pytest.param(pbm(1000), MacFloor(), id="pbm hmac"),
        pytest.param(pbmac1(999), MacFloor(), id="pbkdf2 iterations"),
        pytest.param(pbmac1(prf=None), MacFloor(), id="pbkdf2 with its default PRF"),
        pytest.param(pbmac1(prf=HMAC_SHA1), MacFloor(), id="pbkdf2 prf"),
        pytest.param(pbm(499), MacFloor(500, sha1=True), id="below a lowered floor"),
        pytest.param(pbmac1(5000), MacFloor(10_000), id="below a raised floor"),
    ],
)
def test_mac_below_the_floor_is_refused_whatever_it_proves(
    parameters: AlgorithmIdentifier, floor: MacFloor
) -> None:
    sent = protect_with_mac(HEADER, PkiConfirm(), CODE, parameters)
    received = Message.decode(sent.encode())
    verify_mac(received, CODE)
    with pytest.raises(WeakMacError):
        verify_mac(received, CODE, floor)


@pytest.mark.parametrize(
    ("parameters", "floor"),
    [
        (pbm(1000, hmac=HMAC_SHA256), MacFloor()),
        (pbmac1(1000), MacFloor()),
        (pbm(500), MacFloor(500, sha1=True)),
        (pbm(500, owf=SHA1), MacFloor(500, sha1=True)),
    ],
)
def test_mac_at_the_floor_is_accepted(parameters: AlgorithmIdentifier, floor: MacFloor) -> None:
    sent = protect_with_mac(HEADER, PkiConfirm(), CODE, parameters)
    verify_mac(Message.decode(sent.encode()), CODE, floor)


@pytest.mark.parametrize("algorithm", list(MacAlgorithm))
def test_what_we_send_is_above_our_own_floor(algorithm: MacAlgorithm) -> None:
    sent = protect_with_mac(HEADER, PkiConfirm(), CODE, new_parameters(algorithm, os.urandom))
    verify_mac(sent, CODE, DEFAULT_MAC_FLOOR)
