"""What ships, as a bill of materials in CycloneDX 1.6: parts, versions, licences, hashes.

On Windows, Python distributions are found by the files that PyInstaller took. What is inside of
libraries comes from their own bills of material and from the libraries themselves (`inside.py`).
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any
from urllib.parse import quote

from packaging.utils import canonicalize_name

from tools.installer import inside
from tools.installer.notices import licence_of
from tools.installer.settings import Settings
from tools.installer.sums import sha256

Json = dict[str, Any]

_PYTHON = re.compile(r'#define PY_VERSION\s+"([^"]+)"')


@dataclass(frozen=True, slots=True)
class Shipped:
    """What the bill is made from. `sources`: files that PyInstaller took, below `wheels`;
    `hashes`: SHA-256 of the wheels by distribution; `bootloader`, `nsis`: versions of PyInstaller
    and of the maker of the setup, which leave a part of their own in what they make."""

    settings: Settings
    payload: Path
    wheels: Path
    python: Path
    sources: Sequence[str]
    hashes: Mapping[str, str]
    bootloader: str
    nsis: str
    epoch: int


def make_sbom(shipped: Shipped) -> str:
    """The document for Windows; the same parts give the same text. Raises VersionError."""
    parts = [*_taken(shipped), *_runtime(shipped)]
    return _document(shipped.settings, shipped.epoch, parts, shipped.payload)


def make_linux_sbom(settings: Settings, root: Path, site: Path, epoch: int) -> str:
    """The document for what a package for Linux installs below `root`; our libraries are in `site`
    there. Its Python and what Qt takes from the system are Debian's. Raises VersionError."""
    folders = (folder for folder in site.glob("*.dist-info") if _name(folder) != "certclient")
    parts = [*(_distribution(folder, {}) for folder in folders), *map(_library, _qt_on_linux(site))]
    return _document(settings, epoch, parts, root)


def _document(settings: Settings, epoch: int, parts: Sequence[Json], payload: Path) -> str:
    files = list(_files(payload))
    serial = uuid.uuid5(uuid.NAMESPACE_URL, "".join(file["hashes"][0]["content"] for file in files))
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(epoch, UTC).isoformat(),
            "component": {
                "type": "application",
                "bom-ref": "certclient",
                "name": settings.product.name,
                "version": settings.version,
                "publisher": settings.product.publisher,
                "licenses": _licence("Apache-2.0"),
            },
        },
        "components": [*sorted(parts, key=lambda part: str(part["bom-ref"])), *files],
        "dependencies": [
            {"ref": "certclient", "dependsOn": sorted(str(part["bom-ref"]) for part in parts)}
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _files(payload: Path) -> Iterator[Json]:
    for path in sorted(path for path in payload.rglob("*") if path.is_file()):
        name = path.relative_to(payload).as_posix()
        yield {
            "type": "file",
            "bom-ref": f"file:{name}",
            "name": name,
            "hashes": [{"alg": "SHA-256", "content": sha256(path)}],
        }


def _taken(shipped: Shipped) -> Iterator[Json]:
    taken = set(shipped.sources)
    for folder in sorted(shipped.wheels.glob("*.dist-info")):
        files = Distribution.at(folder).files or ()
        own = {str(file).replace("\\", "/") for file in files} - {"__init__.py"}
        if own & taken:
            yield _distribution(folder, shipped.hashes)


def _distribution(folder: Path, hashes: Mapping[str, str]) -> Json:
    distribution, name = Distribution.at(folder), _name(folder)
    purl = f"pkg:pypi/{name}@{distribution.version}"
    part = _part(name, distribution.version, licence_of(distribution.metadata), purl)
    if name in hashes:
        part["hashes"] = [{"alg": "SHA-256", "content": hashes[name]}]
    inside = sorted(_inside(folder, purl), key=lambda part: str(part["bom-ref"]))
    if inside:
        part["components"] = inside
    return part


def _name(folder: Path) -> str:
    return str(canonicalize_name(Distribution.at(folder).metadata["Name"]))


def _inside(folder: Path, parent: str) -> Iterator[Json]:
    """Libraries and crates that a wheel's own bills name."""
    for path in folder.glob("sboms/*.json"):
        for found in json.loads(path.read_text(encoding="utf-8")).get("components", ()):
            if "version" in found and found.get("scope", "required") == "required":
                yield _known(found, parent)


def _known(found: Mapping[str, Any], parent: str) -> Json:
    name, version = str(found["name"]), str(found["version"])
    part: Json = {"type": "library", "name": name, "version": version}
    part["bom-ref"] = f"{parent}#{name}@{version}"
    for key in ("purl", "licenses", "hashes"):
        if found.get(key):
            part[key] = found[key]
    return part


def _runtime(shipped: Shipped) -> Iterator[Json]:
    """What is no Python distribution."""
    header = (shipped.python / "include" / "patchlevel.h").read_text(encoding="utf-8")
    version = str(_PYTHON.findall(header)[0])
    python = _part("cpython", version, "PSF-2.0", f"pkg:generic/cpython@{version}")
    yield {**python, "cpe": _cpe("python:python", version)}
    contents = shipped.payload / shipped.settings.contents_folder
    news = (shipped.python / "NEWS.txt").read_text(encoding="utf-8")
    yield from map(_library, inside.in_python(contents, news))
    yield from map(_library, inside.microsofts(contents))
    yield from map(_library, _qt_on_windows(contents))
    yield _part(
        "pyinstaller-bootloader",
        shipped.bootloader,
        "GPL-2.0-or-later WITH Bootloader-exception",
        f"pkg:pypi/pyinstaller@{shipped.bootloader}",
    )
    yield _part(
        "nsis-stub",
        shipped.nsis,
        "Zlib AND CPL-1.0 WITH NSIS-LZMA-exception",
        f"pkg:deb/debian/nsis@{quote(shipped.nsis)}",
    )


def _qt_on_windows(contents: Path) -> Iterator[inside.Library]:
    core, gui = contents / "Qt6Core.dll", contents / "Qt6Gui.dll"
    yield from inside.qts(core)
    yield from inside.in_qt(core, gui, [path.stem for path in contents.glob("**/plugins/*/*.dll")])


def _qt_on_linux(site: Path) -> Iterator[inside.Library]:
    qt = site / "PySide6" / "Qt"
    core, gui = qt / "lib" / "libQt6Core.so.6", qt / "lib" / "libQt6Gui.so.6"
    (uc,) = qt.glob("lib/libicuuc.so.*")
    plugins = [path.stem.removeprefix("lib") for path in qt.glob("plugins/*/*.so")]
    yield from inside.qts(core)
    yield inside.icu(uc)
    yield from inside.in_qt(core, gui, plugins, inside.ELSEWHERE_ON_LINUX)


def _library(library: inside.Library) -> Json:
    """With who tells the version: the file that ships, or a list (CycloneDX: evidence)."""
    purl = f"pkg:generic/{quote(library.name)}"
    part = _part(library.name, library.version, library.licence, purl)
    if not library.version:
        return {key: value for key, value in part.items() if key != "version"}
    part["purl"] = part["bom-ref"] = f"{purl}@{library.version}"
    if library.maker:
        part["cpe"] = _cpe(library.maker, library.version)
    confidence = 1 if library.is_certain else 0.5
    technique = "binary-analysis" if library.is_certain else "attestation"
    method = {"technique": technique, "confidence": confidence, "value": library.told_by}
    identity = {"field": "version", "confidence": confidence, "methods": [method]}
    return {**part, "evidence": {"identity": [identity]}}


def _cpe(maker: str, version: str) -> str:
    """The name by which vulnerabilities are listed (NIST IR 7695)."""
    return f"cpe:2.3:a:{maker}:{version}:*:*:*:*:*:*:*"


def _part(name: str, version: str, licence: str, purl: str) -> Json:
    return {
        "type": "library",
        "bom-ref": purl if name != "pyinstaller-bootloader" else f"{purl}#bootloader",
        "name": name,
        "version": version,
        "licenses": _licence(licence),
        "purl": purl,
    }


def _licence(expression: str) -> list[Json]:
    return [{"expression": expression}]
