"""The results of `make installer`, from the point of view of a user who downloads them."""

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
from tools.installer.release_key import PUBLIC_KEY
from tools.installer.settings import Places, read_settings
from tools.installer.signing import CodeSigner, SigningError
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
"""Parts that need a CPE name, by which vulnerabilities are listed."""
INSIDE = ("cpython", *SCANNED, "libmpdec", "visual-c++-runtime", "qtsvg")


def test_results_are_complete(installer_build: Places) -> None:
    assert {path.name for path in installer_build.results.iterdir()} == {
        *(SETUP, MSI, BILL, *TEXTS, "SHA256SUMS", "SHA256SUMS.sig", PUBLIC_KEY),
        f"{NAME}-{VERSION}-policy.zip",
        f"certclient-{VERSION}-py3-none-any.whl",
        *(PACKAGE, f"{PACKAGE}.cdx.json"),
    }


def test_checksums_cover_all_files(installer_build: Places) -> None:
    check = ("sha256sum", "--check", "--strict", "SHA256SUMS")
    done = subprocess.run(
        check, cwd=installer_build.results, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    named = {line.partition(":")[0] for line in done.stdout.splitlines()}
    unlisted = {"SHA256SUMS", "SHA256SUMS.sig"}
    assert named == {path.name for path in installer_build.results.iterdir()} - unlisted


def test_administrator_verifies_checksums(installer_build: Places) -> None:
    command = ("gpgv", "--keyring", f"./{PUBLIC_KEY}", "SHA256SUMS.sig", "SHA256SUMS")
    done = subprocess.run(
        command, cwd=installer_build.results, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", [SETUP, MSI])
def test_signature_detects_changed_byte(
    installer_build: Places, signer: CodeSigner, name: str, tmp_path: Path
) -> None:
    signer.check(installer_build.results / name)
    changed = bytearray((installer_build.results / name).read_bytes())
    changed[len(changed) // 2] ^= 1
    (tmp_path / name).write_bytes(changed)
    with pytest.raises(SigningError):
        signer.check(tmp_path / name)


def test_setup_is_within_size_limit(installer_build: Places) -> None:
    assert (installer_build.results / SETUP).stat().st_size <= largest_setup() <= 27_000_000


@pytest.mark.parametrize("name", TEXTS)
def test_licence_texts_are_in_results_and_payload(installer_build: Places, name: str) -> None:
    ours = (LICENSES / name).read_bytes()
    assert len(ours) > 10_000
    assert (installer_build.results / name).read_bytes() == ours
    assert (installer_build.payload / name).read_bytes() == ours


def test_bill_of_materials_is_valid_and_complete(installer_build: Places) -> None:
    text = (installer_build.results / BILL).read_text(encoding="utf-8")
    validator = make_schemabased_validator(OutputFormat.JSON, SchemaVersion.V1_6)
    assert validator.validate_str(text) is None
    parts = {part["name"]: part for part in json.loads(text)["components"]}
    for name in ("pyside6-essentials", "cryptography", "nsis-stub", *INSIDE):
        assert parts[name]["version"], name
        assert parts[name]["licenses"], name
    for name in ("cpython", *SCANNED):
        assert parts[name]["cpe"].split(":")[5] == parts[name]["version"], name
    assert "version" not in parts["xz"], "no shipped file contains it"
    assert ("flask" in parts) is SETTINGS.contents.practice_bank
    assert {"pyinstaller", "pytest"} & set(parts) == set(), "these do not ship"
    assert "openssl" in {part["name"] for part in parts["cryptography"]["components"]}
    named = {name: part for name, part in parts.items() if part["type"] == "file"}
    assert {name: part["hashes"][0]["content"] for name, part in named.items()} == {
        path.relative_to(installer_build.payload).as_posix(): sha256(path)
        for path in installer_build.payload.rglob("*")
        if path.is_file()
    }
