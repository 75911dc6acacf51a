"""Builds frozen programs for tests, once for each state of the sources, signed by a test CA.

They are parts of the Wine cache (`tools.wine.cache`).
"""

from __future__ import annotations

import os
import shutil
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from tools.installer import freeze, made_from, nsis
from tools.installer.build import Build, epoch, make_payload
from tools.installer.example_plugin import example_plugin
from tools.installer.settings import DEFAULT, VERSION_LINE, BuildSettings, Places, read_settings
from tools.installer.signing import make_signer
from tools.installer.wine_freeze import freeze_in
from tools.wine.cache import Cache, default_folder

EARLIER = "0.0.1"
"""A version that precedes every real one."""


@dataclass(frozen=True, slots=True)
class ShortBuild:
    """`places`: holds a payload as `make installer` builds it from `settings`, and the test CA."""

    settings: BuildSettings
    places: Places

    @property
    def payload(self) -> Path:
        """The installed form of the program: see Places.payload."""
        return self.places.payload

    def setup(self) -> Path:
        """Path of a setup with this payload. It is unsigned, and built faster (hence larger) than a
        customer's."""
        key = f"{self.places.folder.name} {made_from.setup()}"
        name = f"{nsis.setup_name(self.settings)}.exe"
        return _cache().part("setup", key, lambda folder: self._pack(folder / name)) / name

    def _pack(self, target: Path) -> None:
        icon = self.places.work / "icon.ico"
        order = nsis.SetupJob(self.settings, self.payload, icon, target, quick=True)
        with TemporaryDirectory() as work:
            nsis.make_setup(order, Path(work))


def short_build() -> ShortBuild:
    """The program from the current sources.

    This and the two below are safe to call from several processes at the same time. They raise the
    errors of `freeze.prepare` and `build.make_payload`.
    """
    return _build("frozen", read_settings())


def earlier_build() -> ShortBuild:
    """The program from the current sources, with version EARLIER, for tests of updates."""
    return _build("earlier", replace(read_settings(), version=EARLIER))


def rehearsal_build() -> ShortBuild:
    """The program with the practice bank and the example of a CA plug-in."""
    settings, plugin = read_settings(), example_plugin(_cache())
    contents = msgspec.structs.replace(settings.contents, practice_bank=True, ca_plugins=(plugin,))
    return _build("rehearsal", replace(settings, contents=contents), plugin.sha256)


def _build(kind: str, settings: BuildSettings, plugin: str = "") -> ShortBuild:
    cache = _cache()
    build_environment = freeze.prepare(cache)
    parts = " ".join(part.name for part in astuple(build_environment))
    made = cache.part(
        kind,
        f"{parts} {settings.version} {plugin} {made_from.program()}",
        lambda folder: _make(folder, settings, build_environment, cache.mount_point()),
    )
    return ShortBuild(settings, Places(made))


def _make(
    folder: Path,
    settings: BuildSettings,
    build_environment: freeze.BuildEnvironment,
    mount_point: Path,
) -> None:
    places = Places(folder)
    signer = make_signer(settings, places, DEFAULT, ask=False)
    build = Build(settings, places, signer, epoch(os.environ))
    with TemporaryDirectory() as place:
        sources = Path(place) / "src"
        _copy_sources(sources, settings.version)
        make_payload(build, freeze_in(build_environment, mount_point, sources))


def _copy_sources(place: Path, version: str) -> None:
    """Copies our sources to `place`, with `version` as the program's version."""
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(freeze.SOURCES, place, ignore=ignored)
    file = place / "certclient" / "__init__.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(VERSION_LINE.sub(f'__version__ = "{version}"', text), encoding="utf-8")


def _cache() -> Cache:
    return Cache(default_folder(os.environ, Path.home()))
