"""An administrator verifies a release with Debian's own gpgv and apt."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from tools.installer.linux.apt import make_repository
from tools.installer.linux.wheel import PackageError
from tools.installer.release_key import (
    PUBLIC_KEY,
    ReleaseKey,
    ReleaseKeyError,
    release_key,
    short_lived_home,
    verify,
)
from tools.installer.settings import BuildSettings, Places, read_settings
from tools.installer.sums import NAME, sums_hold, write_sums

_NOW = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> ReleaseKey:
    """The key of a build without one, made once."""
    return release_key(read_settings(), Places(tmp_path_factory.mktemp("build")))


@pytest.fixture
def release(key: ReleaseKey, tmp_path: Path) -> Path:
    """A folder with two files, their sums and the signature, as a build leaves it."""
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "certclient.deb").write_bytes(b"package")
    key.export(folder / PUBLIC_KEY)
    key.sign(write_sums(folder))
    return folder


def shell(command: str, folder: Path) -> int:
    """Runs a command as docs/deploy.md has it."""
    return subprocess.run(command, shell=True, cwd=folder, capture_output=True).returncode


VERIFY = f"gpgv --keyring ./{PUBLIC_KEY} {NAME}.sig {NAME} && sha256sum --check --strict {NAME}"


def test_unchanged_release_is_verified(release: Path) -> None:
    assert shell(VERIFY, release) == 0
    assert sums_hold(release)


@pytest.mark.parametrize("name", ["certclient.deb", NAME, f"{NAME}.sig"])
def test_changed_byte_is_detected(release: Path, name: str) -> None:
    changed = bytearray((release / name).read_bytes())
    changed[-2] ^= 1
    (release / name).write_bytes(changed)
    assert shell(VERIFY, release) != 0


def test_signature_by_another_key_is_detected(release: Path, tmp_path: Path) -> None:
    other = release_key(read_settings(), Places(tmp_path / "other build"))
    other.sign(release / NAME)
    with pytest.raises(ReleaseKeyError):
        verify(release / NAME, release / PUBLIC_KEY)


def test_test_key_is_kept_for_the_next_build(key: ReleaseKey, tmp_path: Path) -> None:
    assert key.is_test
    assert key.testing is not None
    assert key.testing.stat().st_mode & 0o077 == 0
    again = release_key(read_settings(), Places(key.testing.parent))
    for number, one in enumerate((key, again)):
        one.export(tmp_path / f"{number}.gpg")
    assert (tmp_path / "0.gpg").read_bytes() == (tmp_path / "1.gpg").read_bytes()


def with_key(fingerprint: str) -> BuildSettings:
    settings = read_settings()
    signing = msgspec.structs.replace(settings.signing, release_key=fingerprint)
    return replace(settings, signing=signing)


@pytest.fixture
def builders_key(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The fingerprint of a key in the GnuPG of the person who builds."""
    with short_lived_home() as environment:
        monkeypatch.setenv("GNUPGHOME", environment["GNUPGHOME"])
        gpg = ("gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", "")
        made = (*gpg, "--quick-generate-key", "Bank <it@bank.example>", "ed25519", "sign", "1y")
        subprocess.run(made, check=True, capture_output=True)
        listed = subprocess.run(
            ("gpg", "--batch", "--list-secret-keys", "--with-colons"),
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        yield next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr:"))


def test_banks_key_comes_from_the_builders_gnupg(builders_key: str, tmp_path: Path) -> None:
    key = release_key(with_key(builders_key), Places(tmp_path / "build"))
    assert not key.is_test
    (tmp_path / NAME).write_text("sums\n", encoding="utf-8")
    key.export(tmp_path / PUBLIC_KEY)
    key.sign(tmp_path / NAME)
    verify(tmp_path / NAME, tmp_path / PUBLIC_KEY)
    assert not (tmp_path / "build").exists(), "no test key is made"


def test_unknown_key_stops_the_build(builders_key: str, tmp_path: Path) -> None:
    unknown = release_key(with_key("0" * 40), Places(tmp_path))
    (tmp_path / NAME).write_text("sums\n", encoding="utf-8")
    with pytest.raises(ReleaseKeyError):
        unknown.sign(tmp_path / NAME)
    with pytest.raises(ReleaseKeyError, match="no key 0000"):
        unknown.export(tmp_path / PUBLIC_KEY)


def small_package(folder: Path, version: str) -> Path:
    root = folder / version
    (root / "DEBIAN").mkdir(parents=True)
    (root / "DEBIAN" / "control").write_text(
        f"Package: certclient\nVersion: {version}\nArchitecture: amd64\n"
        "Maintainer: Bank <it@bank.example>\nDescription: a package\n of two lines\n",
        encoding="utf-8",
    )
    package = folder / f"certclient_{version}_amd64.deb"
    command = ("dpkg-deb", "--root-owner-group", "-Zgzip", "--build", str(root), str(package))
    subprocess.run(command, check=True, capture_output=True)
    return package


class Computer:
    """A Debian computer with this repository as its only source."""

    def __init__(self, folder: Path, repository: Path) -> None:
        self.folder = folder
        for name in ("lists/partial", "cache/archives/partial", "empty"):
            (folder / name).mkdir(parents=True)
        (folder / "status").touch()
        source = f"deb [signed-by={repository}/{PUBLIC_KEY}] file:{repository} stable main\n"
        (folder / "sources.list").write_text(source, encoding="utf-8")

    def apt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        places = {
            "Dir::Etc::sourcelist": self.folder / "sources.list",
            "Dir::Etc::sourceparts": self.folder / "empty",
            "Dir::Etc::parts": self.folder / "empty",
            "Dir::State::lists": self.folder / "lists",
            "Dir::State::status": self.folder / "status",
            "Dir::Cache": self.folder / "cache",
            "APT::Sandbox::User": "root",
            "APT::Architecture": "amd64",
            "APT::Update::Error-Mode": "any",
        }
        options = [f"--option={name}={value}" for name, value in places.items()]
        return subprocess.run(
            (arguments[0], *options, *arguments[1:]),
            cwd=self.folder,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
        )


def test_apt_installs_from_the_repository_and_finds_updates(
    key: ReleaseKey, tmp_path: Path
) -> None:
    repository = tmp_path / "repository"
    make_repository(repository, [small_package(tmp_path, "1.0.0")], key, origin="Bank", now=_NOW)
    computer = Computer(tmp_path / "pc", repository)
    assert computer.apt("apt-get", "update").returncode == 0
    assert "Candidate: 1.0.0\n" in computer.apt("apt-cache", "policy", "certclient").stdout
    newer = small_package(tmp_path, "1.1.0~rc1")
    make_repository(repository, [newer], key, origin="Bank", now=_NOW)
    assert computer.apt("apt-get", "update").returncode == 0
    policy = computer.apt("apt-cache", "policy", "certclient").stdout
    assert "Candidate: 1.1.0~rc1\n" in policy
    assert "1.0.0 " in policy, "the earlier version stays"
    got = computer.apt("apt-get", "download", "certclient")
    assert got.returncode == 0, got.stderr
    assert (computer.folder / newer.name).read_bytes() == newer.read_bytes()


@pytest.mark.parametrize("changed", ["InRelease", "Packages", "package", "key"])
def test_apt_refuses_what_was_changed(key: ReleaseKey, tmp_path: Path, changed: str) -> None:
    repository = tmp_path / "repository"
    make_repository(repository, [small_package(tmp_path, "1.0.0")], key, origin="Bank", now=_NOW)
    computer = Computer(tmp_path / "pc", repository)
    suite = repository / "dists" / "stable"
    if changed == "InRelease":
        text = (suite / changed).read_text(encoding="utf-8")
        (suite / changed).write_text(text.replace("Origin: Bank", "Origin: Bonk"), "utf-8")
    elif changed == "Packages":
        for name in ("Packages", "Packages.gz"):
            (suite / "main/binary-amd64" / name).write_bytes(b"")
    elif changed == "package":
        (package,) = (repository / "pool").iterdir()
        package.write_bytes(package.read_bytes()[:-1] + b"x")
    else:
        release_key(read_settings(), Places(tmp_path / "other")).export(repository / PUBLIC_KEY)
    updated = computer.apt("apt-get", "update")
    got = computer.apt("apt-get", "download", "certclient")
    assert (updated.returncode == 0) is (changed == "package")
    assert got.returncode != 0
    assert list(computer.folder.glob("*.deb")) == []


def test_file_that_is_no_package_is_refused(key: ReleaseKey, tmp_path: Path) -> None:
    (tmp_path / "a.deb").write_bytes(b"no package")
    with pytest.raises(PackageError, match=r"a\.deb"):
        make_repository(tmp_path / "r", [tmp_path / "a.deb"], key, origin="Bank", now=_NOW)
