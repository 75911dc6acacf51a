"""What the MSI meets on a company's PC: group policy, another Windows, the setup for one user."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.msi_windows import Seen, make_package, packed, see, tools_missing
from support.setups import OWN_KEY, Customer, Workbench, customer

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
"""ERROR_INSTALL_FAILURE, of which Linux sees eight bits."""


def decide(kind: str, data: str) -> tuple[str, ...]:
    """As group policy writes the value Profile."""
    value = ("/v", "Profile", "/t", kind, "/d", data)
    return ("reg", "add", rf"HKLM\{POLICY}", *value, "/f", "/reg:64")


@pytest.fixture(scope="module")
def story(stand_ins: None, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Seen]:
    folder = tmp_path_factory.mktemp("msi")
    one = make_package(folder / "packages", "one", "1.0.0", packed("1.0.0"))
    two = make_package(folder / "packages", "two", "1.1.0", packed("1.1.0"))
    steps = {
        "decided": decide("REG_MULTI_SZ", r"so-shinkin\0rei-shinkin"),
        "installed": ("msiexec", "/i", one),
        "chosen": ("msiexec", "/i", one, "PROFILE=rei-shinkin", "REINSTALL=ALL"),
        "repaired": ("msiexec", "/i", one, "REINSTALL=ALL"),  # as /f, which Wine cannot do
        "changed": decide("REG_SZ", "so-shinkin"),
        "upgraded": ("msiexec", "/i", two),
        "older": ("reg", "delete", WINDOWS, "/v", "CurrentMajorVersionNumber", "/f", "/reg:64"),
        "removed": ("msiexec", "/x", two),
        "refused": ("msiexec", "/i", one),
    }
    return see(steps, folder)


@pytest.mark.parametrize("step", ["installed", "chosen", "repaired"])
def test_what_group_policy_has_set_is_not_touched(story: Mapping[str, Seen], step: str) -> None:
    decided = story["decided"].values(POLICY)
    assert decided["Profile"].startswith("str(7):"), "REG_MULTI_SZ"
    assert story[step].code == 0, story[step].log[-3000:]
    assert story[step].values(POLICY) == decided


@pytest.mark.parametrize("step", ["upgraded", "removed"])
def test_nor_what_it_has_changed_since(story: Mapping[str, Seen], step: str) -> None:
    assert story[step].code == 0, story[step].log[-3000:]
    assert story[step].values(POLICY) == {"Profile": "so-shinkin"}


def test_the_bank_of_the_package_is_its_own_and_never_the_policys(
    story: Mapping[str, Seen],
) -> None:
    banks = {name: seen.values(OWN).get("Profile") for name, seen in story.items()}
    assert banks["installed"] == ""
    chosen = ("chosen", "repaired", "upgraded")
    assert [banks[step] for step in chosen] == ["rei-shinkin"] * len(chosen)
    assert story["removed"].values(OWN) == {}


def test_windows_8_is_refused_and_what_is_there_can_be_removed(story: Mapping[str, Seen]) -> None:
    """The value came with Windows 10; VersionNT, which the MSI could ask else, stands still."""
    assert story["older"].code == 0, "else this shows nothing"
    assert story["removed"].programs == set()
    seen = story["refused"]
    assert seen.code == REFUSED
    assert seen.programs == set()
    assert seen.values(OWN) == {}


@pytest.fixture
def company(tmp_path: Path) -> str:
    """The MSI, in Z:\\keep."""
    make_package(tmp_path / "shared", "company", "1.1.0", packed("1.1.0"))
    return r"Z:\keep\company.msi"


def msiexec(clerk: Customer, action: str, package: str) -> int:
    return clerk.windows.wine("msiexec", action, package, "/qn", "/norestart").returncode


def test_a_setup_for_one_user_says_that_all_have_the_program(
    stand_ins: None, company: str, tmp_path: Path
) -> None:
    """Exit code 16 (docs/install.md), until the MSI is gone."""
    bench_folder = tmp_path / "bench"
    bench_folder.mkdir()
    setup = Workbench.furnish(bench_folder).setup("1.0.0")
    with customer(tmp_path / "shared") as clerk:
        assert msiexec(clerk, "/i", company) == 0
        assert clerk.sets_up(setup) == 16
        assert clerk.windows.registry(OWN_KEY) == {}, "it wrote nothing"
        clerk.windows.settle()
        assert msiexec(clerk, "/x", company) == 0
        assert clerk.sets_up(setup) == 0
