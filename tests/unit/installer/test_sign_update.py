"""The bank's signing tool: customers accept every announcement that it writes."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from certclient.configuration.profiles import load_profile
from certclient.model.update import Announcement
from certclient.model.update_file import read_announcement
from support.announcements import Key, ec_key, public_key_pem
from support.bank import RunningBank
from support.softhsm import MODULE, PIN, SoftHsm
from tools.installer.sign_update import PIN_VARIABLE, main

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


class UpdateSigning:
    """The bank's setup for signing announcements."""

    def __init__(self, bank: RunningBank, folder: Path) -> None:
        self.profile = folder / "bank.toml"
        self.out = folder / "latest.json"
        self.page = f"{bank.addresses.public_url}download"
        self._text = bank.profile_path.read_text(encoding="utf-8")
        self._key_file = folder / "key.pem"
        self._old = bank.bank.updates.public_key_pem

    def trust_key(self, public_key: str) -> None:
        """Puts this key into the customers' profile."""
        self.profile.write_text(self._text.replace(self._old, public_key), encoding="utf-8")

    def write_key(self, key: Key, passphrase: str = "") -> str:
        """Writes a key to a file; returns the file's name."""
        secret = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, secret)
        self._key_file.write_bytes(pem)
        return str(self._key_file)

    def sign(self, key: str, *more: str, version: str = "1.1.0") -> int:
        common = ["--profile", str(self.profile), "--key", key, "--version", version]
        where = ["--page", self.page, "--out", str(self.out)]
        return main([*common, *where, *more], NOW)

    def read(self) -> Announcement:
        return read_announcement(self.out.read_bytes(), load_profile(self.profile))


@pytest.fixture
def signing(bank: RunningBank, tmp_path: Path) -> UpdateSigning:
    return UpdateSigning(bank, tmp_path)


@pytest.mark.parametrize("kind", ["ec", "ed25519", "rsa"])
def test_signs_with_a_key_in_a_file(kind: str, signing: UpdateSigning) -> None:
    key: Key = ec_key()
    if kind == "ed25519":
        key = ed25519.Ed25519PrivateKey.generate()
    elif kind == "rsa":
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    signing.trust_key(public_key_pem(key))
    texts = ("--text-ja", "直しました。", "--text-en", "Mended.")
    assert signing.sign(signing.write_key(key), "--minimum-version", "1.0.0", *texts) == 0
    announcement = signing.read()
    assert (str(announcement.version), str(announcement.minimum)) == ("1.1.0", "1.0.0")
    assert announcement.serial == int(NOW.timestamp())
    assert (announcement.valid_until - NOW).days == 90
    assert announcement.text is not None
    assert announcement.text.ja == "直しました。"


def test_reads_the_passphrase_from_the_environment(
    signing: UpdateSigning, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key = ec_key()
    signing.trust_key(public_key_pem(key))
    name = signing.write_key(key, passphrase="correct horse")
    monkeypatch.setenv(PIN_VARIABLE, "wrong horse")
    assert signing.sign(name) == 1
    assert "cannot be read" in capsys.readouterr().err
    assert not signing.out.exists()
    monkeypatch.setenv(PIN_VARIABLE, "correct horse")
    assert signing.sign(name) == 0
    assert signing.read().serial


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_signs_with_a_key_on_a_token(kind: str, signing: UpdateSigning, softhsm: SoftHsm) -> None:
    key: Key = ec_key()
    if kind == "rsa":
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    signing.trust_key(public_key_pem(key))
    token = softhsm.new_token("お知らせ")
    into = ["--token", token.label, "--label", "update key", "--id", "01", "--pin", PIN]
    run_command(softhsm, "softhsm2-util", "--import", signing.write_key(key), *into)
    uri = f"pkcs11:token={token.label};object=update%20key"
    where = ["--profile", str(signing.profile), "--page", signing.page, "--out", str(signing.out)]
    tool = [sys.executable, "-m", "tools.installer.sign_update", "--version", "1.1.0", *where]
    run_command(softhsm, *tool, "--key", uri, "--module", str(MODULE))
    assert str(signing.read().version) == "1.1.0"


def run_command(softhsm: SoftHsm, *command: str) -> None:
    """Runs a command that uses the tokens; this process already uses the module itself."""
    environment = {**softhsm.environment, PIN_VARIABLE: PIN}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (("--minimum-version", "2.0.0"), "newer than the newest"),
        (("--days", "101"), "more than 100 days"),
        (("--days", "0"), "not after published"),
        (("--page", "https://elsewhere.example/"), "not on the bank's site"),
        (("--page", "http://bank.example.jp/"), "has to begin with https://"),
        (("--text-ja", "片方だけ"), "both languages"),
        (("--version", "1.1"), "version"),
        (("--serial", "-1"), "serial"),
        (("--key", "pkcs11:token=x"), "--module"),
        (("--key", "/nowhere.pem"), "nowhere.pem"),
    ],
)
def test_does_not_write_what_customers_would_reject(
    changes: tuple[str, ...],
    reason: str,
    signing: UpdateSigning,
    capsys: pytest.CaptureFixture[str],
) -> None:
    key = ec_key()
    signing.trust_key(public_key_pem(key))
    assert signing.sign(signing.write_key(key), *changes) == 1
    assert reason in capsys.readouterr().err
    assert not signing.out.exists()


def test_rejects_a_key_missing_from_the_profile(
    signing: UpdateSigning, capsys: pytest.CaptureFixture[str]
) -> None:
    signing.trust_key(public_key_pem(ec_key()))
    assert signing.sign(signing.write_key(ec_key())) == 1
    assert "not signed by" in capsys.readouterr().err
