"""The policy in the registry: types, precedence of keys, the 64-bit view, and its enforcement."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

import winreg

from certclient.bootstrap import system_services
from certclient.cli.main import run
from certclient.configuration.policy import KEY, PACKAGE_KEY, examine_policy, read_policy
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import Policy, ProxyChoice, ProxyMode

MACHINE, USER = winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_CURRENT_USER


@pytest.fixture(autouse=True)
def _no_policy() -> Iterator[None]:
    _remove_policy()
    yield
    _remove_policy()


def _remove_policy() -> None:
    for hive in (MACHINE, USER):
        for below in (rf"{KEY}\Sub", KEY, PACKAGE_KEY):
            try:
                winreg.DeleteKeyEx(hive, below, winreg.KEY_WOW64_64KEY)
            except FileNotFoundError:
                continue


def set_policy(name: str, data: Any, kind: int, hive: int = MACHINE) -> None:
    write_value(KEY, name, data, kind, hive)


def write_value(below: str, name: str, data: Any, kind: int, hive: int = MACHINE) -> None:
    with winreg.CreateKeyEx(hive, below, 0, winreg.KEY_WRITE | winreg.KEY_WOW64_64KEY) as key:
        winreg.SetValueEx(key, name, 0, kind, data)


def write_package_key(profile: str) -> None:
    """Writes the values of the MSI."""
    write_value(PACKAGE_KEY, "InstallDir", "C:\\Program Files\\certclient\\", winreg.REG_SZ)
    write_value(PACKAGE_KEY, "Profile", profile, winreg.REG_SZ)


def test_no_policy_by_default() -> None:
    assert read_policy() == Policy()


def test_all_values_are_read() -> None:
    set_policy("Profile", ["rei-shinkin", "so-shinkin"], winreg.REG_MULTI_SZ)
    set_policy("Destinations", "pc", winreg.REG_SZ)
    set_policy("ReminderDays", "40,10", winreg.REG_SZ)
    set_policy("Proxy", "proxy.example.co.jp:8080", winreg.REG_SZ)
    set_policy("UnattendedRenewal", 1, winreg.REG_DWORD)
    set_policy("UpdateNotice", 0, winreg.REG_DWORD)
    assert read_policy() == Policy(
        profiles=("rei-shinkin", "so-shinkin"),
        destinations=(Destination.PC,),
        reminder_days=(40, 10),
        proxy=ProxyChoice(ProxyMode.FIXED, "http://proxy.example.co.jp:8080"),
        unattended_renewal=True,
        update_notice=False,
        sources=(rf"HKLM\{KEY}",),
    )


def test_machine_value_overrides_user_value_one_by_one() -> None:
    set_policy("Destinations", "pc", winreg.REG_SZ)
    set_policy("Destinations", "usb", winreg.REG_SZ, USER)
    set_policy("Proxy", "none", winreg.REG_SZ, USER)
    policy = read_policy()
    assert policy.destinations == (Destination.PC,)
    assert policy.proxy == ProxyChoice(ProxyMode.NONE)
    assert policy.sources == (rf"HKCU\{KEY}", rf"HKLM\{KEY}")


def test_value_names_ignore_case() -> None:
    set_policy("UNATTENDEDrenewal", 1, winreg.REG_DWORD)
    assert read_policy().unattended_renewal


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("UnattendedRenewal", "1", winreg.REG_SZ),
        ("UnattendedRenewal", 1, winreg.REG_QWORD),
        ("Destinations", 1, winreg.REG_DWORD),
        ("Proxy", b"none", winreg.REG_BINARY),
        ("Proxy", "%PROXY%", winreg.REG_EXPAND_SZ),
        ("Destination", "pc", winreg.REG_SZ),
        ("", "pc", winreg.REG_SZ),
    ],
)
def test_wrong_type_or_name_is_reported(name: str, data: Any, kind: int) -> None:
    set_policy(name, data, kind)
    with pytest.raises(CertclientError) as refused:
        read_policy()
    assert refused.value.code is ErrorCode.POLICY_INVALID
    assert refused.value.data["name"] == name
    assert refused.value.data["source"] == rf"HKLM\{KEY}"


def test_all_invalid_values_are_named_at_once() -> None:
    """As `certclient check-profile --policy` does."""
    set_policy("UnattendedRenewal", 7, winreg.REG_DWORD)
    set_policy("Destinatons", "pc", winreg.REG_SZ)
    policy, faults = examine_policy()
    assert policy is None
    reasons = {error.data["name"]: error.data["reason"] for error in faults}
    assert reasons == {"UnattendedRenewal": "switch", "Destinatons": "unknown-key"}
    assert {error.data["source"] for error in faults} == {rf"HKLM\{KEY}"}


def test_unknown_subkey_is_reported() -> None:
    winreg.CreateKeyEx(MACHINE, rf"{KEY}\Sub", 0, winreg.KEY_WRITE | winreg.KEY_WOW64_64KEY).Close()
    with pytest.raises(CertclientError) as refused:
        read_policy()
    assert refused.value.data["name"] == "Sub"


def test_command_fails_with_invalid_policy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_policy("Destinations", "cloud", winreg.REG_SZ)
    file = tmp_path / "bank.toml"
    assert run(["renew", "--yes", "--json", "--profile", str(file)], system_services()) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "CC-POLICY-INVALID"
    assert error["data"]["name"] == "Destinations"


def test_bank_outside_policy_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_policy("Profile", "rei-shinkin", winreg.REG_SZ)
    file = str(tmp_path / "mine.toml")
    assert run(["renew", "--yes", "--json", "--profile", file], system_services()) == 6
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "CC-POLICY-FORBIDS"


def test_bank_of_msi_applies() -> None:
    write_package_key("rei-shinkin,so-shinkin")
    assert read_policy() == Policy(
        profiles=("rei-shinkin", "so-shinkin"), sources=(rf"HKLM\{PACKAGE_KEY}",)
    )


def test_msi_without_bank_sets_no_policy() -> None:
    write_package_key("")
    assert read_policy() == Policy()


@pytest.mark.parametrize("hive", [MACHINE, USER])
def test_group_policy_overrides_msi(hive: int) -> None:
    write_package_key("rei-shinkin")
    set_policy("Profile", ["so-shinkin"], winreg.REG_MULTI_SZ, hive)
    policy = read_policy()
    assert policy.profiles == ("so-shinkin",)
    assert [source for source in policy.sources if "Policies" not in source] == []


def test_invalid_bank_of_msi_is_reported() -> None:
    write_package_key("Rei Shinkin!")
    with pytest.raises(CertclientError) as refused:
        read_policy()
    assert refused.value.code is ErrorCode.POLICY_INVALID
    assert refused.value.data["source"] == rf"HKLM\{PACKAGE_KEY}"
    write_value(PACKAGE_KEY, "Profile", 7, winreg.REG_QWORD)
    with pytest.raises(CertclientError):
        read_policy()
