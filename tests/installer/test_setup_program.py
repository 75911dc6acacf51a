"""The setup with the frozen program in it: installed, started, used, updated, taken away.

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
from support.screen import Screen, screen
from support.setups import MENU, PLACE, SCHEME_KEY, Customer, customer
from tools.installer.icon import make_icon
from tools.installer.nsis import Order, make_setup
from tools.installer.settings import OUTPUT, ROOT, Places, read_settings
from tools.wine.sandbox import USER

pytestmark = [pytest.mark.installer, pytest.mark.timeout(900)]

if os.geteuid() != 0:
    pytest.skip("Wine in a chroot needs root: sudo make test-installer", allow_module_level=True)

PAYLOAD = Places(Path(os.environ.get("CERTCLIENT_INSTALLER", OUTPUT))).payload
if not (PAYLOAD / "certclientw.exe").is_file():
    pytest.skip("needs the frozen program: make installer", allow_module_level=True)

PROGRAM, CONSOLE = rf"{PLACE}\certclientw.exe", rf"{PLACE}\certclient.exe"
TITLE = "電子証明書の更新|Client certificates|certclient"
DATA = rf"C:\users\{USER}\AppData\Local\certclient"
PENDING, DONE = 4, 0
_STUBS = ("icuuc", "mscms")
_OVERRIDES = f"{','.join(_STUBS)}=n;mscoree,mshtml,winedbg.exe,winemenubuilder.exe="


@pytest.fixture(scope="module")
def setups(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same program as two versions, an older one and its own."""
    folder = tmp_path_factory.mktemp("setups")
    settings = read_settings()
    make_icon(settings.icon, folder / "icon.ico")

    def made(version: str) -> Path:
        numbered = replace(settings, version=version)
        order = Order(numbered, PAYLOAD, folder / "icon.ico", folder / f"{version}.exe", quick=True)
        return make_setup(order, folder / f"work-{version}")

    return made("0.9.0"), made(settings.version)


@dataclass(frozen=True)
class Pc:
    """A customer's Windows with a screen, and a bank."""

    customer: Customer
    screen: Screen
    office: BankOffice

    def certclient(self, *arguments: str) -> tuple[int, Any]:
        """The exit code and the JSON of the installed command line."""
        done = self.customer.windows.wine(
            CONSOLE, *arguments, "--json", "--profile", r"Z:\keep\practice.toml"
        )
        text = done.stdout.decode(errors="replace")
        return done.returncode, json.loads(text[text.index("{") :])

    def give(self, days: int = 20) -> str:
        """A user ID whose certificate ends in `days` days."""
        user_id = self.office.new_customer()
        script = r"Z:\project\tests\installer\give.py"
        done = self.customer.windows.wine(
            "/python/python.exe", script, self.office.port, user_id, str(days)
        )
        assert done.returncode == 0, done.stdout.decode(errors="replace")
        return user_id

    def task_files(self) -> list[str]:
        folder = self.customer.windows.path(r"C:\windows\system32\tasks")
        return [path.name for path in folder.glob("*")] if folder.exists() else []

    def command_lines(self) -> list[list[str]]:
        """Of every program that runs there."""
        found = []
        for file in self.customer.windows.path(r"Z:\proc").glob("[0-9]*/cmdline"):
            words = file.read_bytes().decode(errors="replace").split("\0")
            found.append([word for word in words if word])
        return [words for words in found if words]


@pytest.fixture
def pc(tmp_path: Path) -> Iterator[Pc]:
    shared = tmp_path / "keep"
    shared.mkdir()
    with screen() as shown, practice_bank() as port, customer(shared, shown.display) as somebody:
        windows = somebody.windows
        windows.environment.update(
            WINEDLLOVERRIDES=_OVERRIDES,
            PYTHONPATH=r"Z:\project\src;Z:\project\tests;Z:\project;Z:\wheels",
            PYTHONUTF8="1",
            PYTHONDONTWRITEBYTECODE="1",
        )
        for name in _STUBS:
            windows.run("cp", f"/dlls/{name}.dll", "/prefix/drive_c/windows/system32/")
        office = BankOffice(port)
        (shared / "practice.toml").write_text(office.profile_text(), encoding="utf-8")
        yield Pc(somebody, shown, office)
        shown.picture(tmp_path / "last.png")


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


def test_installed_started_asked_to_quit_updated(pc: Pc, setups: tuple[Path, Path]) -> None:
    old, new = setups
    somebody = pc.customer
    assert somebody.sets_up(old) == DONE, somebody.log
    assert somebody.has(rf"{MENU}\Client certificates.lnk")
    running = somebody.windows.start("wine", PROGRAM)
    assert pc.screen.shows(TITLE), "the first window"
    somebody.wait_until(lambda: len(pc.task_files()) == 1)
    assert somebody.sets_up(new) == DONE, somebody.log
    assert running.wait(30) == 0, "it went by itself"
    assert "quit: 0" in somebody.log
    somebody.uninstalls()
    assert not somebody.has(PLACE)
    assert pc.task_files() == []
    assert somebody.files(DATA) <= {
        *("Logs\\", r"Logs\certclient.log", "instance.lock", "journal.sqlite", "locks\\"),
        *("reminders.json", "updates.json"),
    }, "what is kept unless the settings are to go, too"


def test_a_link_arrives_as_it_was(pc: Pc, setups: tuple[Path, Path]) -> None:
    assert pc.customer.sets_up(setups[1]) == DONE
    # Wine reads schemes of the computer only, Windows those of the user first.
    windows = pc.customer.windows
    windows.wine("reg", "copy", SCHEME_KEY, r"HKLM\Software\Classes\certclient", "/s", "/f")
    link = "certclient:renew?profile=rei-shinkin&user=TKYM1408054"
    started = windows.start("wine", "start", link)
    assert pc.screen.shows(TITLE)
    ours = [words for words in pc.command_lines() if words[0].endswith("certclientw.exe")]
    assert ours == [[PROGRAM, link]]
    assert windows.wine(CONSOLE, "quit").returncode == DONE
    started.wait(30)


def test_a_renewal_goes_on_after_an_update(pc: Pc, setups: tuple[Path, Path]) -> None:
    old, new = setups
    assert pc.customer.sets_up(old) == DONE
    renewed, waiting = pc.give(), pc.give()
    code, answer = pc.certclient("renew", renewed, "--yes")
    assert code == DONE, answer
    assert answer["results"][0]["outcome"] == "done"
    pc.office.let_wait(2)
    code, answer = pc.certclient("renew", waiting, "--yes", "--wait", "0")
    assert code == PENDING, answer
    assert pc.customer.sets_up(new) == DONE, pc.customer.log
    code, answer = pc.certclient("status")
    assert [one["user_id"] for one in answer["procedures"]] == [waiting]
    code, answer = pc.certclient("resume", "--wait", "60")
    assert code == DONE, answer
    assert [one["outcome"] for one in answer["results"]] == ["done"]


def test_an_unfinished_renewal_is_told_at_the_end(pc: Pc, setups: tuple[Path, Path]) -> None:
    assert pc.customer.sets_up(setups[1]) == DONE
    user_id = pc.give()
    pc.office.let_wait(2)
    assert pc.certclient("renew", user_id, "--yes", "--wait", "0")[0] == PENDING
    pc.customer.uninstalls()
    assert f"not finished: {user_id}" in pc.customer.log
    assert pc.customer.has(rf"{DATA}\journal.sqlite")
