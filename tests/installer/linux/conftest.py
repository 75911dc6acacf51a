"""Fixtures with the packages for Linux, built once per session, and a Debian to install them in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from support.clean_debian import CleanDebian, clean_debian
from tools.installer.linux.deb import make_deb
from tools.installer.linux.wheel import make_wheel
from tools.installer.settings import BuildSettings, read_settings
from tools.wine.cache import Cache, default_folder

EPOCH = 1_790_000_000
OLDER = "0.0.1"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As published, with the practice bank."""
    return make_wheel(tmp_path_factory.mktemp("wheel"), EPOCH, practice_bank=True)


@pytest.fixture(scope="session")
def lean_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Without the practice bank."""
    return make_wheel(tmp_path_factory.mktemp("lean"), EPOCH, practice_bank=False)


@pytest.fixture(scope="session")
def published() -> BuildSettings:
    """The settings with which `deb` is built: those of the project."""
    settings = read_settings()
    assert settings.contents.practice_bank
    return settings


@pytest.fixture(scope="session")
def deb(wheel: Path, published: BuildSettings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as published, with the practice bank."""
    return make_deb(published, wheel, tmp_path_factory.mktemp("deb"), EPOCH)


@pytest.fixture(scope="session")
def lean_deb(lean_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of a bank that leaves the practice bank out."""
    settings = read_settings()
    contents = msgspec.structs.replace(settings.contents, practice_bank=False)
    lean = replace(settings, contents=contents)
    return make_deb(lean, lean_wheel, tmp_path_factory.mktemp("lean-deb"), EPOCH)


@pytest.fixture(scope="session")
def older_deb(deb: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same package with an older version, and with a module that the new one lacks."""
    folder = tmp_path_factory.mktemp("older")
    root = folder / "root"
    subprocess.run(("dpkg-deb", "--raw-extract", deb, root), check=True)
    control = root / "DEBIAN" / "control"
    text = control.read_text(encoding="utf-8")
    version = re.sub(r"(?m)^Version: .*", f"Version: {OLDER}", text)
    control.write_text(version, encoding="utf-8")
    gone = root / "usr/lib/certclient/certclient/gone.py"
    gone.write_text("GONE = True\n", encoding="utf-8")
    package = folder / f"certclient_{OLDER}_amd64.deb"
    options = ("--root-owner-group", "-Zgzip", "-z1")
    subprocess.run(("dpkg-deb", *options, "--build", root, package), check=True)
    shutil.rmtree(root)
    return package


@pytest.fixture(scope="session")
def debian() -> CleanDebian:
    if os.geteuid() != 0:
        pytest.skip("needs root (mmdebstrap, chroot): sudo make test-installer")
    return clean_debian(Cache(default_folder(os.environ, Path.home())))
