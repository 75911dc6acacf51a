"""Keys in CNG: protected ones, the TPM, and what happens where neither is as hoped.

Over the double of ncrypt.dll, which does what Windows documents (native/ncrypt/double.h); the
providers themselves are a matter of REAL_WINDOWS.md.
"""

from __future__ import annotations

import ctypes
import sys

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

from certclient.enrollment.preflight import key_result
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeyRef, KeySpec, Protection, SignatureAlgorithm, own_label
from certclient.store.base import StoreSession, TellsAboutKeys, no_pin
from certclient.store.windows import cng, crypt32, question_window
from certclient.store.windows import declarations as w
from certclient.store.windows.container import from_key_id
from support.pki import make_lab, rsa_key, spki_of
from support.windows_pc import CNG, Owner, WindowsPc, lose_keys_with_the_password

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
def test_a_protected_key_asks_once_while_it_is_open_with_the_banks_name(
    windows_pc: WindowsPc, owner: Owner, protection: Protection, flags: str
) -> None:
    spec = KeySpec(protection=protection, purpose=BANK)
    with windows_pc.store().open(no_pin) as session:
        key = session.create_key(spec, LABEL)
        assert len(owner.questions()) == 1, "Windows tells its owner of the new key"
        owner.forget()
        certificate = make_lab().issue(session.signer(key).spki)
        session.install(key, certificate, "")
        assert owner.questions() == [], "looking and installing ask nobody"
        for _ in range(3):
            session.signer(key).sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)
        session.self_test(certificate)
    ((name, asked_flags, friendly_name, description, _),) = owner.questions()
    assert (name, asked_flags) == (LABEL, flags)
    assert friendly_name == "れい信用金庫 電子証明書"
    assert "電子証明書の鍵" in description


def test_windows_asks_over_the_window_that_the_customer_works_in(
    windows_pc: WindowsPc, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which that is: tests/windows/ui. Here is no screen."""
    monkeypatch.setattr(question_window, "in_front", lambda: 4711)
    with windows_pc.store().open(no_pin) as session:
        key = session.create_key(KeySpec(protection=Protection.CONSENT), LABEL)
        session.signer(key).sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)
    assert [question[-1] for question in owner.questions()] == ["4711", "4711"]


def test_without_a_window_of_ours_in_front_windows_asks_as_it_likes(
    windows_pc: WindowsPc, owner: Owner
) -> None:
    with windows_pc.store().open(no_pin) as session:
        key = session.create_key(KeySpec(protection=Protection.CONSENT), LABEL)
        session.signer(key).sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)
    assert [question[-1] for question in owner.questions()] == ["0", "0"]


def test_listing_never_asks(windows_pc: WindowsPc, owner: Owner) -> None:
    store = windows_pc.store()
    with store.open(no_pin) as session:
        key = session.create_key(KeySpec(protection=Protection.PASSWORD), LABEL)
        owner.forget()
        session.install(key, make_lab().issue(session.signer(key).spki), "")
    assert [stored.key for stored in store.certificates()] == [key]
    assert owner.questions() == []


def test_a_no_to_windows_question_is_a_cancellation(
    windows_pc: WindowsPc, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    with windows_pc.store().open(no_pin) as session:
        key = session.create_key(KeySpec(protection=Protection.CONSENT), LABEL)
        monkeypatch.setenv("CERTCLIENT_USER", "cancels")
        with pytest.raises(CertclientError) as error:
            session.signer(key).sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)
        assert error.value.code is ErrorCode.CONSENT_REFUSED
        monkeypatch.delenv("CERTCLIENT_USER")
        assert session.signer(key).sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)


def test_a_no_while_the_key_is_made_is_a_cancellation_and_leaves_none(
    windows_pc: WindowsPc, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTCLIENT_USER", "cancels")
    with windows_pc.store().open(no_pin) as session:
        with pytest.raises(CertclientError) as error:
            session.create_key(KeySpec(protection=Protection.CONSENT), LABEL)
        assert error.value.code is ErrorCode.CONSENT_REFUSED
        assert session.find_key(LABEL) is None


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
    [
        ("none", "NCryptOpenStorageProvider 0x80090030"),
        ("software", "0x80090030"),
        ("no-pss", "NCryptSignHash 0x80090029"),
        ("sick", "NCryptGetProperty 0x8009002d"),
    ],
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


@pytest.mark.parametrize(
    ("tpm", "provider"),
    [("no-pss", w.MS_KEY_STORAGE_PROVIDER), ("works", w.MS_PLATFORM_CRYPTO_PROVIDER)],
)
def test_a_key_that_a_stop_left_untried_in_the_tpm_is_tried_before_it_is_used(
    windows_pc: WindowsPc, monkeypatch: pytest.MonkeyPatch, tpm: str, provider: str
) -> None:
    monkeypatch.setenv("CERTCLIENT_TPM", tpm)
    spec, untried = KeySpec(prefer_tpm=True), cng.container(LABEL, w.MS_PLATFORM_CRYPTO_PROVIDER)
    cng.create(spec, untried)
    with windows_pc.store().open(no_pin) as session:
        assert provider_of(session.create_key(spec, LABEL)) == provider
        told = [warning.code for warning in warnings_of(session)]
    in_tpm = provider == untried.provider
    assert told == ([] if in_tpm else [ErrorCode.KEY_NOT_IN_TPM])
    assert cng.exists(untried) is in_tpm


def test_a_no_to_windows_question_is_no_fault_of_the_tpm(
    windows_pc: WindowsPc, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTCLIENT_TPM", "works")
    monkeypatch.setenv("CERTCLIENT_USER", "cancels")
    spec = KeySpec(prefer_tpm=True, protection=Protection.CONSENT)
    with windows_pc.store().open(no_pin) as session:
        with pytest.raises(CertclientError) as error:
            session.create_key(spec, LABEL)
        assert error.value.code is ErrorCode.CONSENT_REFUSED
        assert session.find_key(LABEL) is None
    assert len(owner.questions()) == 1, "not asked again for another place"


def test_a_tpm_in_trouble_hurts_nobody_who_uses_none(
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


def test_a_key_that_a_sick_tpm_did_not_let_go_is_removed_when_it_is_well(
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
        assert refused.value.code is ErrorCode.STORE_UNAVAILABLE, "it may still be there"
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


# Cards, whose certificates Windows shows in MY while they are in the reader


def test_the_key_on_a_card_stays_when_its_certificate_is_deleted(
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


def test_a_key_of_somebody_else_under_our_name_is_left_alone(windows_pc: WindowsPc) -> None:
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
    lose_keys_with_the_password()
    with windows_pc.store().open(no_pin) as session:
        with pytest.raises(CertclientError) as error:
            session.signer(key)
        assert error.value.code is ErrorCode.KEY_SELF_TEST_FAILED
        assert "0x8009000b" in error.value.data["reason"]
        result = key_result(session, certificate)
        assert result.error is not None
        assert result.error.code is ErrorCode.KEY_DEAD, "told in its own words before a renewal"
        with pytest.raises(CertclientError) as error:
            session.delete_key(key)
        assert error.value.code is ErrorCode.LAST_VALID_CERTIFICATE, "its certificate names it"
