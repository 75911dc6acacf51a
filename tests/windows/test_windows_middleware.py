"""The software of USB tokens on Windows: which DLLs are loaded, and what is told of wrong ones."""

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
from support.bank_office import BankOffice
from support.scripted import Person
from support.softhsm import MODULE, PIN, SoftHsm, right_pin
from support.windows_pc import CNG, Computer

SYSTEM = Path(r"C:\Windows\System32")


def refusal(path: Path) -> CertclientError:
    with pytest.raises(CertclientError) as error:
        load_module(path, (path,))
    return error.value


def test_32_bit_middleware_is_told_as_such(tmp_path: Path) -> None:
    """The header of a DLL of Windows with another machine in it stands for a vendor's DLL."""
    raw = bytearray((SYSTEM / "crypt32.dll").read_bytes()[:4096])
    offset = int.from_bytes(raw[60:64], "little")
    raw[offset + 4 : offset + 6] = (0x014C).to_bytes(2, "little")
    vendor = tmp_path / "ベンダー x86.dll"
    vendor.write_bytes(bytes(raw))
    error = refusal(vendor)
    assert error.code is ErrorCode.STORE_MODULE_ARCHITECTURE
    assert error.data["reason"] == "made for x86 (32-bit) programs; this one is x64 (64-bit)"
    assert error.data["path"] == str(vendor)


def test_a_dll_that_is_no_token_module_is_told(tmp_path: Path) -> None:
    assert refusal(SYSTEM / "winhttp.dll").code is ErrorCode.STORE_WRONG_MODULE


def test_a_dll_that_is_not_there_means_missing_software() -> None:
    error = refusal(Path(r"C:\Program Files\Vendor\token.dll"))
    assert error.code is ErrorCode.STORE_MIDDLEWARE_MISSING


@pytest.mark.parametrize(
    "path", [r"token.dll", r"\\server\share\token.dll", r"C:token.dll", r"\token.dll"]
)
def test_only_absolute_paths_of_this_computer_are_loaded(path: str) -> None:
    error = refusal(Path(path))
    assert error.code is ErrorCode.STORE_MODULE_NOT_ALLOWED


def test_only_listed_paths_are_loaded() -> None:
    with pytest.raises(CertclientError) as error:
        load_module(MODULE, (SYSTEM / "winhttp.dll",))
    assert error.value.code is ErrorCode.STORE_MODULE_NOT_ALLOWED


def test_a_vendor_s_dll_without_the_dlls_that_it_needs_is_told(tmp_path: Path) -> None:
    """A setup that was copied by hand: SoftHSM's DLL with a name in it that nobody has."""
    vendor = tmp_path / "token.dll"
    vendor.write_bytes(MODULE.read_bytes().replace(b"libcrypto-3.dll", b"libnobody-3.dll"))
    error = refusal(vendor)
    assert error.code is ErrorCode.STORE_WRONG_MODULE
    assert error.data["path"] == str(vendor)
    assert error.data["reason"]


@pytest.mark.skipif(CNG, reason="in the run with Wine's ncrypt: to a token it is the same Windows")
def test_renew_on_a_usb_token(
    softhsm: SoftHsm, computer: Computer, bank_office: BankOffice
) -> None:
    """A2 専用USBに保存する: the vendor's DLL makes the key, which never leaves the token."""
    token = softhsm.new_token()
    store = token.store()
    user_id = bank_office.new_customer()
    with store.open(right_pin) as session:
        key = session.create_key(KeySpec(), f"certclient {user_id}")
        old = bank_office.issue_certificate(user_id, session.signer(key).spki, 20)
        session.install(key, old, "last year")
    profile = replace(bank_office.profile(), pkcs11_modules=(MODULE,), destinations=("usb",))
    stores = open_stores(profile.pkcs11_modules)
    assert [s.label for s in stores if s.destination is Destination.USB] == ["専用USB"]
    front = enrollment(profile, stores)
    checks = {r.check: r.verdict for r in front.readiness(old, store)}
    assert checks[Check.TOKEN] is Verdict.PASSED
    assert checks[Check.MIDDLEWARE] is Verdict.PASSED
    (current,) = store.certificates()
    person = Person(pins=[PIN])
    done = front.renew(current, store, person)
    assert isinstance(done, Finished)
    assert [s.certificate for s in store.certificates() if not s.archived] == [done.certificate]
    assert len(person.pin_requests) == 1
    assert bank_office.state_of(done.certificate) == "confirmed"
    with store.open(right_pin) as session:
        session.self_test(done.certificate)


@pytest.fixture
def vendor_dll() -> Iterator[Path]:
    """A damaged file where a well-known vendor's setup puts its DLL."""
    path = SYSTEM / "eps2003csp11.dll"
    path.write_bytes(b"MZ, and nothing more")
    yield path
    path.unlink()


def test_a_profile_without_modules_means_the_well_known_ones_that_are_installed(
    bank_office: BankOffice, tmp_path: Path, vendor_dll: Path
) -> None:
    assert vendor_dll in known_modules()
    file = tmp_path / "profile.toml"
    file.write_text(bank_office.profile_text(), encoding="utf-8")
    profile = load_profile(file)
    assert profile.pkcs11_modules == (vendor_dll,)
    (broken,) = (s for s in open_stores(profile.pkcs11_modules) if str(vendor_dll) in s.store_id)
    state = broken.availability()
    assert isinstance(state, Unavailable)
    assert state.reason is ErrorCode.STORE_WRONG_MODULE


def test_a_bank_without_usb_tokens_loads_none(
    bank_office: BankOffice, tmp_path: Path, vendor_dll: Path
) -> None:
    file = tmp_path / "profile.toml"
    text = bank_office.profile_text().replace('"pc", "usb"', '"pc"').replace('"usb", "pc"', '"pc"')
    file.write_text(text, encoding="utf-8")
    assert load_profile(file).destinations == ("pc",)
    assert load_profile(file).pkcs11_modules == ()
