"""The frozen program in a Windows of its own (Wine in a chroot)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from support.fresh_windows import FreshWindows, fresh_windows
from tools.installer.settings import DEFAULT, ROOT, Places, Settings, read_settings
from tools.installer.short import ShortBuild, short_build
from tools.installer.signing import Signer, make_signer
from tools.wine.cache import Cache, default_folder
from tools.wine.parts import prepare
from tools.wine.sandbox import PREFIX

SETTINGS_FILE = Path(os.environ.get("CERTCLIENT_SETTINGS") or DEFAULT)
"""By which what is handed out was made: `make test-installer SETTINGS=…`."""


@dataclass(frozen=True)
class Program:
    """The program in C:\\app of a Windows, where a test may do anything to it."""

    windows: FreshWindows
    settings: Settings

    @property
    def folder(self) -> Path:
        return self.windows.path(r"C:\app")

    @property
    def libraries(self) -> Path:
        return self.folder / self.settings.contents_folder

    def run(self, *arguments: str) -> tuple[int, str]:
        """Runs the command line; its exit code and what it wrote."""
        done = self.windows.wine(r"C:\app\certclient.exe", *arguments)
        return done.returncode, done.stdout.decode(errors="replace")

    def starts(self) -> bool:
        code, text = self.run("--version")
        return (code, text.strip()) == (0, f"certclient {self.settings.version}")

    def refuses(self, file: str) -> bool:
        """Whether it stops, and names `file` (with slashes) as the reason."""
        code, text = self.run("--version")
        return code == 6 and "CC-PROGRAM-CHANGED" in text and file.replace("/", "\\") in text


def skip_another_name(settings: Settings) -> None:
    """For tests that install over an earlier version, which is called as we call it."""
    if settings.product.name != read_settings().product.name:
        pytest.skip(f"product.name is {settings.product.name}: its folders and entries are others")


@pytest.fixture(scope="session")
def frozen() -> ShortBuild:
    """Made from the sources as they are; `make test` makes it once."""
    if os.geteuid() != 0:
        pytest.skip("Wine in a chroot needs root: sudo make test")
    return short_build()


@pytest.fixture(scope="session")
def handed_out() -> Places:
    """What `make installer` made, a bank's too. `make test-installer` lets it do so first."""
    places = Places()
    assert places.results.is_dir(), "nothing is handed out yet: make installer"
    return places


@pytest.fixture(scope="session")
def signer(handed_out: Places) -> Signer:
    """Who signed it."""
    return make_signer(read_settings(SETTINGS_FILE), handed_out, SETTINGS_FILE, ask=False)


@pytest.fixture(scope="module")
def program(frozen: ShortBuild, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    cache = Cache(default_folder(os.environ, Path.home()))
    sandbox = prepare(cache).windows(cache.mount_point())
    mounts = {
        **sandbox.mounts,
        "/frozen": frozen.payload,
        "/native": ROOT / "tests/installer/native",
    }
    shared = tmp_path_factory.mktemp("shared")
    with fresh_windows(replace(sandbox, mounts=mounts), shared) as windows:
        windows.run("cp", "-r", "/frozen", f"{PREFIX}/drive_c/app")
        yield Program(windows, read_settings())
