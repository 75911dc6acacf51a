"""The MSI on Windows (Wine): installed silently, upgraded, not downgraded, removed without a trace.

What Wine cannot show: that all users see the shortcut (it puts it into the user's own start menu
although ALLUSERS is 1), and the log's sentence about a newer version.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import pytest

from support.msi_windows import Seen, make_package, packed, see, tools_missing
from tools.installer.settings import DEFAULT, Places, read_settings
from tools.installer.signing import make_signer

pytestmark = [
    pytest.mark.installer,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(os.geteuid() != 0, reason="Wine needs root: sudo make test-installer"),
    pytest.mark.skipif(bool(tools_missing()), reason=tools_missing()),
]

CLASSES = r"Software\Classes\certclient"
OWN = r"Software\certclient"
RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
PLACE = "C:\\Program Files\\certclient\\"
PROGRAM = rf'"{PLACE}certclientw.exe"'
ONE, TWO = packed("1.0.0"), packed("1.1.0")


@pytest.fixture(scope="module")
def story(stand_ins: None, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Seen]:
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
    return see(steps, folder)


def test_installed_for_the_whole_computer(story: Mapping[str, Seen]) -> None:
    seen = story["installed"]
    assert seen.code == 0, seen.log[-3000:]
    assert seen.programs == set(ONE)
    assert seen.values(CLASSES) == {"@": "URL:certclient", "URL Protocol": ""}
    assert seen.values(rf"{CLASSES}\shell\open\command") == {"@": f'{PROGRAM} "%1"'}
    assert seen.values(RUN)["certclient"] == f"{PROGRAM} remind"
    assert seen.values(OWN) == {"InstallDir": PLACE, "Profile": "rei-shinkin"}
    assert [f for f in seen.files if f.endswith("/Programs/電子証明書の更新.lnk")]


def test_another_build_of_the_same_version_takes_its_place(story: Mapping[str, Seen]) -> None:
    seen = story["rebuilt"]
    assert (seen.code, set(seen.programs)) == (0, set(ONE))
    assert products(seen) == 1


def test_an_upgrade_replaces_every_file_and_keeps_the_bank(story: Mapping[str, Seen]) -> None:
    seen = story["upgraded"]
    assert seen.code == 0, seen.log[-3000:]
    assert seen.programs == set(TWO), "the old one's are gone, the new one's are here"
    assert seen.values(OWN) == {"InstallDir": PLACE, "Profile": "rei-shinkin"}
    assert seen.values(RUN)["certclient"] == f"{PROGRAM} remind"
    assert products(seen) == 1


def test_a_downgrade_is_refused_and_changes_nothing(story: Mapping[str, Seen]) -> None:
    seen, before = story["downgraded"], story["upgraded"]
    assert seen.code == 1603 & 0xFF, "ERROR_INSTALL_FAILURE, of which Linux sees eight bits"
    assert seen.files == before.files
    assert seen.values(OWN) == before.values(OWN)


def test_the_bank_can_be_chosen_anew(story: Mapping[str, Seen]) -> None:
    assert story["rechosen"].code == 0
    assert story["rechosen"].values(OWN)["Profile"] == "so-shinkin"


@pytest.mark.parametrize("step", ["removed", "gone"])
def test_removed_without_a_trace(story: Mapping[str, Seen], step: str) -> None:
    seen, before = story[step], story["before"]
    assert seen.code == 0, seen.log[-3000:]
    assert seen.files == before.files
    assert "certclient" not in seen.registry
    assert "certclient" not in before.registry, "else this shows nothing"


def test_without_a_bank_none_is_remembered(story: Mapping[str, Seen]) -> None:
    seen = story["without"]
    assert (seen.code, set(seen.programs)) == (0, set(TWO))
    assert seen.values(OWN) == {"InstallDir": PLACE, "Profile": ""}


def products(seen: Seen) -> int:
    """How many the list of programs has."""
    key = r"[Software\Microsoft\Windows\CurrentVersion\Uninstall\{".replace("\\", "\\\\")
    return sum(line.startswith(key) for line in seen.registry.splitlines())
