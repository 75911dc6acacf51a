"""The published setup: installed over an earlier version, used, uninstalled.

test_story.py has a short form of it for `make test`; test_setup_files.py tests the setup's other
features with a stand-in program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.customers_pc import MAIN_WINDOW, CustomersPc, customers_pc
from support.program_pc import BANK
from support.setups import PLACE, PLACE_OF_DATA
from tools.installer.nsis import setup_name
from tools.installer.settings import Places, read_settings
from tools.installer.short import EARLIER, ShortBuild
from tools.installer.signing import CodeSigner, SigningError
from tools.installer.sums import sha256

from .conftest import SETTINGS_FILE, skip_renamed_product

pytestmark = [pytest.mark.installer, pytest.mark.timeout(3600)]

SETTINGS = read_settings(SETTINGS_FILE)
VERSION = SETTINGS.version
DONE, ABORTED = 0, 2


@pytest.fixture(scope="session")
def setup(installer_build: Places) -> Path:
    skip_renamed_product(SETTINGS)
    return installer_build.results / f"{setup_name(SETTINGS)}.exe"


@pytest.fixture
def pc(tmp_path: Path) -> Iterator[CustomersPc]:
    with customers_pc(tmp_path) as pc:
        yield pc


def test_update_during_renewal(
    pc: CustomersPc,
    setup: Path,
    earlier_frozen: ShortBuild,
    installer_build: Places,
    signer: CodeSigner,
) -> None:
    (user_id,) = pc.add_certificate()
    assert pc.sets_up(earlier_frozen.setup()) == DONE
    assert pc.version() == EARLIER
    pc.installs_bank_profile()
    pc.starts_waiting_renewal(user_id)
    assert pc.sets_up(setup) == DONE, pc.customer.log
    assert_installed(pc, installer_build.payload)
    for name in ("certclient.exe", "certclientw.exe", "uninstall.exe"):
        signer.check(pc.windows.path(rf"{PLACE}\{name}"))
    assert pc.version() == VERSION
    pc.resumes()
    assert pc.days_left() == {user_id: 365}


def assert_installed(pc: CustomersPc, payload: Path) -> None:
    """Checks that the folder has the files of `payload`, and those that the setup itself
    creates."""
    place = pc.windows.path(PLACE)
    installed = {
        path.relative_to(place).as_posix(): sha256(path)
        for path in place.rglob("*")
        if path.is_file()
    }
    assert installed.pop(f"app-{VERSION}/installed.lst")
    assert installed.pop("uninstall.exe")
    assert installed.pop(f"profiles/{SETTINGS.profiles[0].name}")
    assert installed.pop(f"profiles/{BANK}.toml")
    assert installed == {
        re.sub(r"^profiles/", "profiles-available/", path.relative_to(payload).as_posix()): sha256(
            path
        )
        for path in payload.rglob("*")
        if path.is_file()
    }


def test_link_starts_program_with_unchanged_url(pc: CustomersPc, setup: Path) -> None:
    assert pc.sets_up(setup) == DONE
    pc.installs_bank_profile()
    pc.has_scheme_handler()
    link = f"certclient:renew?profile={BANK}&user=TKYM1408054"
    pc.follows(link)
    assert pc.screen.shows(MAIN_WINDOW)
    assert pc.command_lines() == {(pc.program, link)}


def test_uninstaller_asks_running_program_to_quit(pc: CustomersPc, setup: Path) -> None:
    assert pc.sets_up(setup) == DONE
    running = pc.windows.start("wine", pc.program)
    assert pc.screen.shows(MAIN_WINDOW)
    pc.customer.uninstalls()
    assert running.wait(300) == DONE, "it quit by itself"
    assert "quit: 0" in pc.customer.log
    assert not pc.customer.has(PLACE)


def test_uninstaller_logs_unfinished_renewal(pc: CustomersPc, setup: Path) -> None:
    (user_id,) = pc.add_certificate()
    assert pc.sets_up(setup) == DONE
    pc.installs_bank_profile()
    pc.starts_waiting_renewal(user_id)
    pc.customer.uninstalls()
    assert f"not finished: {user_id}" in pc.customer.log
    assert pc.customer.has(rf"{PLACE_OF_DATA}\journal.sqlite")


def test_tampered_setup_installs_nothing(
    pc: CustomersPc, setup: Path, signer: CodeSigner, tmp_path: Path
) -> None:
    changed = bytearray(setup.read_bytes())
    changed[len(changed) // 2] ^= 1
    tampered = tmp_path / "tampered.exe"
    tampered.write_bytes(changed)
    with pytest.raises(SigningError):
        signer.check(tampered)
    assert pc.sets_up(tampered) == ABORTED
    assert not pc.customer.has(PLACE)
