"""The practice bank's CRL and OCSP responder: looked up by certclient, and checked by OpenSSL."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.x509 import ocsp

from certclient.ca.revocation.factory import revocation_lookup
from certclient.ca.revocation.states import RevocationState
from certclient.ca.transports.http import HttpTransport
from certclient.configuration.profiles import load_profile
from certclient.model.certificate import Certificate
from certclient.model.profile import Profile, RevocationSettings
from certclient_practice.admin.profile_writer import ProfileOptions
from certclient_practice.bank.revocation import RevocationService
from support.bank import USER_ID, RunningBank
from support.pki import certificate_pem, make_lab, rsa_key, rsa_signer, spki_of

SPKI = spki_of(rsa_key(1))
LOOK_UP = revocation_lookup(lambda: datetime.now(UTC), os.urandom)


def state(profile: Profile, certificate: Certificate) -> RevocationState:
    return LOOK_UP(profile, certificate, ()).state


@pytest.fixture
def profile(bank: RunningBank) -> Profile:
    bank.add_customer()
    return load_profile(bank.write_profile(ProfileOptions(revocation=True)))


def with_settings(
    profile: Profile, change: Callable[[RevocationSettings], RevocationSettings]
) -> Profile:
    assert profile.revocation is not None
    return replace(profile, revocation=change(profile.revocation))


@pytest.mark.parametrize("by", ["ocsp", "crl", "crl without ocsp's answer"])
def test_a_revocation_is_seen(bank: RunningBank, profile: Profile, by: str) -> None:
    if by == "crl":
        profile = with_settings(profile, lambda known: replace(known, ocsp_url=""))
    elif by == "ocsp":
        profile = with_settings(profile, lambda known: replace(known, crl_url=""))
    else:
        wrong = f"{bank.addresses.public_url}nothing-here"
        profile = with_settings(profile, lambda known: replace(known, ocsp_url=wrong))
    certificate = bank.issue_certificate(USER_ID, SPKI, 20)
    assert state(profile, certificate) is RevocationState.GOOD
    bank.revoke(certificate.serial_hex)
    answer = LOOK_UP(profile, certificate, ())
    assert answer.state is RevocationState.REVOKED
    assert answer.reason == "privilegeWithdrawn"
    assert answer.since is not None
    assert answer.source == by.split()[0]


def test_the_issuing_ca_may_come_from_elsewhere(bank: RunningBank, profile: Profile) -> None:
    profile = with_settings(profile, lambda known: replace(known, ca_certificates=()))
    certificate = bank.issue_certificate(USER_ID, SPKI, 20)
    assert state(profile, certificate) is RevocationState.UNKNOWN
    assert LOOK_UP(profile, certificate, [bank.intermediate]).state is RevocationState.GOOD


def test_a_bank_that_cannot_be_reached_says_nothing(bank: RunningBank, profile: Profile) -> None:
    certificate = bank.issue_certificate(USER_ID, SPKI, 20)
    bank.stop()
    assert state(profile, certificate) is RevocationState.UNKNOWN


@pytest.fixture
def files(bank: RunningBank, profile: Profile, tmp_path: Path) -> tuple[Path, Path, Path]:
    """A revoked certificate, its issuer and the root, as PEM files for OpenSSL."""
    certificate = bank.issue_certificate(USER_ID, SPKI, 20)
    bank.revoke(certificate.serial_hex)
    names = ("leaf.pem", "issuer.pem", "root.pem")
    for name, one in zip(names, (certificate, bank.intermediate, bank.bank.ca.root), strict=True):
        (tmp_path / name).write_bytes(certificate_pem(one))
    leaf, issuer, root = (tmp_path / name for name in names)
    return leaf, issuer, root


def openssl(*arguments: str | Path) -> str:
    done = subprocess.run(
        ["openssl", *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout + done.stderr


def test_openssl_reads_the_ocsp_response(
    bank: RunningBank, profile: Profile, files: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    leaf, issuer, root = files
    request, response = tmp_path / "request.der", tmp_path / "response.der"
    openssl("ocsp", "-issuer", issuer, "-cert", leaf, "-reqout", request)
    transport = HttpTransport(profile.tls_anchors)
    url = f"{bank.addresses.public_url}ocsp"
    response.write_bytes(transport.post(url, request.read_bytes(), "application/ocsp-request"))
    trusted = ("-CAfile", root, "-verify_other", issuer)
    with_nonce = openssl("ocsp", "-reqin", request, "-respin", response, *trusted)
    assert "Response verify OK" in with_nonce
    about = ("-issuer", issuer, "-cert", leaf, "-no_nonce")
    said = openssl("ocsp", "-respin", response, *about, *trusted)
    assert "Response verify OK" in said
    assert ": revoked" in said


def test_openssl_verifies_the_crl(
    bank: RunningBank, profile: Profile, files: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    leaf, issuer, _root = files
    crl = tmp_path / "crl.der"
    transport = HttpTransport(profile.tls_anchors)
    crl.write_bytes(transport.get(f"{bank.addresses.public_url}crl", "application/pkix-crl"))
    said = openssl("crl", "-inform", "DER", "-in", crl, "-CAfile", issuer, "-noout", "-text")
    assert "verify OK" in said
    serial = f"{rsa_serial(leaf):032X}"
    assert serial in said.replace(":", "")


def rsa_serial(leaf: Path) -> int:
    text = openssl("x509", "-in", leaf, "-noout", "-serial")
    return int(text.strip().partition("=")[2], 16)


@pytest.mark.parametrize("garbage", [b"", b"\x30\x03", b"GET"])
def test_an_odd_request_gets_an_error_response(bank: RunningBank, garbage: bytes) -> None:
    answer = ocsp.load_der_ocsp_response(RevocationService(bank.bank).ocsp_response(garbage))
    assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_another_cas_certificate_is_not_answered(bank: RunningBank, profile: Profile) -> None:
    """It is signed by somebody else, so no request is made at all."""
    other = make_lab(label="Other").issue(rsa_signer(2).spki)
    assert state(profile, other) is RevocationState.UNKNOWN
