"""What a build is made from, as one hash: is what lies there what a build would make now?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.installer.build import Build
from tools.installer.settings import ROOT
from tools.installer.sums import sums_hold

_PROGRAM = ("src/certclient", "installer", "tools/installer")
_IN_PROGRAMS = ("*.py", "*.spec", "*.toml", "*.svg", "*.qm", "*.txt", "*.[ch]", "*.html", "*.css")
_SETUP = ("installer/nsis", "tools/installer")
_ALL = (
    *("src/certclient", "installer", "tools", "requirements"),
    *("pyproject.toml", "LICENSE", "README.md", "CHANGELOG.md"),
)
_STAMP = "made-from.txt"


def program() -> str:
    """Changes whenever the frozen program would (but for its parts, which have their own names)."""
    return hash_of([ROOT / name for name in _PROGRAM], _IN_PROGRAMS)


def setup() -> str:
    """Changes whenever the setup around the same program would."""
    return hash_of([ROOT / name for name in _SETUP], ("*",))


def is_current(build: Build) -> bool:
    """Whether the results of `build` are there, whole, and what it would make again."""
    noted = build.places.folder / _STAMP
    if not noted.is_file() or noted.read_text(encoding="utf-8") != stamp(build):
        return False
    return sums_hold(build.places.results)


def note(build: Build, made: str) -> None:
    """The results of `build` are complete. `made`: its stamp when it began."""
    (build.places.folder / _STAMP).write_text(made, encoding="utf-8")


def forget(build: Build) -> None:
    """From now on they are not, until `note`."""
    (build.places.folder / _STAMP).unlink(missing_ok=True)


def stamp(build: Build) -> str:
    """Changes whenever the results of `build` would."""
    settings = build.settings
    named = [build.signer.settings_file, *settings.profiles, settings.icon]
    keys = [build.signer.identity.certificates, build.signer.identity.anchors]
    sources = [*(ROOT / name for name in _ALL), *named, *keys]
    return f"{hash_of(sources, ('*',))} {build.epoch} {build.quick}\n"


def hash_of(places: Sequence[Path], patterns: Sequence[str]) -> str:
    """SHA-256 of the names and contents of all files below `places` that fit one of `patterns`."""
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
