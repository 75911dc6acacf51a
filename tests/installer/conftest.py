"""The frozen program in a Windows of its own (Wine in a chroot)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from support.clean_debian import clean_debian
from support.fresh_windows import FreshWindows, fresh_windows
from support.stand_ins import make_stand_ins
from tools.installer.freeze import FreezeError
from tools.installer.settings import DEFAULT, ROOT, Places, Settings, read_settings
from tools.installer.short import ShortBuild, earlier_build, rehearsal_build, short_build
from tools.installer.signing import Signer, make_signer
from tools.wine.cache import Cache, PartError, default_folder
from tools.wine.parts import prepare
from tools.wine.sandbox import PREFIX

SETTINGS_FILE = Path(os.environ.get("CERTCLIENT_SETTINGS") or DEFAULT)
"""By which what is handed out was made: `make test-installer SETTINGS=…`."""


_SHARED: dict[str, Callable[[], object]] = {
    "stand_ins": make_stand_ins,
    "frozen": lambda: short_build().setup(),
    "earlier_frozen": lambda: earlier_build().setup(),
    "rehearsal_frozen": rehearsal_build,
    "debian": lambda: clean_debian(Cache(default_folder(os.environ, Path.home()))),
}
"""Builds that take minutes where they are not in the cache yet, by the fixtures that use them."""
_REASONS = (PartError, FreezeError, OSError, subprocess.SubprocessError)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Makes the builds that the selected tests share, before any test's time limit runs.

    pytest-xdist's workers wait for each other in the cache. A build that fails is tried again by
    its fixture, where the failure is reported.
    """
    if os.geteuid() != 0 or session.config.option.collectonly:
        return
    functions = (item for item in session.items if isinstance(item, pytest.Function))
    wanted = {name for item in functions for name in item.fixturenames}
    for fixture, make in _SHARED.items():
        if fixture in wanted:
            with suppress(*_REASONS):
                make()


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
def stand_ins() -> None:
    """What the setups of support/setups.py have in place of the program."""
    if os.geteuid() != 0:
        pytest.skip("Wine in a chroot needs root: sudo make test")
    make_stand_ins()


@pytest.fixture(scope="session")
def frozen() -> ShortBuild:
    """Made from the sources as they are; `make test` makes it once."""
    if os.geteuid() != 0:
        pytest.skip("Wine in a chroot needs root: sudo make test")
    return short_build()


@pytest.fixture(scope="session")
def earlier_frozen() -> ShortBuild:
    return earlier_build()


@pytest.fixture(scope="session")
def rehearsal_frozen() -> ShortBuild:
    return rehearsal_build()


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
