"""A customer's own PC: a Japanese Windows with a screen, on which setups are double-clicked."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.bank_office import BankOffice
from support.program_pc import ProgramPc
from support.screen import Screen, screen
from support.setups import MENU, PLACE, SCHEME_KEY, Customer, customer
from tools.wine.office import practice_bank
from tools.wine.sandbox import JAPANESE

START_MENU = rf"{MENU}\電子証明書の更新.lnk"
MAIN_WINDOW, WIZARD = "^電子証明書の更新と取得$", "^電子証明書の更新$"
_SECONDS = 1200


@dataclass(frozen=True)
class CustomersPc(ProgramPc):
    """`customer`: who sits there."""

    customer: Customer
    screen: Screen

    def sets_up(self, setup: Path, *switches: str) -> int:
        """Silently, in Windows' own language; the exit code."""
        downloaded = self.windows.shared / "certclient-setup.exe"
        shutil.copyfile(setup, downloaded)
        return self.windows.wine(rf"Z:\keep\{downloaded.name}", "/S", *switches).returncode

    def opens(self, file: str) -> None:
        """As a double click does."""
        assert self.windows.wine("start", file).returncode == 0, file

    def follows(self, link: str) -> None:
        """A click in the browser; returns when it has started the program with exactly that."""
        click = self.windows.start("wine", "start", link)
        self.waits_until(lambda: (self.program, link) in self.command_lines())
        assert click.wait(_SECONDS) == 0, link

    def knows_the_scheme(self) -> None:
        """Wine reads schemes of the computer only, Windows those of the user first."""
        copy = ("reg", "copy", SCHEME_KEY, r"HKLM\Software\Classes\certclient", "/s", "/f")
        assert self.windows.wine(*copy).returncode == 0

    def command_lines(self) -> set[tuple[str, ...]]:
        """Of the programs of ours with windows. (One that starts another is there twice for a
        moment: Wine forks.)"""
        files = self.windows.path(r"Z:\proc").glob("[0-9]*/cmdline")
        found = {tuple(_read(file).rstrip("\0").split("\0")) for file in files}
        return {words for words in found if words[0].endswith("certclientw.exe")}

    def daily_tasks(self) -> list[str]:
        folder = self.windows.path(r"C:\windows\system32\tasks")
        return [path.name for path in folder.glob("*")] if folder.exists() else []

    def waits_until(self, true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _SECONDS
        while not true():
            assert time.monotonic() < deadline, self.customer.log
            time.sleep(0.1)


def _read(file: Path) -> str:
    """ "" of a process that is gone by now."""
    try:
        return file.read_bytes().decode(errors="replace")
    except OSError:
        return ""


@contextmanager
def customers_pc(folder: Path) -> Iterator[CustomersPc]:
    """`folder`: an empty one; at the end last.png in it shows the screen."""
    shared = folder / "keep"
    shared.mkdir()
    with screen() as shown, practice_bank() as port, customer(shared, shown.display) as somebody:
        somebody.windows.environment["LC_MESSAGES"] = JAPANESE
        pc = CustomersPc(somebody.windows, BankOffice(port), PLACE, somebody, shown)
        try:
            yield pc
        finally:
            shown.picture(folder / "last.png")
