"""Setup and uninstaller are signed while they are made; a changed byte is found out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.setups import PLACE, Customer, Workbench, customer
from tools.installer.settings import DEFAULT, Places, read_settings
from tools.installer.signing import Signer, SigningError, make_signer

if os.geteuid() != 0:
    pytest.skip("Wine in a chroot needs root: sudo make test", allow_module_level=True)


@dataclass(frozen=True)
class Signed:
    signer: Signer
    setup: Path


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Signed:
    folder = tmp_path_factory.mktemp("signed")
    signer = make_signer(read_settings(), Places(folder), DEFAULT)
    setup = Workbench.furnish(folder).setup("1.0.0", sign=signer.command())
    return Signed(signer, setup)


@pytest.fixture
def taro(tmp_path: Path) -> Iterator[Customer]:
    with customer(tmp_path) as somebody:
        yield somebody


def test_setup_and_uninstaller_are_signed(signed: Signed, taro: Customer, tmp_path: Path) -> None:
    signed.signer.check(signed.setup)
    assert taro.sets_up(signed.setup) == 0
    uninstaller = tmp_path / "uninstall.exe"
    uninstaller.write_bytes(taro.windows.path(rf"{PLACE}\uninstall.exe").read_bytes())
    signed.signer.check(uninstaller)


def test_a_changed_byte_is_found_out(signed: Signed, tmp_path: Path) -> None:
    changed = bytearray(signed.setup.read_bytes())
    changed[len(changed) // 2] ^= 1
    (tmp_path / "changed.exe").write_bytes(changed)
    with pytest.raises(SigningError):
        signed.signer.check(tmp_path / "changed.exe")


def test_another_banks_signature_is_none_of_ours(signed: Signed, tmp_path: Path) -> None:
    other = make_signer(read_settings(), Places(tmp_path), DEFAULT)
    with pytest.raises(SigningError):
        other.check(signed.setup)
