"""Fixtures with the frozen program in a fresh Windows (Wine in a chroot)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from support.clean_debian import clean_debian
from support.fakes import build_fakes
from support.fresh_windows import FreshWindows, fresh_windows
from tools.installer.freeze import FreezeError
from tools.installer.settings import DEFAULT, ROOT, BuildSettings, Places, read_settings
from tools.installer.short import ShortBuild, earlier_build, rehearsal_build, short_build
from tools.installer.signing import CodeSigner, make_signer
from tools.wine.cache import Cache, PartError, default_folder
from tools.wine.parts import prepare
from tools.wine.sandbox import PREFIX

SETTINGS_FILE = Path(os.environ.get("CERTCLIENT_SETTINGS") or DEFAULT)
"""Settings of the build under test: `make test-installer SETTINGS=…`."""


_SHARED: dict[str, Callable[[], object]] = {
    "fakes": build_fakes,
    "frozen": lambda: short_build().setup(),
    "earlier_frozen": lambda: earlier_build().setup(),
    "rehearsal_frozen": rehearsal_build,
    "debian": lambda: clean_debian(Cache(default_folder(os.environ, Path.home()))),
}
"""Builds that take minutes if they are not cached, by the name of the fixture that uses them."""
_BUILD_ERRORS = (PartError, FreezeError, OSError, subprocess.SubprocessError)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Runs the builds that the selected tests share, before any test's time limit starts.

    The workers of pytest-xdist wait for each other at the cache's lock. A failed build is repeated
    by its fixture, which reports the failure.
    """
    if os.geteuid() != 0 or session.config.option.collectonly:
        return
    functions = (item for item in session.items if isinstance(item, pytest.Function))
    wanted = {name for item in functions for name in item.fixturenames}
    for fixture, make in _SHARED.items():
        if fixture in wanted:
            with suppress(*_BUILD_ERRORS):
                make()


@dataclass(frozen=True)
class InstalledProgram:
    """A copy of the program in C:\\app, which a test may modify."""

    windows: FreshWindows
    settings: BuildSettings

    @property
    def folder(self) -> Path:
        return self.windows.path(r"C:\app")

    @property
    def libraries(self) -> Path:
        return self.folder / self.settings.contents_folder

    def run(self, *arguments: str) -> tuple[int, str]:
        """Runs the command line; returns its exit code and output."""
        done = self.windows.wine(r"C:\app\certclient.exe", *arguments)
        return done.returncode, done.stdout.decode(errors="replace")

    def starts(self) -> bool:
        code, text = self.run("--version")
        return (code, text.strip()) == (0, f"certclient {self.settings.version}")

    def refuses(self, file: str) -> bool:
        """Whether it refuses to start and names `file` (path with slashes) as the reason."""
        code, text = self.run("--version")
        return code == 6 and "CC-PROGRAM-CHANGED" in text and file.replace("/", "\\") in text


def skip_renamed_product(settings: BuildSettings) -> None:
    """Skips a test that updates an earlier version: that one has our product name."""
    if settings.product.name != read_settings().product.name:
        pytest.skip(f"product.name is {settings.product.name}: its folders and entries are others")


@pytest.fixture(scope="session")
def fakes() -> None:
    """The stand-in programs in the setups of support/setups.py."""
    if os.geteuid() != 0:
        pytest.skip("Wine in a chroot needs root: sudo make test")
    build_fakes()


@pytest.fixture(scope="session")
def frozen() -> ShortBuild:
    """The program from the current sources; cached, so `make test` builds it once."""
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
def installer_build() -> Places:
    """The results of `make installer`, which may be a bank's; `make test-installer` runs it
    first."""
    places = Places()
    assert places.results.is_dir(), "no results yet: make installer"
    return places


@pytest.fixture(scope="session")
def signer(installer_build: Places) -> CodeSigner:
    """The signer of `installer_build`."""
    return make_signer(read_settings(SETTINGS_FILE), installer_build, SETTINGS_FILE, ask=False)


@pytest.fixture(scope="module")
def program(
    frozen: ShortBuild, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[InstalledProgram]:
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
        yield InstalledProgram(windows, read_settings())
