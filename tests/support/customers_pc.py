"""A customer's PC: a Japanese Windows with a screen, on which the customer runs setups."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.bank_service import BankService
from support.program_pc import ProgramPc
from support.screen import VirtualScreen, screen
from support.setups import MENU, PLACE, SCHEME_KEY, SetupUser, customer
from tools.wine.bank_service import practice_bank
from tools.wine.sandbox import JAPANESE

START_MENU = rf"{MENU}\電子証明書の更新.lnk"
MAIN_WINDOW, WIZARD = "^電子証明書の更新と取得$", "^電子証明書の更新$"
_SECONDS = 1200


@dataclass(frozen=True)
class CustomersPc(ProgramPc):
    """`customer`: the user of the PC."""

    customer: SetupUser
    screen: VirtualScreen

    def sets_up(self, setup: Path, *switches: str) -> int:
        """Runs a setup silently in Windows' language; returns the exit code."""
        downloaded = self.windows.shared / "certclient-setup.exe"
        shutil.copyfile(setup, downloaded)
        return self.windows.wine(rf"Z:\keep\{downloaded.name}", "/S", *switches).returncode

    def opens(self, file: str) -> None:
        """Opens a file like a double click."""
        assert self.windows.wine("start", file).returncode == 0, file

    def follows(self, link: str) -> None:
        """Clicks a link in the browser; returns once the program runs with exactly that link."""
        click = self.windows.start("wine", "start", link)
        self.waits_until(lambda: (self.program, link) in self.command_lines())
        assert click.wait(_SECONDS) == 0, link

    def has_scheme_handler(self) -> None:
        """Copies the scheme to HKLM: Wine ignores the user's schemes, which Windows reads first."""
        copy = ("reg", "copy", SCHEME_KEY, r"HKLM\Software\Classes\certclient", "/s", "/f")
        assert self.windows.wine(*copy).returncode == 0

    def command_lines(self) -> set[tuple[str, ...]]:
        """Command lines of our running GUI programs. (A program that starts another one is briefly
        listed twice, because Wine forks.)"""
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
    """The content, or "" if the process has ended."""
    try:
        return file.read_bytes().decode(errors="replace")
    except OSError:
        return ""


@contextmanager
def customers_pc(folder: Path) -> Iterator[CustomersPc]:
    """`folder`: an empty folder; at the end, last.png in it shows the screen."""
    shared = folder / "keep"
    shared.mkdir()
    with screen() as shown, practice_bank() as port, customer(shared, shown.display) as somebody:
        somebody.windows.environment["LC_MESSAGES"] = JAPANESE
        pc = CustomersPc(somebody.windows, BankService(port), PLACE, somebody, shown)
        try:
            yield pc
        finally:
            shown.picture(folder / "last.png")
