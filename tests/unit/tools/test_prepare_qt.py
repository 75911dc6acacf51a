"""Every target that starts Qt installs the libraries that Qt links against."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

from tools.prepare import REQUIREMENTS, read_packages

BARE = frozenset({"apt", "dpkg", "python3"})
"""Base packages: their dependencies are present on every machine that can run `make`."""

LIBRARIES = ("lib/libQt6Core.so.6", "lib/libQt6Gui.so.6", "plugins/imageformats/libqsvg.so")
"""Loaded to draw the installer's icon and the windows."""


def lines_of(*command: str) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@cache
def needed_packages() -> frozenset[str]:
    """Packages of the libraries outside PySide6 that the loader resolves for Qt."""
    folder = Path(str(files("PySide6"))) / "Qt"
    found = lines_of("ldd", *(str(folder / name) for name in LIBRARIES))
    words = [line.split() for line in found if "=> /" in line and str(folder) not in line]
    owners = lines_of("dpkg-query", "-S", *sorted({f"*/{word[0]}" for word in words}))
    return frozenset(owner.partition(":")[0] for owner in owners)


@cache
def dependencies() -> dict[str, str]:
    rows = lines_of("dpkg-query", "-W", "-f", "${Package};${Pre-Depends}, ${Depends}\n")
    return dict(row.split(";", 1) for row in rows)


def with_dependencies(names: frozenset[str]) -> set[str]:
    """`names` and what apt installs with them; of alternatives, only the first."""
    depends = dependencies()
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += re.findall(r"(?:^|, *)([a-z0-9][a-z0-9.+-]+)", depends.get(name, ""))
    return found


@pytest.mark.parametrize("target", ["demo", "test", "bench", "installer", "test-installer"])
def test_a_bare_debian_can_start_qt(target: str) -> None:
    packages = read_packages((REQUIREMENTS / "debian.txt").read_text(encoding="utf-8"))
    ours = frozenset(package.name for package in packages if target in package.targets)
    needed = needed_packages()
    assert {"libgl1", "libglib2.0-0"} <= needed, "too few libraries for a meaningful test"
    assert needed - with_dependencies(ours | BARE) == set()
