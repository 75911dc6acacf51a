"""Setups around a program of a few kilobytes, and a Windows to run them in."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from support.fresh_windows import FreshWindows, fresh_windows
from tools.installer.icon import make_icon
from tools.installer.nsis import Order, make_setup
from tools.installer.settings import ROOT, Settings, read_settings
from tools.wine.cache import Cache, default_folder
from tools.wine.parts import Parts, prepare
from tools.wine.sandbox import USER, Sandbox

STAND_IN = ROOT / "tests" / "installer" / "native" / "stand_in.c"
PLACE = rf"C:\users\{USER}\AppData\Local\Programs\certclient"
LOG = rf"C:\users\{USER}\AppData\Local\Temp\certclient-setup.log"
MENU = rf"C:\users\{USER}\AppData\Roaming\Microsoft\Windows\Start Menu\Programs"
UNINSTALL_KEY = r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Uninstall\certclient"
OWN_KEY = r"HKEY_CURRENT_USER\Software\certclient"
RUN_KEY = r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Run"
SCHEME_KEY = r"HKEY_CURRENT_USER\Software\Classes\certclient"
BANKS = ("rei-shinkin", "moshi-kumiai")
_SECONDS = 60


@cache
def parts() -> Parts:
    """Made once per machine."""
    return prepare(Cache(default_folder(os.environ, Path.home())))


def sandbox() -> Sandbox:
    return parts().windows(Cache(default_folder(os.environ, Path.home())).mount_point())


@dataclass(frozen=True)
class Workbench:
    """Makes setups of any version in `folder`; `program`: the stand-in as .exe."""

    folder: Path
    program: Path

    @classmethod
    def furnish(cls, folder: Path) -> Workbench:
        program = folder / "stand-in.exe"
        made = sandbox()
        compiler = ("x86_64-w64-mingw32-gcc-win32", "-municode", "-Os", "-s", "-Wall", "-Werror")
        process = replace(made, keep=folder).start(
            (*compiler, "-o", "/keep/stand-in.exe", "/project/tests/installer/native/stand_in.c")
        )
        output, _ = process.communicate()
        assert program.is_file(), output
        make_icon(read_settings().icon, folder / "icon.ico")
        return cls(folder, program)

    def settings(self, version: str) -> Settings:
        return replace(read_settings(), version=version)

    def payload(self, version: str, more: Mapping[str, str] | None = None) -> Path:
        """A frozen program in small. `more`: further files and what they hold."""
        folder = self.folder / f"payload-{version}"
        files = {
            f"app-{version}/python312.dll": f"library {version}",
            f"app-{version}/PySide6/Qt6Core.dll": f"Qt {version}",
            f"app-{version}/certclient/日本語 $1.txt": "an awkward name",
            "LICENSE.txt": "Apache-2.0",
            **{f"profiles/{bank}.toml": f"{bank} {version}" for bank in BANKS},
            **(more or {}),
        }
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        for name in ("certclient.exe", "certclientw.exe"):
            # Each version is another file, as real ones are.
            (folder / name).write_bytes(self.program.read_bytes() + version.encode())
        return folder

    def setup(
        self,
        version: str,
        *,
        more: Mapping[str, str] | None = None,
        sign: Sequence[str] = (),
        name: str = "",
        quick: bool = True,
    ) -> Path:
        output = self.folder / (name or f"of-{version}.exe")
        order = Order(
            self.settings(version),
            self.payload(version, more),
            self.folder / "icon.ico",
            output,
            sign,
            quick,
        )
        return make_setup(order, self.folder / f"work-{version}")


@dataclass(frozen=True)
class Customer:
    """Somebody at that Windows who runs setups."""

    windows: FreshWindows

    def sets_up(self, setup: Path, *switches: str, name: str = "", silent: bool = True) -> int:
        """Runs a setup that was downloaded as `name`; returns its exit code."""
        downloaded = self.windows.shared / (name or setup.name)
        if not downloaded.exists():
            shutil.copyfile(setup, downloaded)
        arguments = ("/S", "/LANG=en") if silent else ()
        return self.windows.wine(rf"Z:\keep\{downloaded.name}", *arguments, *switches).returncode

    def uninstalls(self, *switches: str) -> None:
        """As Windows' settings do it: the uninstaller copies itself away and goes on there."""
        self.windows.wine(rf"{PLACE}\uninstall.exe", "/S", *switches)
        self.wait_until(lambda: not self.has(rf"{PLACE}\uninstall.exe"))

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

    @property
    def log(self) -> str:
        """What the setup wrote of itself."""
        path = self.windows.path(LOG)
        return path.read_text(encoding="utf-16") if path.exists() else ""

    @property
    def calls(self) -> list[str]:
        """Command lines of the stand-in, in their order."""
        file = self.windows.shared / "calls.txt"
        return file.read_text(encoding="utf-16-le").splitlines() if file.exists() else []


@contextmanager
def customer(shared: Path, display: str = "") -> Iterator[Customer]:
    """`shared`: an empty folder, Z:\\keep there."""
    with fresh_windows(sandbox(), shared, display) as windows:
        yield Customer(windows)
