"""The MSI with the frozen program in it: a company's PC, installed and renewed without a person.

Needs what `make installer` builds; in an environment variable CERTCLIENT_INSTALLER another folder.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from support.bank_office import BankOffice
from support.fresh_windows import FreshWindows, fresh_windows
from support.msi_windows import tools_missing
from tools.installer.msi import make_msi
from tools.installer.settings import OUTPUT, ROOT, Places, read_settings
from tools.wine.cache import Cache, default_folder
from tools.wine.parts import prepare

pytestmark = [pytest.mark.installer, pytest.mark.timeout(900)]

if os.geteuid() != 0:
    pytest.skip("Wine in a chroot needs root: sudo make test-installer", allow_module_level=True)
if tools_missing():
    pytest.skip(tools_missing(), allow_module_level=True)

PAYLOAD = Places(Path(os.environ.get("CERTCLIENT_INSTALLER", OUTPUT))).payload
if not (PAYLOAD / "certclientw.exe").is_file():
    pytest.skip("needs the frozen program: make installer", allow_module_level=True)

PLACE = r"C:\Program Files\certclient"
POLICY = r"HKLM\Software\Policies\certclient"
JOB = ("renew", "--all", "--unattended", "--json")


@dataclass(frozen=True)
class Pc:
    """A company's Windows, seen from its administrator's desk."""

    windows: FreshWindows
    office: BankOffice

    def msiexec(self, *arguments: str) -> int:
        return self.windows.wine("msiexec", *arguments, "/qn").returncode

    def decide(self, name: str, kind: str, data: str) -> None:
        """As group policy writes it."""
        value = ("/v", name, "/t", kind, "/d", data)
        assert self.windows.wine("reg", "add", POLICY, *value, "/f", "/reg:64").returncode == 0

    def certclient(self, *arguments: str) -> tuple[int, Any]:
        """The exit code and the JSON of certclient.exe."""
        done = self.windows.wine(rf"{PLACE}\certclient.exe", *arguments)
        text = done.stdout.decode(errors="replace")
        assert "{" in text, f"exit code {done.returncode}: {text}"
        return done.returncode, json.loads(text[text.index("{") :])

    def scheduled_job(self) -> int:
        """What the task starts."""
        return self.windows.wine(rf"{PLACE}\certclientw.exe", *JOB).returncode

    def give(self, days: int = 20) -> str:
        """A user ID whose certificate ends in `days` days."""
        user_id = self.office.new_customer()
        script = r"Z:\project\tests\installer\give.py"
        done = self.windows.wine("/python/python.exe", script, self.office.port, user_id, str(days))
        assert done.returncode == 0, done.stdout.decode(errors="replace")
        return user_id


@contextmanager
def practice_bank() -> Iterator[str]:
    """The port of its office."""
    path = os.pathsep.join(str(ROOT / name) for name in ("src", "tests"))
    with subprocess.Popen(
        (sys.executable, str(ROOT / "tests" / "windows" / "office.py")),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    ) as process:
        yield process.stdout.readline().strip() if process.stdout else ""
        process.communicate()


@pytest.fixture
def pc(tmp_path: Path) -> Iterator[Pc]:
    shared = tmp_path / "keep"
    shared.mkdir()
    made = make_msi(read_settings(), PAYLOAD, shared, 1_790_000_000)
    made.rename(shared / "certclient.msi")
    cache = Cache(default_folder(os.environ, Path.home()))
    sandbox = prepare(cache).windows(cache.mount_point())
    more = {
        "PYTHONPATH": r"Z:\project\src;Z:\project\tests;Z:\project;Z:\wheels",
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "WINEDLLOVERRIDES": "mscoree,mshtml,winedbg.exe,winemenubuilder.exe=",
    }
    sandbox = replace(sandbox, environment={**sandbox.environment, **more})
    with practice_bank() as port, fresh_windows(sandbox, shared) as windows:
        yield Pc(windows, BankOffice(port))


def test_installed_restricted_renewed_without_a_person_removed(pc: Pc) -> None:
    bank = pc.office.profile()
    assert pc.msiexec("/i", r"Z:\keep\certclient.msi", f"PROFILE={bank.id}") == 0
    code, answer = pc.certclient("status", "--json")
    assert (code, answer["error"]["code"]) == (2, "CC-PROFILE-NOT-FOUND"), "not in the package"
    profiles = pc.windows.path(r"C:\ProgramData\certclient\profiles")
    profiles.mkdir(parents=True)
    (profiles / f"{bank.id}.toml").write_text(pc.office.profile_text(), encoding="utf-8")
    code, answer = pc.certclient("status", "--json")
    assert (code, answer["policy"]["profiles"]) == (0, [bank.id])

    user_id = pc.give()
    assert pc.scheduled_job() == 6, "without the company's consent nothing is done"
    pc.decide("UnattendedRenewal", "REG_DWORD", "1")
    assert pc.scheduled_job() == 0
    _, answer = pc.certclient("list", "--json")
    # Wine cannot put the old one away; it stays in the list.
    assert {one["user_id"] for one in answer["certificates"]} == {user_id}
    assert max(one["days_left"] for one in answer["certificates"]) > 300
    assert pc.scheduled_job() == 3, "nothing is due any more"

    pc.decide("Destinations", "REG_SZ", "cloud")
    code, answer = pc.certclient("list", "--json")
    assert (code, answer["error"]["data"]["name"]) == (2, "Destinations")
    assert pc.scheduled_job() == 2, "nobody is asked, and no box waits for a click"

    pc.windows.settle()
    assert pc.msiexec("/x", r"Z:\keep\certclient.msi") == 0
    assert not pc.windows.path(PLACE).exists()
    journal = pc.windows.path(r"C:\users\信金 太郎\AppData\Local\certclient\journal.sqlite")
    assert journal.exists(), "what belongs to the user stays"
