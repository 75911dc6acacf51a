"""Generates the bill of materials in CycloneDX 1.6: parts, versions, licences, hashes.

For Windows, the Python distributions are found by the files that PyInstaller collected. The
contents of libraries come from their own bills of materials and from the libraries themselves
(`inside.py`).
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.component_evidence import (
    AnalysisTechnique,
    ComponentEvidence,
    Identity,
    IdentityField,
    Method,
)
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.utils import canonicalize_name

from tools.installer import inside
from tools.installer.notices import licence_of
from tools.installer.settings import BuildSettings
from tools.installer.sums import sha256

_PYTHON = re.compile(r'#define PY_VERSION\s+"([^"]+)"')


@dataclass(frozen=True, slots=True)
class SbomInputs:
    """The inputs of the bill. `sources`: files that PyInstaller collected, below `wheels`;
    `hashes`: SHA-256 of the wheels by distribution; `bootloader`, `nsis`: versions of PyInstaller
    and NSIS, whose bootloader and stub become part of the results; `epoch`: seconds since 1970."""

    settings: BuildSettings
    payload: Path
    wheels: Path
    python: Path
    sources: Sequence[str]
    hashes: Mapping[str, str]
    bootloader: str
    nsis: str
    epoch: int


def make_sbom(shipped: SbomInputs) -> str:
    """The JSON document for Windows; the same parts give the same text. Raises VersionError."""
    parts = [*_taken(shipped), *_runtime(shipped)]
    return _document(shipped.settings, shipped.epoch, parts, shipped.payload)


def make_linux_sbom(settings: BuildSettings, root: Path, site: Path, epoch: int) -> str:
    """The JSON document for what a Linux package installs below `root`, with its libraries in
    `site`. It leaves out Python and Qt's system libraries, which are Debian's. Raises
    VersionError."""
    folders = (folder for folder in site.glob("*.dist-info") if _name(folder) != "certclient")
    parts = [*(_distribution(folder, {}) for folder in folders), *map(_library, _qt_on_linux(site))]
    return _document(settings, epoch, parts, root)


def _document(
    settings: BuildSettings, epoch: int, parts: Sequence[Component], payload: Path
) -> str:
    files = list(_files(payload))
    hashes = "".join(one.content for file in files for one in file.hashes)
    product = Component(
        type=ComponentType.APPLICATION,
        bom_ref="certclient",
        name=settings.product.name,
        version=settings.version,
        publisher=settings.product.publisher,
        licenses=[LicenseExpression("Apache-2.0")],
    )
    bom = Bom(
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, hashes),
        metadata=BomMetaData(timestamp=datetime.fromtimestamp(epoch, UTC), component=product),
        components=[*parts, *files],
    )
    bom.register_dependency(product, parts)
    document = json.loads(JsonV1Dot6(bom).output_as_string())
    # cyclonedx lists every other part with no dependencies, which would claim that it has none.
    document["dependencies"] = [one for one in document["dependencies"] if "dependsOn" in one]
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _files(payload: Path) -> Iterator[Component]:
    for path in sorted(path for path in payload.rglob("*") if path.is_file()):
        name = path.relative_to(payload).as_posix()
        hashes = [_sha256(sha256(path))]
        yield Component(type=ComponentType.FILE, bom_ref=f"file:{name}", name=name, hashes=hashes)


def _taken(shipped: SbomInputs) -> Iterator[Component]:
    taken = set(shipped.sources)
    for folder in sorted(shipped.wheels.glob("*.dist-info")):
        files = Distribution.at(folder).files or ()
        own = {str(file).replace("\\", "/") for file in files} - {"__init__.py"}
        if own & taken:
            yield _distribution(folder, shipped.hashes)


def _distribution(folder: Path, hashes: Mapping[str, str]) -> Component:
    distribution, name = Distribution.at(folder), _name(folder)
    purl = PackageURL("pypi", name=name, version=distribution.version)
    part = _part(name, distribution.version, licence_of(distribution.metadata), purl)
    if name in hashes:
        part.hashes.add(_sha256(hashes[name]))
    part.components.update(_inside(folder, str(purl)))
    return part


def _name(folder: Path) -> str:
    return str(canonicalize_name(Distribution.at(folder).metadata["Name"]))


def _inside(folder: Path, parent: str) -> Collection[Component]:
    """Libraries and crates that a wheel's own bills of materials name.

    Each one once, even if two bills name it: cyclonedx would replace a repeated `bom-ref` by a
    random one.
    """
    parts: dict[str, Component] = {}
    for path in sorted(folder.glob("sboms/*.json")):
        for found in json.loads(path.read_text(encoding="utf-8")).get("components", ()):
            if "version" in found and found.get("scope", "required") == "required":
                part = _known(found, parent)
                parts.setdefault(str(part.bom_ref), part)
    return parts.values()


def _known(found: Mapping[str, Any], parent: str) -> Component:
    part = {key: found[key] for key in ("purl", "licenses", "hashes") if found.get(key)}
    name, version = str(found["name"]), str(found["version"])
    part |= {"type": "library", "name": name, "version": version}
    part["bom-ref"] = f"{parent}#{name}@{version}"
    made: Component = Component.from_json(part)  # type: ignore[attr-defined] # by a decorator
    return made


def _runtime(shipped: SbomInputs) -> Iterator[Component]:
    """The parts that are no Python distributions."""
    header = (shipped.python / "include" / "patchlevel.h").read_text(encoding="utf-8")
    version = str(_PYTHON.findall(header)[0])
    purl = PackageURL("generic", name="cpython", version=version)
    python = _part("cpython", version, "PSF-2.0", purl)
    python.cpe = _cpe("python:python", version)
    yield python
    contents = shipped.payload / shipped.settings.contents_folder
    news = (shipped.python / "NEWS.txt").read_text(encoding="utf-8")
    yield from map(_library, inside.in_python(contents, news))
    yield from map(_library, inside.microsofts(contents))
    yield from map(_library, _qt_on_windows(contents))
    yield _part(
        "pyinstaller-bootloader",
        shipped.bootloader,
        "GPL-2.0-or-later WITH Bootloader-exception",
        PackageURL("pypi", name="pyinstaller", version=shipped.bootloader),
    )
    yield _part(
        "nsis-stub",
        shipped.nsis,
        "Zlib AND CPL-1.0 WITH NSIS-LZMA-exception",
        PackageURL("deb", "debian", "nsis", shipped.nsis),
    )


def _qt_on_windows(contents: Path) -> Iterator[inside.BundledLibrary]:
    core, gui = contents / "Qt6Core.dll", contents / "Qt6Gui.dll"
    yield from inside.qts(core)
    yield from inside.in_qt(core, gui, [path.stem for path in contents.glob("**/plugins/*/*.dll")])


def _qt_on_linux(site: Path) -> Iterator[inside.BundledLibrary]:
    qt = site / "PySide6" / "Qt"
    core, gui = qt / "lib" / "libQt6Core.so.6", qt / "lib" / "libQt6Gui.so.6"
    (uc,) = qt.glob("lib/libicuuc.so.*")
    plugins = [path.stem.removeprefix("lib") for path in qt.glob("plugins/*/*.so")]
    yield from inside.qts(core)
    yield inside.icu(uc)
    yield from inside.in_qt(core, gui, plugins, inside.ELSEWHERE_ON_LINUX)


def _library(library: inside.BundledLibrary) -> Component:
    """The component, with the source of its version as evidence: a shipped file, or else a list."""
    version = library.version or None
    purl = PackageURL("generic", name=library.name, version=version)
    part = _part(library.name, version, library.licence, purl)
    if version is None:
        return part
    if library.maker:
        part.cpe = _cpe(library.maker, version)
    certain = library.is_certain
    confidence = Decimal("1" if certain else "0.5")
    technique = AnalysisTechnique.BINARY_ANALYSIS if certain else AnalysisTechnique.ATTESTATION
    method = Method(technique=technique, confidence=confidence, value=library.version_source)
    identity = Identity(field=IdentityField.VERSION, confidence=confidence, methods=[method])
    part.evidence = ComponentEvidence(identity=[identity])
    return part


def _cpe(maker: str, version: str) -> str:
    """The CPE 2.3 name (NIST IR 7695) under which vulnerabilities are listed."""
    return f"cpe:2.3:a:{maker}:{version}:*:*:*:*:*:*:*"


def _part(name: str, version: str | None, licence: str, purl: PackageURL) -> Component:
    return Component(
        type=ComponentType.LIBRARY,
        bom_ref=str(purl) if name != "pyinstaller-bootloader" else f"{purl}#bootloader",
        name=name,
        version=version,
        licenses=[LicenseExpression(licence)],
        purl=purl,
    )


def _sha256(content: str) -> HashType:
    return HashType(alg=HashAlgorithm.SHA_256, content=content)
