"""Generates THIRD-PARTY-NOTICES.txt from the metadata and licence files of exactly what ships.

`python -m tools.installer.notices` writes it to the program's resources, from the wheels and the
Python that `tools.wine` has prepared for Windows. The same parts give the same text.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import Distribution, PackageMetadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from certclient.ui.dialogs.about.notices import (
    NOTICES_NAME,
    Component,
    component_text,
    read_components,
)
from tools.installer.spdx import is_allowed
from tools.wine.cache import Cache, default_folder
from tools.wine.parts import LOCK as WINE_LOCK
from tools.wine.python import (
    make_python,
    make_wheels,
    python_made_from,
    wheels_made_from,
    windows_requirements,
)

ROOT = Path(__file__).resolve().parent.parent.parent
TARGET = ROOT / "resources" / "licenses" / NOTICES_NAME
LOCK = ROOT / "requirements" / "runtime.txt"
TEXTS = Path(__file__).resolve().parent / "licenses"

INTRODUCTION = """\
certclient is licensed under the Apache License 2.0 (LICENSE.txt). It contains the following parts
by others, each under its own licence.

Qt and Qt for Python (PySide6, shiboken6) are used under the GNU Lesser General Public License,
version 3. They are linked dynamically: the files Qt6*.dll, pyside6*.dll, shiboken6*.dll and *.pyd
in the folder app-* and its folders PySide6 and shiboken6 (on Linux: *.so) are the unchanged files
of the packages named below. You may replace them by versions of your own with the same interface,
and reverse engineering for debugging such changes is permitted. On Windows, certclient starts with
files that you replaced once you have named them, as they are called below app-*, in the registry:
HKEY_CURRENT_USER\\Software\\certclient, value OwnLibraries (REG_MULTI_SZ), Qt6Core.dll for example.
Their complete source is at https://download.qt.io/official_releases/ (qt and QtForPython, the
versions named below), and who gave you this program will hand it to you on request, for three years
from the day when you received it, for no more than the cost of the copy.

"""

_LICENCES = {
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "LicenseRef-BSD",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""SPDX identifiers for the licence names of older metadata."""

_LICENCE_FILE = re.compile(r"(LICEN[CS]E|COPYING|NOTICE|AUTHORS)", re.IGNORECASE)
_NOT_OURS = "LicenseRef-Qt-Commercial.txt"
_REFERENCED_LICENSES = 4000
"""Characters: a repeated text of this length or more is replaced by a reference to the first
one."""


class NoticesError(Exception):
    """A part must not ship as it is. The text names it."""


def make_notices(wheels: Path, python: Path, lock: Path = LOCK) -> str:
    """The whole text for the distributions that `lock` pins for Windows.

    `wheels`: the folder where they are installed; `python`: CPython for Windows. Raises
    NoticesError for a part without a licence text, or with a licence that is not on the list
    (`spdx.py`).
    """
    components = [
        *_distributions(wheels, lock),
        _cpython(python),
        *_kept("parts.txt"),
        *_kept("qt-attributions.txt"),
    ]
    for component in components:
        _check(component)
    return INTRODUCTION + "".join(map(component_text, _without_repetition(components)))


def shipped(lock: Path = LOCK) -> Sequence[NormalizedName]:
    """Names of the distributions that `lock` pins for Windows."""
    lines = [line for line in windows_requirements(lock) if not line.startswith((" ", "\t"))]
    return [canonicalize_name(Requirement(line.rstrip(" \\")).name) for line in lines]


def distribution_component(distribution: Distribution) -> Component:
    """A distribution with all of its licence files. Its title is `name version`."""
    metadata = distribution.metadata
    name = canonicalize_name(metadata["Name"])
    licence = licence_of(metadata)
    texts = [_read(path) for path in _licence_files(distribution)]
    if "LGPL-3.0-only" in licence:
        texts += [_text("LGPL-3.0-only"), _text("GPL-3.0-only")]
    text = "\n\n".join(text.strip() for text in texts)
    return Component(f"{name} {distribution.version}", licence, _home(metadata), text)


def licence_of(metadata: PackageMetadata) -> str:
    """The SPDX expression of a distribution's metadata, "" if it names no licence."""
    expression = _first(metadata, "License-Expression") or _first(metadata, "License")
    if expression and "\n" not in expression:
        return _LICENCES.get(expression, expression)
    classifiers = metadata.get_all("Classifier") or ()
    names = [line.split(" :: ")[-1] for line in classifiers if line.startswith("License :: ")]
    return " AND ".join(_LICENCES.get(name, name) for name in names)


def _first(metadata: PackageMetadata, name: str) -> str:
    values = metadata.get_all(name) or [""]
    return str(values[0])


def _home(metadata: PackageMetadata) -> str:
    lines = metadata.get_all("Project-URL") or ()
    links = dict(line.split(", ", 1) for line in lines if ", " in line)
    by_name = {name.lower(): link for name, link in links.items()}
    wanted = ("homepage", "source", "repository", "source code")
    found = next((by_name[name] for name in wanted if name in by_name), "")
    return _first(metadata, "Home-page") or found


def _distributions(wheels: Path, lock: Path) -> Iterator[Component]:
    installed = {
        canonicalize_name(found.metadata["Name"]): found
        for found in map(Distribution.at, wheels.glob("*.dist-info"))
    }
    for name in shipped(lock):
        if name not in installed:
            raise NoticesError(f"{name}: not in {wheels}")
        yield distribution_component(installed[name])
        yield from _inside(installed[name])


def _inside(distribution: Distribution) -> Iterator[Component]:
    """Parts named by a wheel's own bills of materials: statically linked libraries, Rust crates."""
    boms = [
        json.loads(_read(path))
        for path in _files(distribution)
        if path.parent.name == "sboms" and path.suffix == ".json"
    ]
    parts = [part for bom in boms for part in bom.get("components", ()) if "version" in part]
    title = f"{canonicalize_name(distribution.metadata['Name'])} {distribution.version}"
    for part in parts:
        if part["name"] == "openssl" and not part.get("licenses"):
            version, home = part["version"], "https://openssl-library.org/"
            text = _text("Apache-2.0")
            yield Component(f"OpenSSL {version} (in {title})", "Apache-2.0", home, text)
    crates = [part for part in parts if part.get("licenses") and part.get("scope") == "required"]
    if crates:
        yield _crates(title, crates)


def _crates(title: str, crates: Sequence[Mapping[str, str]]) -> Component:
    licences = {crate["name"]: _expression(crate) for crate in crates}
    for name, licence in licences.items():
        if not is_allowed(name, licence):
            raise NoticesError(f"{title}: crate {name}: {licence!r} is not on the list")
    lines = [
        f"{crate['name']} {crate['version']}, {licences[crate['name']]}: "
        f"Copyright (c) {crate.get('author', 'its authors')}"
        for crate in sorted(crates, key=lambda crate: crate["name"])
    ]
    texts = [_text(name) for name in ("MIT", "Apache-2.0", "BSD-3-Clause", "Unicode-3.0")]
    text = "\n\n".join(["\n".join(lines), *(text.strip() for text in texts)])
    licence = "(MIT OR Apache-2.0) AND Apache-2.0 AND BSD-3-Clause AND Unicode-3.0"
    return Component(f"Rust crates in {title}", licence, "https://crates.io/", text)


def _expression(crate: Mapping[str, object]) -> str:
    licences = crate["licenses"]
    if not isinstance(licences, list):
        return ""
    return " AND ".join(f"({licence.get('expression', '')})" for licence in licences)


def _cpython(python: Path) -> Component:
    header = _read(python / "include" / "patchlevel.h")
    version = re.search(r'#define PY_VERSION\s+"([^"]+)"', header)
    if version is None:
        raise NoticesError(f"{python} names no version")
    title = f"CPython {version[1]} with OpenSSL, libffi and bzip2"
    return Component(title, "PSF-2.0", "https://www.python.org/", _read(python / "LICENSE.txt"))


def _kept(name: str) -> Sequence[Component]:
    return read_components(_read(TEXTS / name))


def _check(component: Component) -> None:
    name = component.title.split(" ")[0]
    if not is_allowed(name, component.licence):
        raise NoticesError(f"{component.title}: {component.licence!r} is not on the list")
    if not component.text.strip():
        raise NoticesError(f"{component.title}: no licence text")


def _without_repetition(components: Sequence[Component]) -> Iterator[Component]:
    seen: dict[str, str] = {}
    for component in components:
        text = component.text.strip()
        key = " ".join(text.split())
        if len(key) >= _REFERENCED_LICENSES and key in seen:
            text = f'The text is the same as that of "{seen[key]}" above.'
        seen.setdefault(key, component.title)
        yield replace(component, text=text)


def _files(distribution: Distribution) -> Sequence[Path]:
    paths = [Path(str(file.locate())) for file in distribution.files or ()]
    return sorted(path for path in paths if any(p.endswith(".dist-info") for p in path.parts[-4:]))


def _licence_files(distribution: Distribution) -> Sequence[Path]:
    return [
        path
        for path in _files(distribution)
        if _LICENCE_FILE.match(path.name) and path.name != _NOT_OURS
    ]


def _text(licence: str) -> str:
    return _read(TEXTS / f"{licence}.txt")


def _read(path: Path) -> str:
    """Reads a text file with normalized line ends and without trailing spaces."""
    lines = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines)


def main(arguments: Sequence[str]) -> int:
    """Writes the text to the resources, or to the file in `arguments`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path, nargs="?", default=TARGET)
    target: Path = parser.parse_args(arguments).target
    target.write_text(make_notices(*windows_parts()), encoding="utf-8", newline="\n")
    return 0


def windows_parts() -> tuple[Path, Path]:
    """Folders of the wheels and the Python for Windows, built if missing. Raises PartError."""
    cache = Cache(default_folder(os.environ, Path.home()))
    wheels = cache.part("wheels", wheels_made_from(WINE_LOCK), _make_wheels)
    return wheels, cache.part("python", python_made_from(), make_python)


def _make_wheels(folder: Path) -> None:
    make_wheels(folder, WINE_LOCK)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
