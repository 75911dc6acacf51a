"""The practice bank serves installers and announces the newest one, as a real bank does."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from certclient import __version__
from certclient.configuration.profiles import load_profile
from certclient_practice.bank.updates import AnnouncedVersions, AnnouncementService
from certclient_practice.web.pages.public import read_downloads
from certclient_practice.web.server import PracticeServer, ServerSettings
from support.bank import RunningBank

SETUP = b"MZ this is a setup"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a build's installers and some other files."""
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    for name in (
        "certclient-setup-1.1.0.exe",
        "certclient-1.1.0rc2.msi",
        "certclient_1.1.0_amd64.deb",
        "SHA256SUMS",
        "certclient-setup-1.1.0.exe.sha256",
        "setup.exe",
    ):
        (downloads / name).write_bytes(SETUP)
    return downloads


@pytest.fixture
def download_page(bank: RunningBank, folder: Path) -> Iterator[str]:
    with PracticeServer(bank.bank, ServerSettings(downloads=folder)) as server:
        yield server.addresses.download_url


def test_page_lists_each_installer_with_version_size_and_hash(
    bank: RunningBank, download_page: str
) -> None:
    page = requests.get(download_page, verify=str(bank.root_file), timeout=200).text
    assert page.count(hashlib.sha256(SETUP).hexdigest()) == 4
    assert f"{len(SETUP):,} バイト" in page
    assert page.count("<dd>1.1.0</dd>") == 2
    assert "<dd>1.1.0rc2</dd>" in page
    assert "Debian / Ubuntu" in page
    assert "SHA256SUMS" not in page
    assert page.index("setup-1.1.0.exe") < page.index(".msi") < page.index(".deb")


def test_download_matches_the_hashed_file(bank: RunningBank, download_page: str) -> None:
    url = f"{download_page}/certclient-setup-1.1.0.exe"
    answer = requests.get(url, verify=str(bank.root_file), timeout=200)
    assert answer.content == SETUP
    other = f"{download_page}/SHA256SUMS"
    assert requests.get(other, verify=str(bank.root_file), timeout=200).status_code == 404


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("certclient-setup-1.0.0rc1.exe", "1.0.0rc1"),
        ("certclient-1.0.0-py3-none-any.whl", "1.0.0"),
        ("certclient_1.0.0~rc1_amd64.deb", "1.0.0rc1"),
        ("setup-1.2.3.4.exe", ""),
        ("setup.exe", ""),
    ],
)
def test_version_is_parsed_from_the_file_name(name: str, version: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"")
    (download,) = read_downloads(tmp_path)
    assert download.version == version


def test_signing_key_is_created_once(tmp_path: Path, bank: RunningBank) -> None:
    first = AnnouncementService(tmp_path, bank.clock).public_key_pem
    assert AnnouncementService(tmp_path, bank.clock).public_key_pem == first
    (file,) = tmp_path.glob("update-key*")
    assert os.name == "nt" or file.stat().st_mode & 0o777 == 0o600


def test_command_line_shows_the_announcement(bank: RunningBank, tmp_path: Path) -> None:
    bank.bank.updates.announced = AnnouncedVersions("99.0.0", "98.0.0")
    assert load_profile(bank.profile_path).updates is not None
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "certclient", "--profile", str(bank.profile_path)]
    done = subprocess.run(
        [*command, "version", "--check", "--json"],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    record = json.loads(done.stdout)
    assert record["version"] == __version__
    assert record["announcement"]["standing"] == "unsupported"
    assert record["announcement"]["page"] == bank.addresses.download_url
    assert (tmp_path / "certclient" / "updates.json").is_file()
