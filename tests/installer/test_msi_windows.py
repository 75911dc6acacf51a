"""The MSI under Wine: installed silently, upgraded, refused as a downgrade, removed without a
trace.

Wine cannot show that all users see the shortcut (it goes to the user's own start menu in spite of
ALLUSERS=1), nor the message about a newer version in the log.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import pytest

from support.msi_windows import (
    WindowsSnapshot,
    install_and_inspect,
    make_package,
    packed,
    tools_missing,
)
from tools.installer.settings import DEFAULT, Places, read_settings
from tools.installer.signing import make_signer

pytestmark = [
    pytest.mark.installer,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(os.geteuid() != 0, reason="Wine needs root: sudo make test-installer"),
    pytest.mark.skipif(bool(tools_missing()), reason=tools_missing()),
]

CLASSES = r"Software\Classes\certclient"
NOTIFICATIONS = r"Software\Classes\AppUserModelId\certclient"
OWN = r"Software\certclient"
RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
PLACE = "C:\\Program Files\\certclient\\"
PROGRAM = rf'"{PLACE}certclientw.exe"'
ONE, TWO = packed("1.0.0"), packed("1.1.0")


@pytest.fixture(scope="module")
def states(fakes: None, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, WindowsSnapshot]:
    folder = tmp_path_factory.mktemp("msi")
    packages = folder / "packages"
    one = make_package(packages, "one", "1.0.0", ONE)
    rebuilt = make_package(packages, "rebuilt", "1.0.0", {**ONE, "certclient.exe": "again"})
    two = make_package(packages, "two", "1.1.0", TWO)
    settings = read_settings()
    signer = make_signer(settings, Places(folder / "signing"), DEFAULT, ask=False)
    signer.sign(packages / "two.msi")
    steps = {
        "installed": ("msiexec", "/i", one, "PROFILE=rei-shinkin"),
        "rebuilt": ("msiexec", "/i", rebuilt),
        "upgraded": ("msiexec", "/i", two),
        "downgraded": ("msiexec", "/i", one),
        "rechosen": ("msiexec", "/i", two, "PROFILE=so-shinkin", "REINSTALL=ALL"),
        "removed": ("msiexec", "/x", two),
        "without": ("msiexec", "/i", two),
        "gone": ("msiexec", "/x", two),
    }
    return install_and_inspect(steps, folder)


def test_msi_installs_for_all_users(states: Mapping[str, WindowsSnapshot]) -> None:
    seen = states["installed"]
    assert seen.code == 0, seen.log[-3000:]
    assert seen.programs == set(ONE)
    assert seen.values(CLASSES) == {"@": "URL:certclient", "URL Protocol": ""}
    assert seen.values(rf"{CLASSES}\shell\open\command") == {"@": f'{PROGRAM} "%1"'}
    assert seen.values(NOTIFICATIONS) == {"DisplayName": "電子証明書の更新"}
    assert seen.values(RUN)["certclient"] == f"{PROGRAM} remind"
    assert seen.values(OWN) == {"InstallDir": PLACE, "Profile": "rei-shinkin"}
    assert [f for f in seen.files if f.endswith("/Programs/電子証明書の更新.lnk")]


def test_rebuild_of_same_version_replaces_it(states: Mapping[str, WindowsSnapshot]) -> None:
    seen = states["rebuilt"]
    assert (seen.code, set(seen.programs)) == (0, set(ONE))
    assert installed_products(seen) == 1


def test_upgrade_replaces_all_files_and_keeps_bank(states: Mapping[str, WindowsSnapshot]) -> None:
    seen = states["upgraded"]
    assert seen.code == 0, seen.log[-3000:]
    assert seen.programs == set(TWO), "the new version's files and no others"
    assert seen.values(OWN) == {"InstallDir": PLACE, "Profile": "rei-shinkin"}
    assert seen.values(RUN)["certclient"] == f"{PROGRAM} remind"
    assert installed_products(seen) == 1


def test_downgrade_is_refused(states: Mapping[str, WindowsSnapshot]) -> None:
    seen, before = states["downgraded"], states["upgraded"]
    assert seen.code == 1603 & 0xFF, "ERROR_INSTALL_FAILURE, cut off to eight bits"
    assert seen.files == before.files
    assert seen.values(OWN) == before.values(OWN)


def test_bank_can_be_changed(states: Mapping[str, WindowsSnapshot]) -> None:
    assert states["rechosen"].code == 0
    assert states["rechosen"].values(OWN)["Profile"] == "so-shinkin"


@pytest.mark.parametrize("step", ["removed", "gone"])
def test_removal_leaves_no_trace(states: Mapping[str, WindowsSnapshot], step: str) -> None:
    seen, before = states[step], states["before"]
    assert seen.code == 0, seen.log[-3000:]
    assert seen.files == before.files
    assert "certclient" not in seen.registry
    assert "certclient" not in before.registry, "otherwise the test proves nothing"


def test_removed_bank_is_not_remembered(states: Mapping[str, WindowsSnapshot]) -> None:
    seen = states["without"]
    assert (seen.code, set(seen.programs)) == (0, set(TWO))
    assert seen.values(OWN) == {"InstallDir": PLACE, "Profile": ""}


def installed_products(seen: WindowsSnapshot) -> int:
    """Number of entries in the list of programs."""
    key = r"[Software\Microsoft\Windows\CurrentVersion\Uninstall\{".replace("\\", "\\\\")
    return sum(line.startswith(key) for line in seen.registry.splitlines())
