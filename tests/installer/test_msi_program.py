"""The published MSI on a company's PC: installed over an earlier version, restricted by policy,
used for an unattended renewal, removed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.bank_service import BankService
from support.fresh_windows import fresh_windows
from support.program_pc import BANK, ProgramPc
from support.setups import PLACE_OF_DATA
from tools.installer.msi import make_msi
from tools.installer.settings import Places, read_settings
from tools.installer.short import EARLIER, ShortBuild
from tools.installer.signing import CodeSigner
from tools.wine.bank_service import practice_bank
from tools.wine.cache import Cache, default_folder
from tools.wine.parts import prepare

from .conftest import SETTINGS_FILE, skip_renamed_product

pytestmark = [pytest.mark.installer, pytest.mark.timeout(3600)]

PLACE = r"C:\Program Files\certclient"
POLICY = r"HKLM\Software\Policies\certclient"
JOB = ("renew", "--all", "--unattended", "--json")


@dataclass(frozen=True)
class CompanyPc(ProgramPc):
    """A PC as its administrator uses it. `earlier` and `current`: paths of the packages there."""

    earlier: str = r"Z:\keep\earlier.msi"
    current: str = r"Z:\keep\certclient.msi"

    def msiexec(self, *arguments: str) -> int:
        return self.windows.wine("msiexec", *arguments, "/qn").returncode

    def set_policy(self, name: str, kind: str, data: str) -> None:
        """Writes the value as group policy does."""
        value = ("/v", name, "/t", kind, "/d", data)
        assert self.windows.wine("reg", "add", POLICY, *value, "/f", "/reg:64").returncode == 0

    def run_scheduled_job(self) -> int:
        """Runs the command of the scheduled task; returns its exit code."""
        return self.windows.wine(self.program, *JOB).returncode


@pytest.fixture
def pc(earlier_frozen: ShortBuild, tmp_path: Path, installer_build: Places) -> Iterator[CompanyPc]:
    skip_renamed_product(read_settings(SETTINGS_FILE))
    shared = tmp_path / "keep"
    shared.mkdir()
    (package,) = installer_build.results.glob("*.msi")
    (shared / "certclient.msi").write_bytes(package.read_bytes())
    earlier = make_msi(earlier_frozen.settings, earlier_frozen.payload, shared, 1_790_000_000)
    earlier.rename(shared / "earlier.msi")
    cache = Cache(default_folder(os.environ, Path.home()))
    sandbox = prepare(cache).windows(cache.mount_point())
    with practice_bank() as port, fresh_windows(sandbox, shared) as windows:
        yield CompanyPc(windows, BankService(port), PLACE)


def test_msi_life_cycle_with_policy_and_unattended_renewal(
    pc: CompanyPc, installer_build: Places, signer: CodeSigner
) -> None:
    assert pc.msiexec("/i", pc.earlier, f"PROFILE={BANK}") == 0
    assert (pc.version(), pc.contents()) == (EARLIER, {f"app-{EARLIER}"})
    assert pc.msiexec("/i", pc.current) == 0
    libraries = {path.name for path in installer_build.payload.glob("app-*")}
    assert (f"app-{pc.version()}", pc.contents()) == (*libraries, libraries)
    signer.check(pc.windows.path(pc.console))
    check_bank_is_kept(pc)
    renew_as_policy_allows(pc)
    check_invalid_policy_stops_program(pc)
    remove(pc)


def check_bank_is_kept(pc: CompanyPc) -> None:
    """The update kept PROFILE= of the first installation."""
    code, answer = pc.certclient("status")
    assert (code, answer["error"]["code"]) == (2, "CC-PROFILE-NOT-FOUND"), "not in the package"
    pc.installs_bank_profile()
    code, answer = pc.certclient("status")
    assert (code, answer["policy"]["profiles"]) == (0, [BANK])


def renew_as_policy_allows(pc: CompanyPc) -> None:
    (user_id,) = pc.add_certificate()
    assert pc.run_scheduled_job() == 6, "no renewal without the company's consent"
    pc.set_policy("UnattendedRenewal", "REG_DWORD", "1")
    pc.set_policy("SpreadRenewals", "REG_DWORD", "0")
    assert pc.run_scheduled_job() == 0
    assert pc.days_left() == {user_id: 365}
    assert pc.run_scheduled_job() == 3, "nothing is due any more"


def check_invalid_policy_stops_program(pc: CompanyPc) -> None:
    pc.set_policy("Destinations", "REG_SZ", "cloud")
    code, answer = pc.certclient("list")
    assert (code, answer["error"]["data"]["name"]) == (2, "Destinations")
    assert pc.run_scheduled_job() == 2, "no prompt, and no message box waits for a click"


def remove(pc: CompanyPc) -> None:
    pc.windows.settle()
    assert pc.msiexec("/x", pc.current) == 0
    assert pc.is_left() == set()
    journal = pc.windows.path(rf"{PLACE_OF_DATA}\journal.sqlite")
    assert journal.exists(), "the user's data stays"
