"""A build takes a CA's plug-in only with the hash and the signature that the settings name."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certclient.ca.plugins.loading import ALLOW_LIST, AllowList, load_plugin
from support.pki import rsa_key
from support.plugins import NAME, SOURCE, install, plug_ins_in
from tools.installer.bank_profiles import check_profiles
from tools.installer.ca_plugins import unpack, verified_plugins, write_allow_list
from tools.installer.freeze import write_order
from tools.installer.settings import (
    DEFAULT,
    BuildSettings,
    BuildSettingsError,
    PluginSettings,
    read_settings,
)

KEY = ed25519.Ed25519PrivateKey.generate()
MODULE = "certclient_example_json.py"
INFO = "certclient_example_json-1.0.dist-info"


@dataclass
class Bank:
    """A bank's settings with the example as its plug-in."""

    folder: Path

    def settings(self, **changes: str) -> BuildSettings:
        wheel = self.folder / self.wheel
        named = {
            "name": NAME,
            "wheel": wheel.name,
            "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
            "signer": "signer.pem",
            **changes,
        }
        base = read_settings(DEFAULT)
        plugins = (msgspec.convert(named, PluginSettings),)
        contents = msgspec.structs.replace(base.contents, ca_plugins=plugins)
        return dataclasses.replace(base, folder=self.folder, contents=contents)

    wheel: str = "certclient_example_json-1.0-py3-none-any.whl"

    def pack(self, files: dict[str, bytes]) -> None:
        """Writes the wheel with these files, and signs it."""
        with zipfile.ZipFile(self.folder / self.wheel, "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        self.sign()

    def sign(self) -> None:
        wheel = self.folder / self.wheel
        wheel.with_name(f"{wheel.name}.sig").write_bytes(KEY.sign(wheel.read_bytes()))


def files_of(folder: Path) -> dict[str, bytes]:
    """What the example's wheel holds."""
    place = install(folder)
    return {
        path.relative_to(place).as_posix(): path.read_bytes()
        for path in place.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    return files_of(tmp_path / "installed")


@pytest.fixture
def bank(tmp_path: Path, files: dict[str, bytes]) -> Bank:
    folder = tmp_path / "bank"
    shutil.copytree(DEFAULT.parent / "profiles", folder / "profiles")
    shutil.copy(DEFAULT.parent / "certclient.svg", folder)
    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "signer.pem").write_bytes(public)
    made = Bank(folder)
    made.pack(files)
    return made


def refused(settings: BuildSettings) -> str:
    with pytest.raises(BuildSettingsError) as caught:
        verified_plugins(settings)
    return str(caught.value)


def test_a_verified_plug_in_is_what_the_frozen_program_loads(bank: Bank, tmp_path: Path) -> None:
    order = tmp_path / "order"
    order.mkdir()
    write_order(bank.settings(), order)
    written = json.loads((order / "order.json").read_text(encoding="utf-8"))
    assert written["plugin_modules"] == ["certclient_example_json"]
    listed = (order / "plugins" / ALLOW_LIST).read_bytes()
    (allowed,) = msgspec.json.decode(listed, type=AllowList).plugin
    assert allowed.sha256 == bank.settings().contents.ca_plugins[0].sha256
    with plug_ins_in(order / "plugins"):
        assert load_plugin(NAME, [allowed]).interface == 1
    source = (SOURCE / MODULE).read_bytes()
    assert (order / "plugins" / MODULE).read_bytes() == source


def test_a_build_without_plug_ins_allows_none(tmp_path: Path) -> None:
    settings = read_settings(DEFAULT)
    assert verified_plugins(settings) == []
    unpack([], tmp_path / "plugins")
    write_allow_list([], tmp_path / "plugins")
    listed = (tmp_path / "plugins" / ALLOW_LIST).read_bytes()
    assert msgspec.json.decode(listed, type=AllowList).plugin == ()


def test_a_changed_wheel_is_refused(bank: Bank, files: dict[str, bytes]) -> None:
    good = bank.settings()
    bank.pack(files | {MODULE: files[MODULE] + b"\n"})
    assert "its SHA-256 is" in refused(good)


def test_a_wheel_that_somebody_else_signed_is_refused(bank: Bank) -> None:
    wheel = bank.folder / bank.wheel
    other = ed25519.Ed25519PrivateKey.generate()
    wheel.with_name(f"{wheel.name}.sig").write_bytes(other.sign(wheel.read_bytes()))
    assert "has not signed it" in refused(bank.settings())


def test_a_wheel_without_a_signature_is_refused(bank: Bank) -> None:
    (bank.folder / f"{bank.wheel}.sig").unlink()
    assert ".sig" in refused(bank.settings())


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_other_keys_sign_as_openssl_does(bank: Bank, kind: str) -> None:
    wheel = bank.folder / bank.wheel
    data = wheel.read_bytes()
    key = ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa_key(1)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        signature = key.sign(data, ec.ECDSA(hashes.SHA256()))
    else:
        signature = key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    wheel.with_name(f"{wheel.name}.sig").write_bytes(signature)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (bank.folder / "signer.pem").write_bytes(public)
    assert len(verified_plugins(bank.settings())) == 1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"certclient/ca/factory.py": b""}, "certclient, certclient_example_json"),
        ({"ssl.py": b""}, "ssl"),
        ({f"{INFO}/METADATA": b"Name: certclient\nVersion: 1.0\n"}, "should have certclient alone"),
        (
            {
                f"{INFO}/METADATA": b"Name: certclient-example-json\nVersion: 1.0\n"
                b"Requires-Dist: requests\n"
            },
            "requests",
        ),
        ({f"{INFO}/entry_points.txt": b"[certclient.cas]\nother = x\n"}, "no entry point"),
        ({"certclient_example_json/../../evil.py": b""}, ".."),
    ],
    ids=["certclient's", "Python's", "its name", "needs", "entry point", "path"],
)
def test_a_wheel_that_could_replace_something_is_refused(
    bank: Bank, files: dict[str, bytes], changes: dict[str, bytes], says: str
) -> None:
    bank.pack(files | changes)
    assert says in refused(bank.settings())


def test_a_built_in_protocol_cannot_be_replaced(bank: Bank, files: dict[str, bytes]) -> None:
    bank.pack(files | {f"{INFO}/entry_points.txt": b"[certclient.cas]\ncmp = x\n"})
    assert "certclient's own" in refused(bank.settings(name="cmp"))


def test_only_pure_python_is_taken(bank: Bank) -> None:
    wheel = bank.folder / bank.wheel
    name = "certclient_example_json-1.0-cp312-cp312-win_amd64.whl"
    bank.wheel = wheel.rename(wheel.with_name(name)).name
    bank.sign()
    assert "pure Python" in refused(bank.settings())


def test_a_profile_whose_plug_in_is_missing_stops_the_build(bank: Bank) -> None:
    profile = bank.folder / "profiles" / "rei-shinkin.toml"
    text = profile.read_text(encoding="utf-8")
    anchors = text[text.index('trust_anchors = """') :].split('"""')[1]
    named = text.replace("[ca]\n", "[ca]\nprotocol = 'another'\n", 1)
    profile.write_text(f"{named}\n[tls]\ntrust_anchors = '''{anchors}'''\n", encoding="utf-8")
    now = datetime(2026, 11, 29, tzinfo=UTC)
    with pytest.raises(BuildSettingsError, match=r"contents\.ca_plugins does not name: another"):
        check_profiles(bank.settings(), now)
