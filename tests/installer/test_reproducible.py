"""A second build gives the same bytes; the bill of materials names what ships."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from pathlib import Path

import pytest
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation import make_schemabased_validator

from tools.installer.build import Build, make_payload
from tools.installer.compare import differences
from tools.installer.freeze import prepare, pyinstaller_version
from tools.installer.pe import without_signature
from tools.installer.sbom import Shipped, make_sbom
from tools.installer.settings import DEFAULT, Places, read_settings
from tools.installer.signing import make_signer
from tools.wine.cache import Cache, default_folder

pytestmark = [pytest.mark.installer, pytest.mark.timeout(1800)]


def date_of(program: Path) -> int:
    """Seconds: TimeDateStamp of the file header."""
    content = program.read_bytes()
    (header,) = struct.unpack_from("<I", content, 0x3C)
    return int(struct.unpack_from("<I", content, header + 8)[0])


@pytest.fixture(scope="module")
def again(frozen: Places, tmp_path_factory: pytest.TempPathFactory) -> tuple[Places, Shipped]:
    """A second build of the same sources with the same date, and what its bill is made from."""
    settings, places = read_settings(), Places(tmp_path_factory.mktemp("again"))
    date = date_of(frozen.payload / "certclient.exe")
    signer = make_signer(settings, places, DEFAULT, ask=False)
    workshop = prepare(Cache(default_folder(os.environ, Path.home())))
    sources = make_payload(Build(settings, places, signer, date), workshop)
    hashes = json.loads((workshop.hashes / "hashes.json").read_text(encoding="utf-8"))
    return places, Shipped(
        settings=settings,
        payload=places.payload,
        wheels=workshop.wheels,
        python=workshop.python,
        sources=sources,
        hashes=hashes,
        bootloader=pyinstaller_version(),
        epoch=date,
    )


def test_two_builds_differ_by_their_signatures_only(
    frozen: Places, again: tuple[Places, Shipped]
) -> None:
    places, _ = again
    assert list(differences(frozen.payload, places.payload)) == []
    one, other = (place.payload / "certclient.exe" for place in (frozen, places))
    assert one.read_bytes() != other.read_bytes(), "two testing CAs"
    assert without_signature(one.read_bytes()) == without_signature(other.read_bytes())


def test_a_difference_is_found(frozen: Places, tmp_path: Path) -> None:
    for name, text in (("one", "a"), ("other", "b")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file.txt").write_text(text, encoding="utf-8")
    (tmp_path / "one" / "more.txt").touch()
    assert [line.split(":")[0] for line in differences(tmp_path / "one", tmp_path / "other")] == [
        "more.txt",
        "file.txt",
    ]


def test_the_bill_of_materials_is_cyclonedx_and_names_what_ships(
    again: tuple[Places, Shipped],
) -> None:
    _, shipped = again
    text = make_sbom(shipped)
    validator = make_schemabased_validator(OutputFormat.JSON, SchemaVersion.V1_6)
    assert validator.validate_str(text) is None
    parts = {part["name"]: part for part in json.loads(text)["components"]}
    for name in ("cpython", "openssl", "qtbase", "pyside6-essentials", "cryptography", "requests"):
        assert parts[name]["version"], name
        assert parts[name]["licenses"], name
    assert {"flask", "pyinstaller", "pytest"} & set(parts) == set(), "these do not ship"
    assert "openssl" in {part["name"] for part in parts["cryptography"]["components"]}
    exe = hashlib.sha256((shipped.payload / "certclient.exe").read_bytes()).hexdigest()
    assert parts["certclient.exe"]["hashes"][0]["content"] == exe
    assert text == make_sbom(shipped)
