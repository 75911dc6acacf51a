"""What `make installer` hands out, looked at as whoever downloads it would."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation import make_schemabased_validator

from tools.installer.build import LICENSES, largest_setup
from tools.installer.linux.deb import debian_version
from tools.installer.nsis import setup_name
from tools.installer.settings import Places, read_settings
from tools.installer.signing import Signer, SigningError
from tools.installer.sums import sha256

from .conftest import SETTINGS_FILE

pytestmark = pytest.mark.installer

SETTINGS = read_settings(SETTINGS_FILE)
NAME, VERSION = SETTINGS.product.name, SETTINGS.version
SETUP, MSI = f"{setup_name(SETTINGS)}.exe", f"{NAME}-{VERSION}.msi"
BILL = f"{NAME}-{VERSION}.cdx.json"
PACKAGE = f"certclient_{debian_version(VERSION)}_amd64.deb"
TEXTS = ("LICENSE.txt", "THIRD-PARTY-NOTICES.txt")
SCANNED = ("openssl", "sqlite", "expat", "zlib", "bzip2", "libffi", "qtbase", "LibPNG", "PCRE2")
"""With the name by which vulnerabilities are listed."""
INSIDE = ("cpython", *SCANNED, "libmpdec", "visual-c++-runtime", "qtsvg")


def test_all_of_it_is_there_and_nothing_else(handed_out: Places) -> None:
    assert {path.name for path in handed_out.results.iterdir()} == {
        *(SETUP, MSI, BILL, *TEXTS, "SHA256SUMS"),
        f"{NAME}-{VERSION}-policy.zip",
        f"certclient-{VERSION}-py3-none-any.whl",
        *(PACKAGE, f"{PACKAGE}.cdx.json"),
    }


def test_its_checksums_hold_and_leave_nothing_out(handed_out: Places) -> None:
    check = ("sha256sum", "--check", "--strict", "SHA256SUMS")
    done = subprocess.run(
        check, cwd=handed_out.results, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    named = {line.partition(":")[0] for line in done.stdout.splitlines()}
    assert named == {path.name for path in handed_out.results.iterdir()} - {"SHA256SUMS"}


@pytest.mark.parametrize("name", [SETUP, MSI])
def test_it_is_signed_and_a_changed_byte_is_found_out(
    handed_out: Places, signer: Signer, name: str, tmp_path: Path
) -> None:
    signer.check(handed_out.results / name)
    changed = bytearray((handed_out.results / name).read_bytes())
    changed[len(changed) // 2] ^= 1
    (tmp_path / name).write_bytes(changed)
    with pytest.raises(SigningError):
        signer.check(tmp_path / name)


def test_the_setup_is_no_larger_than_customers_can_bear(handed_out: Places) -> None:
    assert (handed_out.results / SETUP).stat().st_size <= largest_setup() <= 30_000_000


@pytest.mark.parametrize("name", TEXTS)
def test_the_licences_are_beside_it_and_in_it(handed_out: Places, name: str) -> None:
    ours = (LICENSES / name).read_bytes()
    assert len(ours) > 10_000
    assert (handed_out.results / name).read_bytes() == ours
    assert (handed_out.payload / name).read_bytes() == ours


def test_the_bill_of_materials_is_cyclonedx_and_names_what_ships(handed_out: Places) -> None:
    text = (handed_out.results / BILL).read_text(encoding="utf-8")
    validator = make_schemabased_validator(OutputFormat.JSON, SchemaVersion.V1_6)
    assert validator.validate_str(text) is None
    parts = {part["name"]: part for part in json.loads(text)["components"]}
    for name in ("pyside6-essentials", "cryptography", "requests", "nsis-stub", *INSIDE):
        assert parts[name]["version"], name
        assert parts[name]["licenses"], name
    for name in ("cpython", *SCANNED):
        assert parts[name]["cpe"].split(":")[5] == parts[name]["version"], name
    assert "version" not in parts["xz"], "nothing that ships tells it"
    assert ("flask" in parts) is SETTINGS.contents.practice_bank
    assert {"pyinstaller", "pytest"} & set(parts) == set(), "these do not ship"
    assert "openssl" in {part["name"] for part in parts["cryptography"]["components"]}
    named = {name: part for name, part in parts.items() if part["type"] == "file"}
    assert {name: part["hashes"][0]["content"] for name, part in named.items()} == {
        path.relative_to(handed_out.payload).as_posix(): sha256(path)
        for path in handed_out.payload.rglob("*")
        if path.is_file()
    }
