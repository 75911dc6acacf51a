"""Middleware of USB tokens on Windows: which DLLs are loaded, and the errors for unsuitable
ones."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

from certclient.bootstrap import enrollment
from certclient.configuration.profiles import known_modules, load_profile
from certclient.enrollment.preflight import Check, Verdict
from certclient.enrollment.procedure import Finished
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec
from certclient.store.base import Unavailable
from certclient.store.pkcs11.module import load_module
from certclient.store.registry import open_stores
from support.bank_service import BankService
from support.scripted import ScriptedUser
from support.softhsm import MODULE, PIN, SoftHsm, right_pin
from support.windows_pc import CNG, WindowsComputer

SYSTEM = Path(r"C:\Windows\System32")


def refusal(path: Path) -> CertclientError:
    with pytest.raises(CertclientError) as error:
        load_module(path, (path,))
    return error.value


def test_32_bit_middleware_is_reported(tmp_path: Path) -> None:
    """Instead of a vendor's DLL: the header of a Windows DLL with another machine type."""
    raw = bytearray((SYSTEM / "crypt32.dll").read_bytes()[:4096])
    offset = int.from_bytes(raw[60:64], "little")
    raw[offset + 4 : offset + 6] = (0x014C).to_bytes(2, "little")
    vendor = tmp_path / "ベンダー x86.dll"
    vendor.write_bytes(bytes(raw))
    error = refusal(vendor)
    assert error.code is ErrorCode.STORE_MODULE_ARCHITECTURE
    assert error.data["reason"] == "made for x86 (32-bit) programs; this one is x64 (64-bit)"
    assert error.data["path"] == str(vendor)


def test_dll_without_pkcs11_is_reported(tmp_path: Path) -> None:
    assert refusal(SYSTEM / "winhttp.dll").code is ErrorCode.STORE_WRONG_MODULE


def test_missing_dll_means_missing_middleware() -> None:
    error = refusal(Path(r"C:\Program Files\Vendor\token.dll"))
    assert error.code is ErrorCode.STORE_MIDDLEWARE_MISSING


@pytest.mark.parametrize(
    "path", [r"token.dll", r"\\server\share\token.dll", r"C:token.dll", r"\token.dll"]
)
def test_only_absolute_local_paths_are_loaded(path: str) -> None:
    error = refusal(Path(path))
    assert error.code is ErrorCode.STORE_MODULE_NOT_ALLOWED


def test_only_listed_paths_are_loaded() -> None:
    with pytest.raises(CertclientError) as error:
        load_module(MODULE, (SYSTEM / "winhttp.dll",))
    assert error.value.code is ErrorCode.STORE_MODULE_NOT_ALLOWED


def test_dll_with_missing_dependency_is_reported(tmp_path: Path) -> None:
    """As after copying a DLL by hand: SoftHSM's DLL, changed to import a DLL that does not
    exist."""
    vendor = tmp_path / "token.dll"
    vendor.write_bytes(MODULE.read_bytes().replace(b"libcrypto-3.dll", b"libnobody-3.dll"))
    error = refusal(vendor)
    assert error.code is ErrorCode.STORE_WRONG_MODULE
    assert error.data["path"] == str(vendor)
    assert error.data["reason"]


@pytest.mark.skipif(
    CNG, reason="runs with Wine's ncrypt; the double makes no difference to a token"
)
def test_renew_on_usb_token(
    softhsm: SoftHsm, computer: WindowsComputer, bank_service: BankService
) -> None:
    """A2 専用USBに保存する: the vendor's DLL creates the key, which never leaves the token."""
    token = softhsm.new_token()
    store = token.store()
    user_id = bank_service.new_customer()
    with store.open(right_pin) as session:
        key = session.create_key(KeySpec(), f"certclient {user_id}")
        old = bank_service.issue_certificate(user_id, session.signer(key).spki, 20)
        session.install(key, old, "last year")
    profile = replace(bank_service.profile(), pkcs11_modules=(MODULE,), destinations=("usb",))
    stores = open_stores(profile.pkcs11_modules)
    assert [s.label for s in stores if s.destination is Destination.USB] == ["専用USB"]
    procedures = enrollment(profile, stores)
    checks = {r.check: r.verdict for r in procedures.readiness(old, store)}
    assert checks[Check.TOKEN] is Verdict.PASSED
    assert checks[Check.MIDDLEWARE] is Verdict.PASSED
    (current,) = store.certificates()
    person = ScriptedUser(pins=[PIN])
    done = procedures.renew(current, store, person)
    assert isinstance(done, Finished)
    assert [s.certificate for s in store.certificates() if not s.archived] == [done.certificate]
    assert len(person.pin_requests) == 1
    assert bank_service.state_of(done.certificate) == "confirmed"
    with store.open(right_pin) as session:
        session.self_test(done.certificate)


@pytest.fixture
def vendor_dll() -> Iterator[Path]:
    """A damaged file at the path of a well-known vendor's DLL."""
    path = SYSTEM / "eps2003csp11.dll"
    path.write_bytes(b"MZ, and nothing more")
    yield path
    path.unlink()


def test_profile_without_modules_uses_installed_well_known_ones(
    bank_service: BankService, tmp_path: Path, vendor_dll: Path
) -> None:
    assert vendor_dll in known_modules()
    file = tmp_path / "profile.toml"
    file.write_text(bank_service.profile_text(), encoding="utf-8")
    profile = load_profile(file)
    assert profile.pkcs11_modules == (vendor_dll,)
    (broken,) = (s for s in open_stores(profile.pkcs11_modules) if str(vendor_dll) in s.store_id)
    state = broken.availability()
    assert isinstance(state, Unavailable)
    assert state.reason is ErrorCode.STORE_WRONG_MODULE


def test_no_module_is_loaded_without_usb_destination(
    bank_service: BankService, tmp_path: Path, vendor_dll: Path
) -> None:
    file = tmp_path / "profile.toml"
    text = bank_service.profile_text().replace('"pc", "usb"', '"pc"').replace('"usb", "pc"', '"pc"')
    file.write_text(text, encoding="utf-8")
    assert load_profile(file).destinations == ("pc",)
    assert load_profile(file).pkcs11_modules == ()
