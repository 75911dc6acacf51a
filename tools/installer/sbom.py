"""What ships, as a bill of materials in CycloneDX 1.6: parts, versions, licences, hashes.

Python distributions are found by the files that PyInstaller took; what is inside of libraries comes
from their own bills of material and from the texts in the libraries.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from tools.installer.notices import licence_of
from tools.installer.settings import Settings
from tools.installer.sums import sha256

Json = dict[str, Any]

_OPENSSL = re.compile(rb"OpenSSL (\d+\.\d+\.\d+)[^\n\0]{0,3} \d+ [A-Z][a-z]{2} \d{4}")
_PYTHON = re.compile(r'#define PY_VERSION\s+"([^"]+)"')


@dataclass(frozen=True, slots=True)
class Shipped:
    """What the bill is made from. `sources`: files that PyInstaller took, below `wheels`;
    `hashes`: SHA-256 of the wheels by distribution; `bootloader`: PyInstaller's version."""

    settings: Settings
    payload: Path
    wheels: Path
    python: Path
    sources: Sequence[str]
    hashes: Mapping[str, str]
    bootloader: str
    epoch: int


def make_sbom(shipped: Shipped) -> str:
    """The document; the same parts give the same text."""
    files = list(_files(shipped.payload))
    parts = [*_distributions(shipped), *_runtime(shipped)]
    serial = uuid.uuid5(uuid.NAMESPACE_URL, "".join(file["hashes"][0]["content"] for file in files))
    product = shipped.settings.product
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(shipped.epoch, UTC).isoformat(),
            "component": {
                "type": "application",
                "bom-ref": "certclient",
                "name": product.name,
                "version": shipped.settings.version,
                "publisher": product.publisher,
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


def _distributions(shipped: Shipped) -> Iterator[Json]:
    taken = set(shipped.sources)
    for folder in sorted(shipped.wheels.glob("*.dist-info")):
        distribution = Distribution.at(folder)
        files = distribution.files or ()
        own = {str(file).replace("\\", "/") for file in files} - {"__init__.py"}
        if own & taken:
            yield _distribution(distribution, shipped.hashes)


def _distribution(distribution: Distribution, hashes: Mapping[str, str]) -> Json:
    name = str(canonicalize_name(distribution.metadata["Name"]))
    purl = f"pkg:pypi/{name}@{distribution.version}"
    part = _part(name, distribution.version, licence_of(distribution.metadata), purl)
    if name in hashes:
        part["hashes"] = [{"alg": "SHA-256", "content": hashes[name]}]
    inside = sorted(_inside(distribution, purl), key=lambda part: str(part["bom-ref"]))
    if inside:
        part["components"] = inside
    return part


def _inside(distribution: Distribution, parent: str) -> Iterator[Json]:
    """Libraries and crates that a wheel's own bills name."""
    for file in distribution.files or ():
        path = Path(str(file.locate()))
        if path.parent.name != "sboms" or path.suffix != ".json":
            continue
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
    version = _first(_PYTHON.findall(header))
    python = _part("cpython", version, "PSF-2.0", f"pkg:generic/cpython@{version}")
    contents = shipped.payload / shipped.settings.contents_folder
    crypto = _first(_OPENSSL.findall((contents / "libcrypto-3.dll").read_bytes())).decode()
    yield python
    yield _part("openssl", crypto, "Apache-2.0", f"pkg:generic/openssl@{crypto}")
    qt = _first(
        str(Distribution.at(folder).version)
        for folder in shipped.wheels.glob("pyside6_essentials-*.dist-info")
    )
    yield _part("qtbase", qt, "LGPL-3.0-only", f"pkg:github/qt/qtbase@v{qt}")
    yield _part("qtsvg", qt, "LGPL-3.0-only", f"pkg:github/qt/qtsvg@v{qt}")
    yield _part(
        "pyinstaller-bootloader",
        shipped.bootloader,
        "GPL-2.0-or-later WITH Bootloader-exception",
        f"pkg:pypi/pyinstaller@{shipped.bootloader}",
    )


def _first(found: Iterable[Any]) -> Any:
    return next(iter(found))


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
