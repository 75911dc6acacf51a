"""The MSI that is handed out, on a company's PC: installed over an earlier version, restricted by
policy, renewed without a person, removed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.bank_office import BankOffice
from support.fresh_windows import fresh_windows
from support.program_pc import BANK, ProgramPc
from support.setups import PLACE_OF_DATA
from tools.installer.msi import make_msi
from tools.installer.settings import Places, read_settings
from tools.installer.short import EARLIER, ShortBuild
from tools.installer.signing import Signer
from tools.wine.cache import Cache, default_folder
from tools.wine.office import practice_bank
from tools.wine.parts import prepare

from .conftest import SETTINGS_FILE, skip_another_name

pytestmark = [pytest.mark.installer, pytest.mark.timeout(3600)]

PLACE = r"C:\Program Files\certclient"
POLICY = r"HKLM\Software\Policies\certclient"
JOB = ("renew", "--all", "--unattended", "--json")


@dataclass(frozen=True)
class CompanyPc(ProgramPc):
    """Seen from its administrator's desk. `earlier` and `current`: packages there."""

    earlier: str = r"Z:\keep\earlier.msi"
    current: str = r"Z:\keep\certclient.msi"

    def msiexec(self, *arguments: str) -> int:
        return self.windows.wine("msiexec", *arguments, "/qn").returncode

    def decides(self, name: str, kind: str, data: str) -> None:
        """As group policy writes it."""
        value = ("/v", name, "/t", kind, "/d", data)
        assert self.windows.wine("reg", "add", POLICY, *value, "/f", "/reg:64").returncode == 0

    def scheduled_job(self) -> int:
        """What the task starts."""
        return self.windows.wine(self.program, *JOB).returncode


@pytest.fixture
def pc(earlier_frozen: ShortBuild, tmp_path: Path, handed_out: Places) -> Iterator[CompanyPc]:
    skip_another_name(read_settings(SETTINGS_FILE))
    shared = tmp_path / "keep"
    shared.mkdir()
    (package,) = handed_out.results.glob("*.msi")
    (shared / "certclient.msi").write_bytes(package.read_bytes())
    earlier = make_msi(earlier_frozen.settings, earlier_frozen.payload, shared, 1_790_000_000)
    earlier.rename(shared / "earlier.msi")
    cache = Cache(default_folder(os.environ, Path.home()))
    sandbox = prepare(cache).windows(cache.mount_point())
    with practice_bank() as port, fresh_windows(sandbox, shared) as windows:
        yield CompanyPc(windows, BankOffice(port), PLACE)


def test_installed_updated_restricted_renewed_without_a_person_removed(
    pc: CompanyPc, handed_out: Places, signer: Signer
) -> None:
    assert pc.msiexec("/i", pc.earlier, f"PROFILE={BANK}") == 0
    assert (pc.version(), pc.contents()) == (EARLIER, {f"app-{EARLIER}"})
    assert pc.msiexec("/i", pc.current) == 0
    libraries = {path.name for path in handed_out.payload.glob("app-*")}
    assert (f"app-{pc.version()}", pc.contents()) == (*libraries, libraries)
    signer.check(pc.windows.path(pc.console))
    knows_the_bank_by_policy(pc)
    renews_as_the_policy_says(pc)
    stops_at_a_policy_that_is_wrong(pc)
    removes_it(pc)


def knows_the_bank_by_policy(pc: CompanyPc) -> None:
    """PROFILE= of the first installation; the update kept it."""
    code, answer = pc.certclient("status")
    assert (code, answer["error"]["code"]) == (2, "CC-PROFILE-NOT-FOUND"), "not in the package"
    pc.learns_of_the_bank()
    code, answer = pc.certclient("status")
    assert (code, answer["policy"]["profiles"]) == (0, [BANK])


def renews_as_the_policy_says(pc: CompanyPc) -> None:
    (user_id,) = pc.give()
    assert pc.scheduled_job() == 6, "without the company's consent nothing is done"
    pc.decides("UnattendedRenewal", "REG_DWORD", "1")
    assert pc.scheduled_job() == 0
    assert pc.days_left() == {user_id: 365}
    assert pc.scheduled_job() == 3, "nothing is due any more"


def stops_at_a_policy_that_is_wrong(pc: CompanyPc) -> None:
    pc.decides("Destinations", "REG_SZ", "cloud")
    code, answer = pc.certclient("list")
    assert (code, answer["error"]["data"]["name"]) == (2, "Destinations")
    assert pc.scheduled_job() == 2, "nobody is asked, and no box waits for a click"


def removes_it(pc: CompanyPc) -> None:
    pc.windows.settle()
    assert pc.msiexec("/x", pc.current) == 0
    assert pc.is_left() == set()
    journal = pc.windows.path(rf"{PLACE_OF_DATA}\journal.sqlite")
    assert journal.exists(), "what belongs to the user stays"
