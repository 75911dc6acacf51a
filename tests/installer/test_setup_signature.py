"""makensis signs setup and uninstaller; a changed byte invalidates the signature."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from support.setups import PLACE, SetupBuilder, SetupUser, customer
from tools.installer.settings import DEFAULT, Places, read_settings
from tools.installer.signing import PIN_VARIABLE, CodeSigner, SigningError, make_signer
from tools.installer.testing_ca import make_testing_ca

if os.geteuid() != 0:
    pytest.skip("Wine in a chroot needs root: sudo make test", allow_module_level=True)


PASSPHRASE = "s3cret word"


@dataclass(frozen=True)
class SignedSetup:
    signer: CodeSigner
    setup: Path


@pytest.fixture(scope="module")
def signed(fakes: None, tmp_path_factory: pytest.TempPathFactory) -> SignedSetup:
    folder = tmp_path_factory.mktemp("signed")
    file = settings_with_passphrase(folder / "bank")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PIN_VARIABLE, PASSPHRASE)
        signer = make_signer(read_settings(file), Places(folder), file)
    environment = signer.environment()
    setup = SetupBuilder.prepare_builder(folder).setup(
        "1.0.0", sign=signer.command(), environment=environment
    )
    return SignedSetup(signer, setup)


def settings_with_passphrase(folder: Path) -> Path:
    """A bank's settings with an encrypted signing key; returns the settings file."""
    shutil.copytree(DEFAULT.parent, folder)
    ca = make_testing_ca(folder / "ca")
    key = serialization.load_pem_private_key(ca.key.read_bytes(), None)
    encryption = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    )
    file = folder / DEFAULT.name
    names = f'key = "key.pem"\ncertificates = "{ca.certificates}"\nanchors = "{ca.root}"\n'
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("[signing]\n", f"[signing]\n{names}"), encoding="utf-8")
    return file


@pytest.fixture
def taro(tmp_path: Path) -> Iterator[SetupUser]:
    with customer(tmp_path) as somebody:
        yield somebody


def test_setup_and_uninstaller_are_signed(
    signed: SignedSetup, taro: SetupUser, tmp_path: Path
) -> None:
    signed.signer.check(signed.setup)
    assert taro.sets_up(signed.setup) == 0
    uninstaller = tmp_path / "uninstall.exe"
    uninstaller.write_bytes(taro.windows.path(rf"{PLACE}\uninstall.exe").read_bytes())
    signed.signer.check(uninstaller)


def test_changed_byte_invalidates_signature(signed: SignedSetup, tmp_path: Path) -> None:
    changed = bytearray(signed.setup.read_bytes())
    changed[len(changed) // 2] ^= 1
    (tmp_path / "changed.exe").write_bytes(changed)
    with pytest.raises(SigningError):
        signed.signer.check(tmp_path / "changed.exe")


def test_signature_of_another_signer_is_refused(signed: SignedSetup, tmp_path: Path) -> None:
    other = make_signer(read_settings(), Places(tmp_path), DEFAULT)
    with pytest.raises(SigningError):
        other.check(signed.setup)
