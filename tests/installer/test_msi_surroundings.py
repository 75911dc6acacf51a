"""The MSI beside group policy, on another Windows, and beside the per-user setup."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.msi_windows import (
    WindowsSnapshot,
    install_and_inspect,
    make_package,
    packed,
    tools_missing,
)
from support.setups import OWN_KEY, SetupBuilder, SetupUser, customer

pytestmark = [
    pytest.mark.installer,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(os.geteuid() != 0, reason="Wine needs root: sudo make test-installer"),
    pytest.mark.skipif(bool(tools_missing()), reason=tools_missing()),
]

POLICY = r"Software\Policies\certclient"
OWN = r"Software\certclient"
WINDOWS = r"HKLM\Software\Microsoft\Windows NT\CurrentVersion"
REFUSED = 1603 & 0xFF
"""ERROR_INSTALL_FAILURE, cut off to the eight bits of an exit code on Linux."""


def policy_command(kind: str, data: str) -> tuple[str, ...]:
    """The command that writes the value Profile as group policy does."""
    value = ("/v", "Profile", "/t", kind, "/d", data)
    return ("reg", "add", rf"HKLM\{POLICY}", *value, "/f", "/reg:64")


@pytest.fixture(scope="module")
def states(fakes: None, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, WindowsSnapshot]:
    folder = tmp_path_factory.mktemp("msi")
    one = make_package(folder / "packages", "one", "1.0.0", packed("1.0.0"))
    two = make_package(folder / "packages", "two", "1.1.0", packed("1.1.0"))
    steps = {
        "decided": policy_command("REG_MULTI_SZ", r"so-shinkin\0rei-shinkin"),
        "installed": ("msiexec", "/i", one),
        "chosen": ("msiexec", "/i", one, "PROFILE=rei-shinkin", "REINSTALL=ALL"),
        "repaired": (
            "msiexec",
            "/i",
            one,
            "REINSTALL=ALL",
        ),  # instead of /f, which fails under Wine
        "changed": policy_command("REG_SZ", "so-shinkin"),
        "upgraded": ("msiexec", "/i", two),
        "older": ("reg", "delete", WINDOWS, "/v", "CurrentMajorVersionNumber", "/f", "/reg:64"),
        "removed": ("msiexec", "/x", two),
        "refused": ("msiexec", "/i", one),
    }
    return install_and_inspect(steps, folder)


@pytest.mark.parametrize("step", ["installed", "chosen", "repaired"])
def test_group_policy_value_is_not_changed(
    states: Mapping[str, WindowsSnapshot], step: str
) -> None:
    decided = states["decided"].values(POLICY)
    assert decided["Profile"].startswith("str(7):"), "REG_MULTI_SZ"
    assert states[step].code == 0, states[step].log[-3000:]
    assert states[step].values(POLICY) == decided


@pytest.mark.parametrize("step", ["upgraded", "removed"])
def test_updated_group_policy_value_is_not_changed(
    states: Mapping[str, WindowsSnapshot], step: str
) -> None:
    assert states[step].code == 0, states[step].log[-3000:]
    assert states[step].values(POLICY) == {"Profile": "so-shinkin"}


def test_package_stores_its_own_bank(
    states: Mapping[str, WindowsSnapshot],
) -> None:
    banks = {name: seen.values(OWN).get("Profile") for name, seen in states.items()}
    assert banks["installed"] == ""
    chosen = ("chosen", "repaired", "upgraded")
    assert [banks[step] for step in chosen] == ["rei-shinkin"] * len(chosen)
    assert states["removed"].values(OWN) == {}


def test_windows_8_refuses_installation_but_not_removal(
    states: Mapping[str, WindowsSnapshot],
) -> None:
    """By a registry value that exists since Windows 10, as VersionNT has not changed since 8.1."""
    assert states["older"].code == 0, "otherwise the test proves nothing"
    assert states["removed"].programs == set()
    seen = states["refused"]
    assert seen.code == REFUSED
    assert seen.programs == set()
    assert seen.values(OWN) == {}


@pytest.fixture
def company(tmp_path: Path) -> str:
    """Path of the MSI in Windows."""
    make_package(tmp_path / "shared", "company", "1.1.0", packed("1.1.0"))
    return r"Z:\keep\company.msi"


def msiexec(pc: SetupUser, action: str, package: str) -> int:
    return pc.windows.wine("msiexec", action, package, "/qn", "/norestart").returncode


def test_per_user_setup_is_refused_until_msi_is_removed(
    fakes: None, company: str, tmp_path: Path
) -> None:
    """Exit code 16 (docs/install.md), until the MSI is gone."""
    bench_folder = tmp_path / "bench"
    bench_folder.mkdir()
    setup = SetupBuilder.prepare_builder(bench_folder).setup("1.0.0")
    with customer(tmp_path / "shared") as pc:
        assert msiexec(pc, "/i", company) == 0
        assert pc.sets_up(setup) == 16
        assert pc.windows.registry(OWN_KEY) == {}, "it wrote nothing"
        pc.windows.settle()
        assert msiexec(pc, "/x", company) == 0
        assert pc.sets_up(setup) == 0
