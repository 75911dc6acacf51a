"""Setups of a program of a few kilobytes, and a Windows to run them in."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from support.fakes import add_fakes, sandbox
from support.fresh_windows import FreshWindows, fresh_windows
from tools.installer.icon import make_icon
from tools.installer.nsis import SetupJob, make_setup
from tools.installer.settings import BuildSettings, read_settings
from tools.wine.sandbox import USER

PLACE = rf"C:\users\{USER}\AppData\Local\Programs\certclient"
PLACE_OF_DATA = rf"C:\users\{USER}\AppData\Local\certclient"
SETTINGS = rf"C:\users\{USER}\AppData\Roaming\certclient"
TEMPORARY = rf"C:\users\{USER}\AppData\Local\Temp"
LOG = rf"{TEMPORARY}\certclient-setup.log"
INCOMING = rf"{PLACE}\certclient-incoming"
MENU = rf"C:\users\{USER}\AppData\Roaming\Microsoft\Windows\Start Menu\Programs"
UNINSTALL_KEY = r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Uninstall\certclient"
OWN_KEY = r"HKEY_CURRENT_USER\Software\certclient"
RUN_KEY = r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Run"
SCHEME_KEY = r"HKEY_CURRENT_USER\Software\Classes\certclient"
NOTIFICATIONS_KEY = r"HKEY_CURRENT_USER\Software\Classes\AppUserModelId\certclient"
BANKS = ("rei-shinkin", "moshi-kumiai")
PROGRAM_FILES = {
    *("LICENSE.txt", "certclient.exe", "certclientw.exe", "uninstall.exe"),
    *("profiles\\", "profiles\\rei-shinkin.toml", "profiles-available\\"),
    *(rf"profiles-available\{bank}.toml" for bank in BANKS),
}
"""Files of every version that a Workbench builds, with the first bank selected."""
UNINSTALLER = "Un_"
"""Name of the copy that an uninstaller makes of itself; a letter and .exe follow."""
_SECONDS = 1200


def contents(version: str) -> set[str]:
    """Files below the program's folder that belong to one version only."""
    names = ("", "PySide6\\", r"PySide6\Qt6Core.dll", "certclient\\", "certclient\\日本語 $1.txt")
    return {rf"app-{version}\{name}" for name in (*names, "installed.lst", "python312.dll")}


@dataclass(frozen=True)
class SetupBuilder:
    """Builds setups of any version in `folder`."""

    folder: Path

    @classmethod
    def prepare_builder(cls, folder: Path) -> SetupBuilder:
        make_icon(read_settings().icon, folder / "icon.ico")
        return cls(folder)

    def settings(self, version: str) -> BuildSettings:
        return replace(read_settings(), version=version)

    def payload(self, version: str, more: Mapping[str, str] | None = None) -> Path:
        """A small frozen program. `more`: further files and their contents."""
        folder = self.folder / f"payload-{version}"
        files = {
            f"app-{version}/python312.dll": f"MZ: library {version}",
            f"app-{version}/PySide6/Qt6Core.dll": f"MZ: Qt {version}",
            f"app-{version}/certclient/日本語 $1.txt": "an awkward name",
            "LICENSE.txt": f"Apache-2.0, {version}",
            **{f"profiles/{bank}.toml": f"{bank} {version}" for bank in BANKS},
            **(more or {}),
        }
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        work = self.folder / f"programs-{version}"
        work.mkdir(exist_ok=True)
        add_fakes(folder, f"app-{version}", work)
        return folder

    def setup(
        self,
        version: str,
        *,
        more: Mapping[str, str] | None = None,
        sign: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        name: str = "",
        quick: bool = True,
    ) -> Path:
        output = self.folder / (name or f"of-{version}.exe")
        order = SetupJob(
            self.settings(version),
            self.payload(version, more),
            self.folder / "icon.ico",
            output,
            sign,
            environment or {},
            quick,
        )
        return make_setup(order, self.folder / f"work-{version}")


@dataclass(frozen=True)
class SetupUser:
    """A user of that Windows who runs setups."""

    windows: FreshWindows

    def sets_up(self, setup: Path, *switches: str, name: str = "", silent: bool = True) -> int:
        """Runs a setup that was downloaded as `name`; returns its exit code."""
        downloaded = self.windows.shared / (name or setup.name)
        if not downloaded.exists():
            shutil.copyfile(setup, downloaded)
        arguments = ("/S", "/LANG=en") if silent else ()
        return self.windows.wine(rf"Z:\keep\{downloaded.name}", *arguments, *switches).returncode

    def types(self, line: str) -> int:
        """Runs a line at the command prompt, with its quotes; returns the program's exit code."""
        batch = self.windows.shared / "line.cmd"
        batch.write_text(f"@start /wait {line}\r\n@exit %errorlevel%\r\n", encoding="ascii")
        return self.windows.wine("cmd", "/c", r"Z:\keep\line.cmd").returncode

    def uninstalls(self, *switches: str, place: str = PLACE) -> None:
        """Uninstalls as Windows' settings do: the uninstaller copies itself and continues there."""
        self.windows.wine(rf"{place}\uninstall.exe", "/S", *switches)
        self.wait_until(lambda: not self.has(rf"{place}\uninstall.exe"))
        self.wait_until(lambda: not self.windows.runs(UNINSTALLER))

    def starts(self, place: str = PLACE) -> bool:
        """Whether both programs find exactly their own files there."""
        command = [rf"{place}\certclient.exe", rf"{place}\certclientw.exe"]
        return all(self.windows.wine(one, "--unattended").returncode == 0 for one in command)

    def wait_until(self, true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _SECONDS
        while not true():
            assert time.monotonic() < deadline, self.log
            time.sleep(0.1)

    def has(self, path: str) -> bool:
        return self.windows.path(path).exists()

    def text(self, path: str) -> str:
        return self.windows.path(path).read_text(encoding="utf-8")

    def files(self, folder: str = PLACE) -> set[str]:
        """Files and, with a backslash at the end, folders below `folder`."""
        root = self.windows.path(folder)
        return {
            str(path.relative_to(root)).replace("/", "\\") + ("\\" if path.is_dir() else "")
            for path in root.rglob("*")
        }

    def banks(self) -> set[str]:
        """The banks whose certificates the program manages."""
        return {name.removesuffix(".toml") for name in self.files(rf"{PLACE}\profiles")}

    @property
    def log(self) -> str:
        """The setup's log."""
        path = self.windows.path(LOG)
        return path.read_text(encoding="utf-16") if path.exists() else ""

    @property
    def calls(self) -> list[str]:
        """Command lines of the stand-in in chronological order."""
        file = self.windows.shared / "calls.txt"
        return file.read_text(encoding="utf-16-le").splitlines() if file.exists() else []


@contextmanager
def customer(shared: Path, display: str = "") -> Iterator[SetupUser]:
    """`shared`: an empty folder, which becomes Z:\\keep."""
    with fresh_windows(sandbox(), shared, display) as windows:
        yield SetupUser(windows)
