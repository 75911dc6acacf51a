"""A build of a program of a few kilobytes, which takes seconds."""

from __future__ import annotations

import shutil
import sysconfig
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.installer.build import Bill, Build, Freeze
from tools.installer.settings import DEFAULT, Places, read_settings
from tools.installer.signing import CodeSigner, make_signer
from tools.installer.testing_ca import make_testing_ca

PROGRAM = Path(sysconfig.get_path("purelib")) / "setuptools" / "cli-64.exe"
"""A small unsigned program for Windows."""

EPOCH = 1_790_000_000

Files = Mapping[str, Callable[[Path], None]]
"""Paths below the library folder, and the functions that create these files."""


def small_build(folder: Path) -> Build:
    """The initial build of `make installer`, signed by a testing CA."""
    return Build(read_settings(), Places(folder), signer(folder), EPOCH)


def small_freeze(libraries: Files | None = None) -> Freeze:
    """Creates both programs and `libraries` instead of PyInstaller."""

    def freeze(build: Build) -> Bill:
        place = build.places.payload / build.settings.contents_folder
        programs = {"../certclient.exe": copied, "../certclientw.exe": copied}
        files = {**programs, "base_library.zip": written, **(libraries or {})}
        for name, make in files.items():
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            make(path)
        return lambda: "{}"

    return freeze


def copied(path: Path) -> None:
    """Creates an unsigned program."""
    shutil.copyfile(PROGRAM, path)


def written(path: Path) -> None:
    """Creates a file that is no program."""
    path.write_text("a library", encoding="utf-8")


def signer(folder: Path, name: str = "ours") -> CodeSigner:
    """A signer with the testing CA of this `name`, which is copied to `folder`."""
    shutil.copytree(_authority(name).name, folder / "testing-ca")
    return make_signer(read_settings(), Places(folder), DEFAULT, ask=False)


def unknown_signer(folder: Path) -> CodeSigner:
    """A signer of another, untrusted CA."""
    return signer(folder, "stranger")


@cache
def _authority(_name: str) -> TemporaryDirectory[str]:
    """Created once, because its keys take a second."""
    folder = TemporaryDirectory()
    make_testing_ca(Path(folder.name))
    return folder
