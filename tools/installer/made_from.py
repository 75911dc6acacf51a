"""What a build is made from, as one hash: is what lies there what a build would make now?"""

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
    *(*_PACKAGES, "installer", "tools", "requirements"),
    *("pyproject.toml", "setup.py", "LICENSE", "README.md", "CHANGELOG.md"),
)
_STAMP = "made-from.txt"


def program() -> str:
    """Changes whenever the frozen program would (but for its parts, which have their own names)."""
    return hash_of([ROOT / name for name in _PROGRAM], _IN_PROGRAMS)


def setup() -> str:
    """Changes whenever the setup around the same program would."""
    return hash_of([ROOT / name for name in _SETUP], ("*",))


class NotOursToReplaceError(Exception):
    """What lies there is a bank's, perhaps signed for its customers. The text says what to do."""


def is_current(build: Build) -> bool:
    """Whether the results of `build` are there, whole, and what it would make again."""
    noted = build.places.folder / _STAMP
    if not noted.is_file() or noted.read_text(encoding="utf-8") != stamp(build):
        return False
    return sums_hold(build.places.results)


def check_replaceable(build: Build) -> None:
    """Raises NotOursToReplaceError if a bank's settings made the results that lie there. Only who
    says `make installer` wants new ones; tests must not."""
    places, noted = build.places, build.places.folder / _STAMP
    made_with = noted.read_text(encoding="utf-8").splitlines()[1:] if noted.is_file() else []
    if places.results.is_dir() and made_with and made_with[0] != str(DEFAULT):
        raise NotOursToReplaceError(
            f"{places.results} was made with {made_with[0]}, and is not what a build with"
            f" {build.signer.settings_file} would make now. It is left as it is: try it out with"
            f" SETTINGS={made_with[0]} and the sources that it was made from, or make it anew with"
            " `make installer`"
        )


def note(build: Build, made: str) -> None:
    """The results of `build` are complete. `made`: its stamp when it began."""
    (build.places.folder / _STAMP).write_text(made, encoding="utf-8")


def forget(build: Build) -> None:
    """From now on they are not, until `note`."""
    (build.places.folder / _STAMP).unlink(missing_ok=True)


def stamp(build: Build) -> str:
    """Changes whenever the results of `build` would. Its second line: the settings' file."""
    settings = build.settings
    named = [build.signer.settings_file, *settings.profiles, settings.icon]
    keys = [build.signer.identity.certificates, build.signer.identity.anchors]
    sources = [*(ROOT / name for name in _ALL), *named, *keys]
    settings_file = build.signer.settings_file.resolve()
    return f"{hash_of(sources, ('*',))} {build.epoch} {build.quick}\n{settings_file}\n"


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
