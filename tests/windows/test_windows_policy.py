"""The policy in the registry: types, whose key wins, the 64-bit view, and how the program obeys."""

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
from certclient.configuration.policy import KEY, PACKAGE_KEY, read_policy
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import Policy, ProxyChoice, ProxyMode

MACHINE, USER = winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_CURRENT_USER


@pytest.fixture(autouse=True)
def _no_policy() -> Iterator[None]:
    _forget()
    yield
    _forget()


def _forget() -> None:
    for hive in (MACHINE, USER):
        for below in (rf"{KEY}\Sub", KEY, PACKAGE_KEY):
            try:
                winreg.DeleteKeyEx(hive, below, winreg.KEY_WOW64_64KEY)
            except FileNotFoundError:
                continue


def decide(name: str, data: Any, kind: int, hive: int = MACHINE) -> None:
    write(KEY, name, data, kind, hive)


def write(below: str, name: str, data: Any, kind: int, hive: int = MACHINE) -> None:
    with winreg.CreateKeyEx(hive, below, 0, winreg.KEY_WRITE | winreg.KEY_WOW64_64KEY) as key:
        winreg.SetValueEx(key, name, 0, kind, data)


def install(profile: str) -> None:
    """What the MSI leaves."""
    write(PACKAGE_KEY, "InstallDir", "C:\\Program Files\\certclient\\", winreg.REG_SZ)
    write(PACKAGE_KEY, "Profile", profile, winreg.REG_SZ)


def test_nobody_decided_anything() -> None:
    assert read_policy() == Policy()


def test_every_value_in_its_type() -> None:
    decide("Profile", ["rei-shinkin", "so-shinkin"], winreg.REG_MULTI_SZ)
    decide("Destinations", "pc", winreg.REG_SZ)
    decide("ReminderDays", "40,10", winreg.REG_SZ)
    decide("Proxy", "proxy.example.co.jp:8080", winreg.REG_SZ)
    decide("UnattendedRenewal", 1, winreg.REG_DWORD)
    decide("UpdateNotice", 0, winreg.REG_DWORD)
    assert read_policy() == Policy(
        profiles=("rei-shinkin", "so-shinkin"),
        destinations=(Destination.PC,),
        reminder_days=(40, 10),
        proxy=ProxyChoice(ProxyMode.FIXED, "http://proxy.example.co.jp:8080"),
        unattended_renewal=True,
        update_notice=False,
        sources=(rf"HKLM\{KEY}",),
    )


def test_the_computers_value_wins_over_the_users_one_by_one() -> None:
    decide("Destinations", "pc", winreg.REG_SZ)
    decide("Destinations", "usb", winreg.REG_SZ, USER)
    decide("Proxy", "none", winreg.REG_SZ, USER)
    policy = read_policy()
    assert policy.destinations == (Destination.PC,)
    assert policy.proxy == ProxyChoice(ProxyMode.NONE)
    assert policy.sources == (rf"HKCU\{KEY}", rf"HKLM\{KEY}")


def test_names_are_the_same_in_upper_and_lower_case() -> None:
    decide("UNATTENDEDrenewal", 1, winreg.REG_DWORD)
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
def test_a_wrong_type_or_name_is_named(name: str, data: Any, kind: int) -> None:
    decide(name, data, kind)
    with pytest.raises(CertclientError) as refused:
        read_policy()
    assert refused.value.code is ErrorCode.POLICY_INVALID
    assert refused.value.data["name"] == name
    assert refused.value.data["source"] == rf"HKLM\{KEY}"


def test_a_key_below_is_not_passed_over() -> None:
    winreg.CreateKeyEx(MACHINE, rf"{KEY}\Sub", 0, winreg.KEY_WRITE | winreg.KEY_WOW64_64KEY).Close()
    with pytest.raises(CertclientError) as refused:
        read_policy()
    assert refused.value.data["name"] == "Sub"


def test_the_program_refuses_to_work_with_what_it_does_not_understand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decide("Destinations", "cloud", winreg.REG_SZ)
    file = tmp_path / "bank.toml"
    assert run(["renew", "--yes", "--json", "--profile", str(file)], system_services()) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "CC-POLICY-INVALID"
    assert error["data"]["name"] == "Destinations"


def test_a_bank_that_was_not_chosen_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decide("Profile", "rei-shinkin", winreg.REG_SZ)
    file = str(tmp_path / "mine.toml")
    assert run(["renew", "--yes", "--json", "--profile", file], system_services()) == 6
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "CC-POLICY-FORBIDS"


def test_the_bank_that_the_msi_was_installed_for_counts() -> None:
    install("rei-shinkin,so-shinkin")
    assert read_policy() == Policy(
        profiles=("rei-shinkin", "so-shinkin"), sources=(rf"HKLM\{PACKAGE_KEY}",)
    )


def test_without_a_bank_the_msi_decides_nothing() -> None:
    install("")
    assert read_policy() == Policy()


@pytest.mark.parametrize("hive", [MACHINE, USER])
def test_group_policy_wins_over_the_msi(hive: int) -> None:
    install("rei-shinkin")
    decide("Profile", ["so-shinkin"], winreg.REG_MULTI_SZ, hive)
    policy = read_policy()
    assert policy.profiles == ("so-shinkin",)
    assert [source for source in policy.sources if "Policies" not in source] == []


def test_what_the_msi_was_given_by_mistake_is_named() -> None:
    install("Rei Shinkin!")
    with pytest.raises(CertclientError) as refused:
        read_policy()
    assert refused.value.code is ErrorCode.POLICY_INVALID
    assert refused.value.data["source"] == rf"HKLM\{PACKAGE_KEY}"
    write(PACKAGE_KEY, "Profile", 7, winreg.REG_QWORD)
    with pytest.raises(CertclientError):
        read_policy()
