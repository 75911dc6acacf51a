"""Hashes a build's inputs, to tell whether existing results are what a build would produce now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.installer.build import Build
from tools.installer.settings import DEFAULT, ROOT
from tools.installer.sums import sums_hold

_PACKAGES = ("src/certclient", "src/certclient_practice", "resources")
_PROGRAM = (*_PACKAGES, "installer", "tools/installer")
_IN_PROGRAMS = ("*.py", "*.spec", "*.toml", "*.svg", "*.qm", "*.txt", "*.[ch]", "*.html", "*.css")
_SETUP = ("installer/nsis", "tools/installer")
_ALL = (
    *(*_PACKAGES, "installer", "tools", "requirements", "docs"),
    *("pyproject.toml", "setup.py", "LICENSE", "README.md", "README.ja.md", "CHANGELOG.md"),
    *("ARCHITECTURE.md", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md", "SECURITY.md"),
)
_STAMP = "made-from.txt"


def program() -> str:
    """A hash that changes whenever the frozen program would. It leaves out the parts of the Wine
    cache (Python, wheels, …), which have keys of their own."""
    return hash_of([ROOT / name for name in _PROGRAM], _IN_PROGRAMS)


def setup() -> str:
    """A hash that changes whenever the setup of the same program would."""
    return hash_of([ROOT / name for name in _SETUP], ("*",))


class ForeignBuildError(Exception):
    """The existing results are a bank's, perhaps signed for its customers. The text says what to
    do."""


def is_current(build: Build) -> bool:
    """Whether the results of `build` exist, are intact, and are what it would produce again."""
    noted = build.places.folder / _STAMP
    if not noted.is_file() or noted.read_text(encoding="utf-8") != stamp(build):
        return False
    return sums_hold(build.places.results)


def check_replaceable(build: Build) -> None:
    """Raises NotOursToReplaceError if the existing results were built with a bank's settings. Only
    an explicit `make installer` may replace those, never a test run."""
    places, noted = build.places, build.places.folder / _STAMP
    made_with = noted.read_text(encoding="utf-8").splitlines()[1:] if noted.is_file() else []
    if places.results.is_dir() and made_with and made_with[0] != str(DEFAULT):
        raise ForeignBuildError(
            f"{places.results} was made with {made_with[0]}, and is not what a build with"
            f" {build.signer.settings_file} would make now. It is left as it is: try it out with"
            f" SETTINGS={made_with[0]} and the sources that it was made from, or make it anew with"
            " `make installer`"
        )


def note(build: Build, made: str) -> None:
    """Marks the results of `build` as complete. `made`: its stamp at the beginning."""
    (build.places.folder / _STAMP).write_text(made, encoding="utf-8")


def forget(build: Build) -> None:
    """Marks the results of `build` as incomplete, until `note`."""
    (build.places.folder / _STAMP).unlink(missing_ok=True)


def stamp(build: Build) -> str:
    """A text that changes whenever the results of `build` would. Line 2 is the settings file's
    path."""
    settings = build.settings
    named = [build.signer.settings_file, *settings.profiles, settings.icon]
    for plugin in settings.contents.ca_plugins:
        wheel = settings.folder / plugin.wheel
        named += [wheel, wheel.with_name(f"{wheel.name}.sig"), settings.folder / plugin.signer]
    keys = [build.signer.identity.certificates, build.signer.identity.anchors]
    sources = [*(ROOT / name for name in _ALL), *named, *keys]
    settings_file = build.signer.settings_file.resolve()
    return f"{hash_of(sources, ('*',))} {build.epoch} {build.quick}\n{settings_file}\n"


def hash_of(places: Sequence[Path], patterns: Sequence[str]) -> str:
    """SHA-256, in hexadecimal, of the names and contents of all files below `places` that match one
    of `patterns`."""
    digest = hashlib.sha256()
    for place in places:
        for file in sorted(set(_files(place, patterns))):
            digest.update(f"{file.relative_to(place.parent)}\n".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _files(place: Path, patterns: Sequence[str]) -> Iterator[Path]:
    if place.is_file():
        yield place
    for pattern in patterns:
        for file in place.rglob(pattern):
            if file.is_file() and file.suffix != ".pyc":
                yield file
