"""Keys in CNG: protected keys, the TPM, smart cards, and failures of each.

They use the double of ncrypt.dll, which behaves as Microsoft documents (native/ncrypt/double.h);
REAL_WINDOWS.md covers the providers themselves.
"""

from __future__ import annotations

import ctypes
import sys

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

from certclient.enrollment.preflight import key_result
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import (
    KeyAlgorithm,
    KeyRef,
    KeySpec,
    Protection,
    SignatureAlgorithm,
    own_label,
)
from certclient.store.base import KeyWarnings, StoreSession, no_pin
from certclient.store.windows import cng, crypt32, parent_window
from certclient.store.windows import declarations as w
from certclient.store.windows.container import from_key_id
from support.pki import make_lab, rsa_key, spki_of
from support.windows_pc import CNG, KeyOwner, WindowsPc, lose_keys_with_the_password

if not CNG:
    pytest.skip("needs the double of ncrypt.dll", allow_module_level=True)

LABEL = "certclient 0001"
BANK = "れい信用金庫"
EXPORTABLE = 3
"""NCRYPT_ALLOW_EXPORT_FLAG | NCRYPT_ALLOW_PLAINTEXT_EXPORT_FLAG."""

CARD = "Microsoft Smart Card Key Storage Provider"


def provider_of(key: KeyRef) -> str:
    place = from_key_id(key.key_id)
    assert place is not None
    return place.provider


def warnings_of(session: StoreSession) -> list[CertclientError]:
    assert isinstance(session, KeyWarnings)
    return list(session.take_warnings())


# Protection


def test_unprotected_key_does_not_prompt(windows_pc: WindowsPc, owner: KeyOwner) -> None:
    with windows_pc.store().open(no_pin) as session:
        key = session.create_key(KeySpec(purpose=BANK), LABEL)
        session.signer(key).sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)
    assert owner.questions() == []


@pytest.mark.parametrize(
    ("protection", "flags"), [(Protection.CONSENT, "1"), (Protection.PASSWORD, "3")]
)
def test_protected_key_prompts_once_per_session_with_bank_name(
    windows_pc: WindowsPc, owner: KeyOwner, protection: Protection, flags: str
) -> None:
    spec = KeySpec(protection=protection, purpose=BANK)
    with windows_pc.store().open(no_pin) as session:
        key = session.create_key(spec, LABEL)
        assert len(owner.questions()) == 1, "Windows announces the new key"
        owner.forget()
        certificate = make_lab().issue(session.signer(key).spki)
        session.install(key, certificate, "")
        assert owner.questions() == [], "reading and installing do not prompt"
        for _ in range(3):
            session.signer(key).sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)
        session.self_test(certificate)
    ((name, asked_flags, friendly_name, description, _),) = owner.questions()
    assert (name, asked_flags) == (LABEL, flags)
    assert friendly_name == "れい信用金庫 電子証明書"
    assert "電子証明書の鍵" in description


def test_prompt_belongs_to_active_window(
    windows_pc: WindowsPc, owner: KeyOwner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """tests/windows/ui checks which window that is; this run has no screen."""
    monkeypatch.setattr(parent_window, "foreground_window", lambda: 4711)
    with windows_pc.store().open(no_pin) as session:
        key = session.create_key(KeySpec(protection=Protection.CONSENT), LABEL)
        session.signer(key).sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)
    assert [question[-1] for question in owner.questions()] == ["4711", "4711"]


def test_prompt_has_no_owner_without_active_window(windows_pc: WindowsPc, owner: KeyOwner) -> None:
    with windows_pc.store().open(no_pin) as session:
        key = session.create_key(KeySpec(protection=Protection.CONSENT), LABEL)
        session.signer(key).sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)
    assert [question[-1] for question in owner.questions()] == ["0", "0"]


def test_listing_does_not_prompt(windows_pc: WindowsPc, owner: KeyOwner) -> None:
    store = windows_pc.store()
    with store.open(no_pin) as session:
        key = session.create_key(KeySpec(protection=Protection.PASSWORD), LABEL)
        owner.forget()
        session.install(key, make_lab().issue(session.signer(key).spki), "")
    assert [stored.key for stored in store.certificates()] == [key]
    assert owner.questions() == []


def test_declined_signing_prompt_is_refused_consent(
    windows_pc: WindowsPc, owner: KeyOwner, monkeypatch: pytest.MonkeyPatch
) -> None:
    with windows_pc.store().open(no_pin) as session:
        key = session.create_key(KeySpec(protection=Protection.CONSENT), LABEL)
        monkeypatch.setenv("CERTCLIENT_USER", "cancels")
        with pytest.raises(CertclientError) as error:
            session.signer(key).sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)
        assert error.value.code is ErrorCode.CONSENT_REFUSED
        monkeypatch.delenv("CERTCLIENT_USER")
        assert session.signer(key).sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)


def test_declined_creation_prompt_leaves_no_key(
    windows_pc: WindowsPc, owner: KeyOwner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTCLIENT_USER", "cancels")
    with windows_pc.store().open(no_pin) as session:
        with pytest.raises(CertclientError) as error:
            session.create_key(KeySpec(protection=Protection.CONSENT), LABEL)
        assert error.value.code is ErrorCode.CONSENT_REFUSED
        assert session.find_key(LABEL) is None


# TPM


def test_tpm_with_pss_stores_key(windows_pc: WindowsPc, monkeypatch: pytest.MonkeyPatch) -> None:
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
    [
        ("none", "NCryptOpenStorageProvider 0x80090030"),
        ("software", "0x80090030"),
        ("no-pss", "NCryptSignHash 0x80090029"),
        ("sick", "NCryptGetProperty 0x8009002d"),
    ],
)
def test_unsuitable_tpm_falls_back_to_software_with_warning(
    windows_pc: WindowsPc, monkeypatch: pytest.MonkeyPatch, tpm: str, reason: str
) -> None:
    monkeypatch.setenv("CERTCLIENT_TPM", tpm)
    with windows_pc.store().open(no_pin) as session:
        key = session.create_key(KeySpec(prefer_tpm=True), LABEL)
        assert provider_of(key) == w.MS_KEY_STORAGE_PROVIDER
        (warning,) = warnings_of(session)
        assert warning.code is ErrorCode.KEY_NOT_IN_TPM
        assert reason in warning.data["reason"]
        assert warnings_of(session) == [], "reported once"
        session.delete_key(key)
        assert session.find_key(LABEL) is None, "nothing is left in the TPM"


def test_tpm_is_used_only_if_profile_prefers_it(
    windows_pc: WindowsPc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTCLIENT_TPM", "works")
    with windows_pc.store().open(no_pin) as session:
        assert provider_of(session.create_key(KeySpec(), LABEL)) == w.MS_KEY_STORAGE_PROVIDER


@pytest.mark.parametrize(
    ("tpm", "provider"),
    [("no-pss", w.MS_KEY_STORAGE_PROVIDER), ("works", w.MS_PLATFORM_CRYPTO_PROVIDER)],
)
def test_untested_tpm_key_is_tested_before_use(
    windows_pc: WindowsPc, monkeypatch: pytest.MonkeyPatch, tpm: str, provider: str
) -> None:
    monkeypatch.setenv("CERTCLIENT_TPM", tpm)
    spec, untested = KeySpec(prefer_tpm=True), cng.container(LABEL, w.MS_PLATFORM_CRYPTO_PROVIDER)
    cng.create(spec, untested)
    with windows_pc.store().open(no_pin) as session:
        assert provider_of(session.create_key(spec, LABEL)) == provider
        codes = [warning.code for warning in warnings_of(session)]
    in_tpm = provider == untested.provider
    assert codes == ([] if in_tpm else [ErrorCode.KEY_NOT_IN_TPM])
    assert cng.exists(untested) is in_tpm


def test_declined_prompt_is_no_tpm_failure(
    windows_pc: WindowsPc, owner: KeyOwner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTCLIENT_TPM", "works")
    monkeypatch.setenv("CERTCLIENT_USER", "cancels")
    spec = KeySpec(prefer_tpm=True, protection=Protection.CONSENT)
    with windows_pc.store().open(no_pin) as session:
        with pytest.raises(CertclientError) as error:
            session.create_key(spec, LABEL)
        assert error.value.code is ErrorCode.CONSENT_REFUSED
        assert session.find_key(LABEL) is None
    assert len(owner.questions()) == 1, "no second prompt for another provider"


def test_failing_tpm_does_not_affect_other_keys(
    windows_pc: WindowsPc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTCLIENT_TPM", "sick")
    windows_pc.add_foreign(make_lab().issue(spki_of(rsa_key(1))))
    store = windows_pc.store()
    with store.open(no_pin) as session:
        key = session.create_key(KeySpec(), LABEL)
        session.install(key, make_lab().issue(session.signer(key).spki), "")
        assert {stored.key for stored in store.certificates()} == {None, key}
        assert list(store.unused_keys()) == []


def test_key_in_failing_tpm_is_removed_after_recovery(
    windows_pc: WindowsPc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTCLIENT_TPM", "works")
    spec, label = KeySpec(prefer_tpm=True), own_label("0123456789abcdef")
    store = windows_pc.store()
    with store.open(no_pin) as session:
        in_tpm = session.create_key(spec, label)
        monkeypatch.setenv("CERTCLIENT_TPM", "sick")
        with pytest.raises(CertclientError) as refused:
            session.delete_key(in_tpm)
        assert refused.value.code is ErrorCode.STORE_UNAVAILABLE, "the key may still exist"
        in_software = session.create_key(spec, label)
        assert in_software != in_tpm
        certificate = make_lab().issue(session.signer(in_software).spki)
        session.install(in_software, certificate, "")
        monkeypatch.setenv("CERTCLIENT_TPM", "works")
        assert list(store.unused_keys()) == [label]
        assert session.find_key(label) == in_tpm
        session.delete_key(in_tpm)
        assert list(store.unused_keys()) == []
        assert session.find_key(label) == in_software
        session.self_test(certificate)


# EC keys


@pytest.mark.parametrize("algorithm", [KeyAlgorithm.EC_P256, KeyAlgorithm.EC_P384])
def test_ec_key_signs_in_the_tpm_and_without_a_prompt(
    windows_pc: WindowsPc, monkeypatch: pytest.MonkeyPatch, algorithm: KeyAlgorithm
) -> None:
    """A TPM without PSS is no obstacle: ECDSA does without."""
    monkeypatch.setenv("CERTCLIENT_TPM", "no-pss")
    store = windows_pc.store()
    with store.open(no_pin) as session:
        key = session.create_key(KeySpec(algorithm, prefer_tpm=True), LABEL)
        assert provider_of(key) == w.MS_PLATFORM_CRYPTO_PROVIDER
        assert warnings_of(session) == []
        certificate = make_lab().issue(session.signer(key).spki)
        session.install(key, certificate, "")
        session.self_test(certificate)
    assert KeyAlgorithm.of(certificate.spki) is algorithm
    store.try_alone(certificate)
    with store.open(no_pin) as session:
        session.delete(certificate)
        assert session.find_key(LABEL) is None


def test_a_curve_that_the_tpm_lacks_is_made_in_software(
    windows_pc: WindowsPc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTCLIENT_TPM", "no-p384")
    spec = KeySpec(KeyAlgorithm.EC_P384, prefer_tpm=True)
    with windows_pc.store().open(no_pin) as session:
        assert provider_of(session.create_key(spec, LABEL)) == w.MS_KEY_STORAGE_PROVIDER
        assert [one.code for one in warnings_of(session)] == [ErrorCode.KEY_NOT_IN_TPM]


def test_an_ec_key_is_protected_like_an_rsa_key(windows_pc: WindowsPc, owner: KeyOwner) -> None:
    store = windows_pc.store()
    with store.open(no_pin) as session:
        spec = KeySpec(KeyAlgorithm.EC_P256, protection=Protection.CONSENT)
        key = session.create_key(spec, LABEL)
        certificate = make_lab().issue(session.signer(key).spki)
        session.install(key, certificate, "")
        owner.forget()
        session.self_test(certificate)
        assert len(owner.questions()) == 1
    with pytest.raises(CertclientError) as error:
        store.try_alone(certificate)
    assert error.value.code is ErrorCode.KEY_PROTECTED


# Smart cards, whose certificates Windows adds to MY while they are in the reader


def test_deleting_certificate_keeps_smart_card_key(
    windows_pc: WindowsPc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTCLIENT_CARD", "here")
    on_card = cng.container("someone's card", CARD)
    cng.create(KeySpec(), on_card)
    certificate = make_lab().issue(cng.spki(on_card))
    with crypt32.opened(windows_pc.names.personal, writable=True) as system_store:
        system_store.add(certificate, "", on_card)
    store = windows_pc.store()
    with store.open(no_pin) as session:
        session.delete(certificate)
    assert list(store.certificates()) == []
    assert cng.exists(on_card)


# Providers and keys that fail


def test_foreign_key_with_our_name_is_kept(windows_pc: WindowsPc) -> None:
    place = cng.container(LABEL)
    handle = w.Handle()
    with cng.storage_provider(place.provider) as provider:
        w.ncrypt_create_persisted_key(provider, ctypes.byref(handle), "RSA", place.name, 0, 0)
        policy = ctypes.c_ulong(EXPORTABLE)
        w.ncrypt_set_property(handle, "Export Policy", ctypes.byref(policy), 4, 0)
        w.ncrypt_finalize_key(handle, 0)
        w.ncrypt_free_object(handle)
    with windows_pc.store().open(no_pin) as session, pytest.raises(CertclientError) as error:
        session.create_key(KeySpec(), LABEL)
    assert error.value.code is ErrorCode.KEY_NAME_TAKEN
    assert cng.exists(place)


def test_key_is_created_in_capi_without_software_ksp(
    windows_pc: WindowsPc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTCLIENT_KSP", "missing")
    with windows_pc.store().open(no_pin) as session:
        key = session.create_key(KeySpec(), LABEL)
        assert provider_of(key) == w.MS_ENH_RSA_AES_PROV
        assert session.find_key(LABEL) == key
        session.delete_key(key)


def test_key_lost_by_password_reset_is_reported(windows_pc: WindowsPc) -> None:
    """After a forced reset, Windows lists the key but cannot open it (NTE_BAD_KEY_STATE)."""
    with windows_pc.store().open(no_pin) as session:
        key = session.create_key(KeySpec(), LABEL)
        certificate = make_lab().issue(session.signer(key).spki)
        session.install(key, certificate, "")
    lose_keys_with_the_password()
    with windows_pc.store().open(no_pin) as session:
        with pytest.raises(CertclientError) as error:
            session.signer(key)
        assert error.value.code is ErrorCode.KEY_SELF_TEST_FAILED
        assert "0x8009000b" in error.value.data["reason"]
        result = key_result(session, certificate)
        assert result.error is not None
        assert result.error.code is ErrorCode.KEY_DEAD, "an error of its own before a renewal"
        with pytest.raises(CertclientError) as error:
            session.delete_key(key)
        assert error.value.code is ErrorCode.LAST_VALID_CERTIFICATE, "a certificate refers to it"
