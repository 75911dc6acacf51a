"""Keys in CNG: protected ones, the TPM, and what happens where neither is as hoped.

Over the double of ncrypt.dll, which does what Windows documents (native/ncrypt/double.h); the
providers themselves are a matter of REAL_WINDOWS.md.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

from certclient.enrollment.preflight import key_result
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeyRef, KeySpec, Protection, SignatureAlgorithm
from certclient.store.base import StoreSession, TellsAboutKeys, no_pin
from certclient.store.windows import declarations as w
from certclient.store.windows.container import from_key_id
from support.pki import make_lab
from support.windows_pc import CNG, WindowsPc

if not CNG:
    pytest.skip("needs the double of ncrypt.dll", allow_module_level=True)

LABEL = "certclient 0001"
BANK = "れい信用金庫"
ATTRIBUTES = 1224
"""Bytes before the private key in a file of the double (double.h)."""


class Owner:
    """Who sits at the computer and is asked about protected keys."""

    file = Path(os.environ["LOCALAPPDATA"]) / "certclient-ncrypt-double" / "questions.txt"

    def questions(self) -> list[list[str]]:
        """Key name, flags, friendly name, description of each question so far."""
        if not self.file.exists():
            return []
        return [line.split("|") for line in self.file.read_text("utf-8-sig").splitlines()]


@pytest.fixture
def owner() -> Iterator[Owner]:
    Owner.file.unlink(missing_ok=True)
    yield Owner()
    Owner.file.unlink(missing_ok=True)


def provider_of(key: KeyRef) -> str:
    place = from_key_id(key.key_id)
    assert place is not None
    return place.provider


def warnings_of(session: StoreSession) -> list[CertclientError]:
    assert isinstance(session, TellsAboutKeys)
    return list(session.take_warnings())


# Protection


def test_an_unprotected_key_asks_nobody(windows_pc: WindowsPc, owner: Owner) -> None:
    with windows_pc.store().open(no_pin) as session:
        key = session.create_key(KeySpec(purpose=BANK), LABEL)
        session.signer(key).sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)
    assert owner.questions() == []


@pytest.mark.parametrize(
    ("protection", "flags"), [(Protection.CONSENT, "1"), (Protection.PASSWORD, "3")]
)
def test_a_protected_key_asks_once_in_a_renewal_with_the_banks_name(
    windows_pc: WindowsPc, owner: Owner, protection: Protection, flags: str
) -> None:
    spec = KeySpec(protection=protection, purpose=BANK)
    with windows_pc.store().open(no_pin) as session:
        key = session.create_key(spec, LABEL)
        certificate = make_lab().issue(session.signer(key).spki)
        session.install(key, certificate, "")
        assert owner.questions() == [], "looking and installing ask nobody"
        for _ in range(3):
            session.signer(key).sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)
        session.self_test(certificate)
    ((name, asked_flags, friendly_name, description),) = owner.questions()
    assert (name, asked_flags) == (LABEL, flags)
    assert friendly_name == "れい信用金庫 電子証明書"
    assert "電子証明書の鍵" in description


def test_listing_never_asks(windows_pc: WindowsPc, owner: Owner) -> None:
    store = windows_pc.store()
    with store.open(no_pin) as session:
        key = session.create_key(KeySpec(protection=Protection.PASSWORD), LABEL)
        session.install(key, make_lab().issue(session.signer(key).spki), "")
    assert [stored.key for stored in store.certificates()] == [key]
    assert owner.questions() == []


def test_a_no_to_windows_question_is_a_cancellation(
    windows_pc: WindowsPc, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTCLIENT_USER", "cancels")
    with windows_pc.store().open(no_pin) as session:
        key = session.create_key(KeySpec(protection=Protection.CONSENT), LABEL)
        with pytest.raises(CertclientError) as error:
            session.signer(key).sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)
        assert error.value.code is ErrorCode.CONSENT_REFUSED
        monkeypatch.delenv("CERTCLIENT_USER")
        assert session.signer(key).sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)


# TPM


def test_a_tpm_that_signs_as_tls_wants_keeps_the_key(
    windows_pc: WindowsPc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTCLIENT_TPM", "works")
    with windows_pc.store().open(no_pin) as session:
        key = session.create_key(KeySpec(prefer_tpm=True), LABEL)
        assert provider_of(key) == w.MS_PLATFORM_CRYPTO_PROVIDER
        assert warnings_of(session) == []
        certificate = make_lab().issue(session.signer(key).spki)
        session.install(key, certificate, "")
        session.self_test(certificate)
        assert session.find_key(LABEL) == key
        session.delete(certificate)
        assert session.find_key(LABEL) is None


@pytest.mark.parametrize(
    ("tpm", "reason"),
    [("none", "no TPM"), ("software", "no TPM"), ("no-pss", "NCryptSignHash 0x80090029")],
)
def test_a_tpm_that_will_not_do_is_told_and_windows_keeps_the_key(
    windows_pc: WindowsPc, monkeypatch: pytest.MonkeyPatch, tpm: str, reason: str
) -> None:
    monkeypatch.setenv("CERTCLIENT_TPM", tpm)
    with windows_pc.store().open(no_pin) as session:
        key = session.create_key(KeySpec(prefer_tpm=True), LABEL)
        assert provider_of(key) == w.MS_KEY_STORAGE_PROVIDER
        (warning,) = warnings_of(session)
        assert warning.code is ErrorCode.KEY_NOT_IN_TPM
        assert reason in warning.data["reason"]
        assert warnings_of(session) == [], "told once"
        session.delete_key(key)
        assert session.find_key(LABEL) is None, "nothing is left in the TPM"


def test_a_tpm_is_not_used_unless_the_bank_wants_it(
    windows_pc: WindowsPc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTCLIENT_TPM", "works")
    with windows_pc.store().open(no_pin) as session:
        assert provider_of(session.create_key(KeySpec(), LABEL)) == w.MS_KEY_STORAGE_PROVIDER


# Providers and keys that fail


def test_without_the_software_provider_the_key_goes_to_capi(
    windows_pc: WindowsPc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTCLIENT_KSP", "missing")
    with windows_pc.store().open(no_pin) as session:
        key = session.create_key(KeySpec(), LABEL)
        assert provider_of(key) == w.MS_ENH_RSA_AES_PROV
        assert session.find_key(LABEL) == key
        session.delete_key(key)


def test_a_key_that_was_lost_with_the_users_password_is_told(windows_pc: WindowsPc) -> None:
    """After a forced reset Windows lists the key and cannot open it (NTE_BAD_KEY_STATE)."""
    with windows_pc.store().open(no_pin) as session:
        key = session.create_key(KeySpec(), LABEL)
        certificate = make_lab().issue(session.signer(key).spki)
        session.install(key, certificate, "")
    for file in Owner.file.parent.glob("0-*.key"):
        raw = file.read_bytes()
        file.write_bytes(raw[:ATTRIBUTES] + bytes(len(raw) - ATTRIBUTES))
    with windows_pc.store().open(no_pin) as session:
        with pytest.raises(CertclientError) as error:
            session.signer(key)
        assert error.value.code is ErrorCode.KEY_SELF_TEST_FAILED
        assert "0x8009000b" in error.value.data["reason"]
        result = key_result(session, certificate)
        assert result.error is not None
        assert result.error.code is ErrorCode.KEY_DEAD, "told in its own words before a renewal"
