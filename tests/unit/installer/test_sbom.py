"""The SBOM is valid CycloneDX, and the same components give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tools.installer.sbom import make_linux_sbom
from tools.installer.settings import read_settings

SETTINGS = read_settings()
EPOCH = 1_790_000_000
CRATES = (("toml", "1.1.2+spec-1.1.0"), ("libc", "0.2.186"))


@dataclass(frozen=True, slots=True)
class Installation:
    """What a package would install: files below `root`, libraries in `site`."""

    root: Path
    site: Path

    def sbom(self) -> str:
        return make_linux_sbom(SETTINGS, self.root, self.site, EPOCH)

    def document(self) -> Any:
        return json.loads(self.sbom())


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Two files, this machine's Qt, and one wheel whose two SBOMs list the same crates."""
    root, site = tmp_path / "root", tmp_path / "site"
    (root / "文書").mkdir(parents=True)
    (root / "文書" / "b.txt").write_text("b", encoding="utf-8")
    (root / "a.txt").write_text("a", encoding="utf-8")
    wheel = site / "Some_Wheel-1.0.dist-info"
    (wheel / "sboms").mkdir(parents=True)
    (site / "PySide6").symlink_to(Path(str(files("PySide6"))))
    metadata = "Metadata-Version: 2.4\nName: Some_Wheel\nVersion: 1.0\nLicense-Expression: MIT\n"
    (wheel / "METADATA").write_text(metadata, encoding="utf-8")
    for sbom in ("a", "b"):
        text = json.dumps({"components": [crate(*one, sbom) for one in CRATES]})
        (wheel / "sboms" / f"{sbom}.cdx.json").write_text(text, encoding="utf-8")
    return Installation(root, site)


def crate(name: str, version: str, hash_digit: str) -> Mapping[str, object]:
    return {
        "type": "library",
        "name": name,
        "version": version,
        "purl": f"pkg:cargo/{name}@{version}",
        "licenses": [{"license": {"id": "MIT"}}],
        "hashes": [{"alg": "SHA-256", "content": hash_digit * 64}],
    }


def test_sbom_is_valid_against_the_schema(installation: Installation) -> None:
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(installation.sbom()) is None


def test_sbom_is_reproducible(installation: Installation) -> None:
    assert installation.sbom() == installation.sbom()


def test_serial_number_depends_on_the_files_and_timestamp_on_the_epoch(
    installation: Installation,
) -> None:
    before = installation.document()
    assert datetime.fromisoformat(before["metadata"]["timestamp"]).timestamp() == EPOCH
    (installation.root / "a.txt").write_text("changed", encoding="utf-8")
    assert installation.document()["serialNumber"] != before["serialNumber"]


def test_file_names_are_not_escaped_to_ascii(installation: Installation) -> None:
    assert '"文書/b.txt"' in installation.sbom()


def test_crate_in_two_sboms_is_listed_once(installation: Installation) -> None:
    parts = {part["name"]: part for part in installation.document()["components"]}
    crates = {part["name"]: part for part in parts["some-wheel"]["components"]}
    assert sorted(crates) == sorted(name for name, _ in CRATES)
    assert crates["toml"] == {
        "type": "library",
        "bom-ref": "pkg:pypi/some-wheel@1.0#toml@1.1.2+spec-1.1.0",
        "name": "toml",
        "version": "1.1.2+spec-1.1.0",
        "purl": "pkg:cargo/toml@1.1.2%2Bspec-1.1.0",
        "licenses": [{"license": {"id": "MIT"}}],
        "hashes": [{"alg": "SHA-256", "content": "a" * 64}],
    }
    assert len(parts["some-wheel"]["components"]) == len(CRATES)


def test_program_depends_on_exactly_the_libraries(installation: Installation) -> None:
    document = installation.document()
    parts = [part for part in document["components"] if part["type"] == "library"]
    (needed,) = document["dependencies"]
    assert needed["ref"] == document["metadata"]["component"]["bom-ref"]
    assert sorted(needed["dependsOn"]) == sorted(part["bom-ref"] for part in parts)
