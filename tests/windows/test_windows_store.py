"""The Windows store beyond the contract suite: interaction with other programs, and damage."""

from __future__ import annotations

import ctypes
import sys
from ctypes.wintypes import DWORD
from typing import NoReturn

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from certclient.enrollment.preflight import key_result
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeyAlgorithm, KeyRef, KeySpec, SignatureAlgorithm
from certclient.platform.windows_dll import WindowsCallError
from certclient.store.base import StoreSession, Unavailable, no_pin
from certclient.store.windows import capi, cng, crypt32, keys
from certclient.store.windows import declarations as w
from certclient.store.windows.container import Container, from_key_id
from support.pki import Lab, customer_name, ec_key, make_lab, rsa_key, spki_of
from support.windows_pc import CNG, WindowsPc, elsewhere, internet_explorer_key

LABEL = "certclient 0001"
NAME = "れい信用金庫 TKYM1408054 (2027-11-20)"
NTE_BAD_KEY_STATE = 0x8009000B
NTE_NOT_SUPPORTED = 0x80090029
ERROR_NOT_SUPPORTED = 50
ERROR_CALL_NOT_IMPLEMENTED = 120


@pytest.fixture(scope="module")
def lab() -> Lab:
    return make_lab()


def enrolled(session: StoreSession, lab: Lab, label: str = LABEL) -> tuple[KeyRef, Certificate]:
    key = session.create_key(KeySpec(), label)
    certificate = lab.issue(session.signer(key).spki)
    session.install(key, certificate, NAME)
    return key, certificate


def container_of(key: KeyRef) -> Container:
    place = from_key_id(key.key_id)
    assert place is not None
    return place


def code_and_reason(error: pytest.ExceptionInfo[CertclientError]) -> tuple[ErrorCode, str]:
    return error.value.code, error.value.data.get("reason", "")


# Where keys are stored


def test_key_is_created_in_cng_or_else_in_capi(windows_pc: WindowsPc) -> None:
    with windows_pc.store().open(no_pin) as session:
        place = container_of(session.create_key(KeySpec(), LABEL))
    assert place.provider == (w.MS_KEY_STORAGE_PROVIDER if CNG else w.MS_ENH_RSA_AES_PROV)
    assert place.name == LABEL


def test_another_process_can_sign_with_key(windows_pc: WindowsPc) -> None:
    with windows_pc.store().open(no_pin) as session:
        key = session.create_key(KeySpec(), LABEL)
        public_key = load_der_public_key(session.signer(key).spki)
    signature = elsewhere(
        "from certclient.model.keys import KeyRef, SignatureAlgorithm\n"
        "from certclient.store.base import no_pin\n"
        "from certclient.store.windows.store import WindowsStore\n"
        "with WindowsStore().open(no_pin) as session:\n"
        "    signer = session.signer(KeyRef('', bytes.fromhex(sys.argv[1])))\n"
        "    print(signer.sign(b'data', SignatureAlgorithm.RSA_PKCS1_SHA256).hex())",
        key.key_id.hex(),
    )
    assert isinstance(public_key, rsa.RSAPublicKey)
    public_key.verify(bytes.fromhex(signature), b"data", padding.PKCS1v15(), hashes.SHA256())


def test_private_key_is_not_exportable(windows_pc: WindowsPc) -> None:
    with windows_pc.store().open(no_pin) as session:
        place = container_of(session.create_key(KeySpec(), LABEL))
    with pytest.raises(WindowsCallError) as error:
        (export_from_cng if CNG else export_from_capi)(place)
    assert error.value.code == (NTE_NOT_SUPPORTED if CNG else NTE_BAD_KEY_STATE)


def export_from_cng(place: Container) -> None:
    length = DWORD(0)
    with cng.key(place) as key:
        w.ncrypt_export_key(key, 0, "RSAPRIVATEBLOB", None, None, 0, ctypes.byref(length), 0)


def export_from_capi(place: Container) -> None:
    private_key_blob, length, handle = 7, DWORD(0), w.Handle()
    with capi.provider(place) as provider:
        w.crypt_get_user_key(provider, w.AT_KEYEXCHANGE, ctypes.byref(handle))
        w.crypt_export_key(handle, 0, private_key_blob, 0, None, ctypes.byref(length))


# Certificates that other programs wrote or changed


def test_another_process_reads_certificate_and_friendly_name(
    windows_pc: WindowsPc, lab: Lab
) -> None:
    with windows_pc.store().open(no_pin) as session:
        _, certificate = enrolled(session, lab)
    seen = elsewhere(
        "from certclient.store.windows import crypt32\n"
        "with crypt32.opened(sys.argv[1], writable=False) as store:\n"
        "    for entry in store.entries():\n"
        "        print(entry.certificate.serial_hex, entry.friendly_name, entry.container.name)",
        windows_pc.names.personal,
    )
    assert seen == f"{certificate.serial_hex} {NAME} {LABEL}"


def test_deletion_by_another_process_is_noticed(windows_pc: WindowsPc, lab: Lab) -> None:
    store = windows_pc.store()
    with store.open(no_pin) as session:
        _, certificate = enrolled(session, lab)
        assert [s.certificate for s in store.certificates()] == [certificate]
        elsewhere(
            "from certclient.store.windows import crypt32\n"
            "with crypt32.opened(sys.argv[1], writable=True) as store:\n"
            "    for entry in store.entries(): store.delete(entry.certificate)",
            windows_pc.names.personal,
        )
        assert list(store.certificates()) == []
        with pytest.raises(CertclientError) as error:
            session.self_test(certificate)
    assert code_and_reason(error)[0] is ErrorCode.CERTIFICATE_NOT_FOUND


def test_two_hundred_foreign_certificates_stay_untouched(windows_pc: WindowsPc, lab: Lab) -> None:
    spki = spki_of(ec_key())
    foreign = [lab.issue(spki, customer_name(f"ABCD{number:04}")) for number in range(200)]
    windows_pc.add_foreign(*foreign)
    store = windows_pc.store()
    with store.open(no_pin) as session:
        key, certificate = enrolled(session, lab)
        listed = store.certificates()
        assert len(listed) == 201
        assert [s.certificate for s in listed if s.key == key] == [certificate]
        session.archive(certificate)
        session.delete(certificate)
    assert {s.certificate for s in store.certificates()} == set(foreign)
    assert not any(s.archived or s.key or s.friendly_name for s in store.certificates())


# Damaged entries


def test_missing_key_is_reported(windows_pc: WindowsPc, lab: Lab) -> None:
    store = windows_pc.store()
    with store.open(no_pin) as session:
        key, certificate = enrolled(session, lab)
    keys.delete(container_of(key))
    (stored,) = store.certificates()
    assert stored.key is None
    with store.open(no_pin) as session:
        with pytest.raises(CertclientError) as error:
            session.self_test(certificate)
        assert code_and_reason(error)[0] is ErrorCode.KEY_NOT_FOUND
        with pytest.raises(CertclientError) as error:
            session.signer(key)
        assert code_and_reason(error)[0] is ErrorCode.KEY_NOT_FOUND
        session.archive(certificate)  # archiving and deleting still work
        session.delete(certificate)
    assert list(store.certificates()) == []


def test_certificate_bound_to_wrong_key_is_reported(windows_pc: WindowsPc, lab: Lab) -> None:
    store = windows_pc.store()
    with store.open(no_pin) as session:
        key, _ = enrolled(session, lab)
        mismatched = lab.issue(spki_of(rsa_key(1)))
        with crypt32.opened(windows_pc.names.personal, writable=True) as system_store:
            system_store.add(mismatched, "", container_of(key))
        found = next(s for s in store.certificates() if s.certificate == mismatched)
        assert found.key is None, "it does not log in"
        with pytest.raises(CertclientError) as error:
            session.self_test(mismatched)
        assert error.value.code is ErrorCode.KEY_OF_ANOTHER
        ready = key_result(session, mismatched)
        assert ready.error is not None
        assert ready.error.code is ErrorCode.KEY_OF_ANOTHER, "and not a lost password"
        session.delete(mismatched)
        assert session.find_key(LABEL) == key, "the key belongs to another certificate"


def test_key_without_certificate_is_found_by_label_and_removed(
    windows_pc: WindowsPc,
) -> None:
    with windows_pc.store().open(no_pin) as session:
        key = session.create_key(KeySpec(), LABEL)
    with windows_pc.store().open(no_pin) as session:
        assert session.find_key(LABEL) == key
        session.delete_key(key)
        assert session.find_key(LABEL) is None


def test_empty_container_is_removed(windows_pc: WindowsPc) -> None:
    with capi.provider(capi.container(LABEL), w.CRYPT_NEWKEYSET):
        pass
    with windows_pc.store().open(no_pin) as session:
        assert session.find_key(LABEL) is None
        assert not capi.exists(capi.container(LABEL)), "the empty container is removed"
        session.create_key(KeySpec(), LABEL)


@pytest.mark.skipif(CNG, reason="CNG makes EC keys: test_windows_cng.py")
@pytest.mark.parametrize("prefer_tpm", [False, True])
def test_an_ec_key_that_capi_cannot_make_is_refused_before_anything_is_made(
    windows_pc: WindowsPc, prefer_tpm: bool
) -> None:
    spec = KeySpec(KeyAlgorithm.EC_P256, prefer_tpm=prefer_tpm)
    with windows_pc.store().open(no_pin) as session:
        with pytest.raises(CertclientError) as error:
            session.create_key(spec, LABEL)
        assert error.value.code is ErrorCode.KEY_UNSUPPORTED
        assert error.value.data["problem"] == "no-ec"
        assert session.find_key(LABEL) is None
    assert not capi.exists(capi.container(LABEL))


def test_foreign_container_with_our_name_is_kept(windows_pc: WindowsPc) -> None:
    foreign = capi.container(LABEL, w.AT_SIGNATURE)
    with capi.provider(foreign, w.CRYPT_NEWKEYSET) as handle:
        capi.generate(handle, w.AT_SIGNATURE, 2048)
    try:
        with (
            windows_pc.store().open(no_pin) as session,
            pytest.raises(CertclientError) as error,
        ):
            session.create_key(KeySpec(), LABEL)
        assert error.value.code is ErrorCode.KEY_NAME_TAKEN
        assert error.value.data["name"] == LABEL
        assert capi.has_key(foreign)
    finally:
        capi.delete(foreign)


def test_read_only_store_is_reported_as_unavailable(
    windows_pc: WindowsPc, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = w.cert_open_store

    def refuse_writing(*arguments: object) -> object:
        flags = arguments[3]
        assert isinstance(flags, int)
        if not flags & w.CERT_STORE_READONLY_FLAG:
            raise WindowsCallError("CertOpenStore", 5)
        return real(*arguments)

    monkeypatch.setattr(w, "cert_open_store", refuse_writing)
    state = windows_pc.store().availability()
    assert isinstance(state, Unavailable)
    assert state.reason is ErrorCode.STORE_UNAVAILABLE
    assert "denied" in state.data["reason"], "Windows' own sentence"
    assert list(windows_pc.store().certificates()) == []


@pytest.mark.parametrize("code", [ERROR_NOT_SUPPORTED, ERROR_CALL_NOT_IMPLEMENTED])
def test_unsupported_commit_is_ignored(
    windows_pc: WindowsPc, lab: Lab, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """Windows writes changes immediately, and may report that there is nothing to commit."""
    commit = w.cert_control_store

    def written_already(*arguments: object) -> None:
        commit(*arguments)
        raise WindowsCallError("CertControlStore", code)

    monkeypatch.setattr(w, "cert_control_store", written_already)
    with windows_pc.store().open(no_pin) as session:
        key, certificate = enrolled(session, lab)
    assert [(s.certificate, s.key) for s in windows_pc.store().certificates()] == [
        (certificate, key)
    ]


# Certificates that today's customers hold


@pytest.mark.parametrize(
    ("provider", "provider_type"),
    [
        ("Microsoft Enhanced Cryptographic Provider v1.0", 1),
        ("Microsoft Strong Cryptographic Provider", 1),
        (w.MS_ENH_RSA_AES_PROV, 24),
    ],
)
def test_key_of_internet_explorer_signs(
    windows_pc: WindowsPc, lab: Lab, provider: str, provider_type: int
) -> None:
    place = internet_explorer_key(provider, provider_type)
    old = lab.issue(capi.spki(place))
    with crypt32.opened(windows_pc.names.personal, writable=True) as system_store:
        system_store.add(old, "", place)
    store = windows_pc.store()
    (stored,) = store.certificates()
    assert stored.key is not None
    with store.open(no_pin) as session:
        session.self_test(old)
        signature = session.signer(stored.key).sign(b"kur", SignatureAlgorithm.RSA_PKCS1_SHA256)
        public_key = old.x509.public_key()
        assert isinstance(public_key, rsa.RSAPublicKey)
        public_key.verify(signature, b"kur", padding.PKCS1v15(), hashes.SHA256())
        session.delete(old)
    assert not capi.exists(place)


def test_interrupted_deletion_orphans_no_key(
    windows_pc: WindowsPc, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name of an Internet Explorer key does not identify it: only its certificate refers to
    it."""
    place = internet_explorer_key(w.MS_ENH_RSA_AES_PROV, 24)
    old = lab.issue(capi.spki(place))
    with crypt32.opened(windows_pc.names.personal, writable=True) as system_store:
        system_store.add(old, "", place)

    def power_cut(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    store = windows_pc.store()
    with monkeypatch.context() as cut:
        cut.setattr(w, "cert_delete_certificate_from_store", power_cut)
        with pytest.raises(KeyboardInterrupt), store.open(no_pin) as session:
            session.delete(old)
    assert not capi.exists(place)
    (left,) = store.certificates()
    assert (left.certificate, left.key) == (old, None), "still listed, to be deleted again"
    with store.open(no_pin) as session:
        session.delete(old)
    assert list(store.certificates()) == []


def test_capi_key_reports_missing_pss(windows_pc: WindowsPc, lab: Lab) -> None:
    place = internet_explorer_key(w.MS_ENH_RSA_AES_PROV, 24)
    with windows_pc.store().open(no_pin) as session:
        signer = session.signer(KeyRef("", place.key_id))
        with pytest.raises(CertclientError) as error:
            signer.sign(b"x", SignatureAlgorithm.RSA_PSS_SHA256)
    capi.delete(place)
    assert code_and_reason(error) == (ErrorCode.KEY_UNSUPPORTED, "a CAPI key, which has no PSS")


# The issuer


def test_intermediates_are_installed_but_no_root(windows_pc: WindowsPc, lab: Lab) -> None:
    with windows_pc.store().open(no_pin) as session:
        session.install_intermediates((*lab.chain, lab.root.certificate))
        session.install_intermediates(lab.chain)
    names = windows_pc.names
    for name, expected in ((names.intermediates, list(lab.chain)), (names.roots, [])):
        with crypt32.opened(name, writable=True) as store:
            assert [entry.certificate for entry in store.entries()] == expected
