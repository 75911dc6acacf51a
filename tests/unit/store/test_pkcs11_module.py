"""Only vetted PKCS#11 modules are loaded: anyone who can change the file obtains every PIN."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.pkcs11.module import load_module, verified_path
from support.softhsm import MODULE, SoftHsm


def refusal(path: Path, allowed: list[Path] | None = None) -> CertclientError:
    with pytest.raises(CertclientError) as error:
        load_module(path, [path] if allowed is None else allowed)
    return error.value


def test_a_module_is_loaded_once(softhsm: SoftHsm) -> None:
    assert load_module(MODULE, [MODULE]) is load_module(MODULE, [MODULE])


def test_two_paths_to_one_file_are_one_module(softhsm: SoftHsm) -> None:
    real = MODULE.resolve()
    assert load_module(real, [real]) is load_module(MODULE, [MODULE])


def test_missing_middleware_is_reported(tmp_path: Path) -> None:
    error = refusal(tmp_path / "libvendor.so")
    assert error.code is ErrorCode.STORE_MIDDLEWARE_MISSING
    assert error.data["path"] == str(tmp_path / "libvendor.so")


def test_relative_path_is_rejected() -> None:
    assert refusal(Path("libsofthsm2.so")).code is ErrorCode.STORE_MODULE_NOT_ALLOWED


def test_module_missing_from_the_profile_is_rejected() -> None:
    assert refusal(MODULE, []).code is ErrorCode.STORE_MODULE_NOT_ALLOWED


@pytest.mark.parametrize("mode", [0o646, 0o664])
def test_module_writable_by_others_is_rejected(tmp_path: Path, mode: int) -> None:
    module = tmp_path / "module.so"
    shutil.copy(MODULE, module)
    module.chmod(mode)
    error = refusal(module)
    assert error.code is ErrorCode.STORE_MODULE_NOT_ALLOWED
    assert str(module) in error.data["reason"]


def test_module_in_a_folder_writable_by_others_is_rejected(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    shutil.copy(MODULE, folder / "module.so")
    folder.chmod(0o777)
    assert refusal(folder / "module.so").code is ErrorCode.STORE_MODULE_NOT_ALLOWED


def test_link_in_a_folder_writable_by_others_is_rejected(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    (folder / "module.so").symlink_to(MODULE)
    folder.chmod(0o777)
    assert refusal(folder / "module.so").code is ErrorCode.STORE_MODULE_NOT_ALLOWED


def test_a_link_between_two_safe_ones_in_a_folder_writable_by_others_is_rejected(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    (folder / "link.so").symlink_to(MODULE)
    (tmp_path / "module.so").symlink_to(folder / "link.so")
    folder.chmod(0o777)
    assert str(folder) in refusal(tmp_path / "module.so").data["reason"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_module_owned_by_another_user_is_rejected(tmp_path: Path) -> None:
    module = tmp_path / "module.so"
    shutil.copy(MODULE, module)
    os.chown(module, 12345, 12345)
    assert refusal(module).code is ErrorCode.STORE_MODULE_NOT_ALLOWED


def test_a_link_in_a_safe_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "module.so").symlink_to(MODULE)
    assert verified_path(tmp_path / "module.so") == MODULE.resolve()


def _elf_of_another_machine() -> bytes:
    """SoftHSM with another e_machine (ELF header, offset 18): S/390."""
    content = bytearray(MODULE.read_bytes())
    content[18:20] = (22).to_bytes(2, "little")
    return bytes(content)


def test_module_for_another_machine_says_which(tmp_path: Path) -> None:
    module = tmp_path / "module.so"
    module.write_bytes(_elf_of_another_machine())
    error = refusal(module)
    assert error.code is ErrorCode.STORE_MODULE_ARCHITECTURE
    assert "IBM Z (64-bit)" in error.data["reason"]


@pytest.mark.parametrize("part", [0.9, 0.5, 0.1])
def test_module_that_is_cut_short_is_rejected_and_kills_nobody(tmp_path: Path, part: float) -> None:
    module, whole = tmp_path / "module.so", MODULE.read_bytes()
    module.write_bytes(whole[: int(len(whole) * part)])
    error = refusal(module)
    assert error.code is ErrorCode.STORE_WRONG_MODULE
    assert "cut short" in error.data["reason"]


@pytest.mark.parametrize("content", [b"", b"this is a text"], ids=["empty", "text"])
def test_file_that_cannot_be_loaded_on_this_machine_is_rejected(
    tmp_path: Path, content: bytes
) -> None:
    module = tmp_path / "module.so"
    module.write_bytes(content)
    error = refusal(module)
    assert error.code is ErrorCode.STORE_WRONG_MODULE
    assert error.data["path"] == str(module)
    assert error.data["reason"]


def test_library_without_pkcs11_functions_is_rejected() -> None:
    libraries = Path("/usr/lib").glob("*/libm.so.6")
    assert refusal(next(libraries)).code is ErrorCode.STORE_WRONG_MODULE


def test_folder_is_rejected(tmp_path: Path) -> None:
    assert refusal(tmp_path).code is ErrorCode.STORE_WRONG_MODULE
