"""A 32-bit vendor DLL in a 64-bit program is reported as such."""

import struct
import tomllib
from importlib.resources import files
from pathlib import Path, PureWindowsPath

import pytest

from certclient.store.pkcs11.architecture import library_architecture, mismatch


def dll(path: Path, machine: int) -> Path:
    """Writes the first bytes of a DLL as a linker does."""
    stub = b"MZ".ljust(60, b"\0") + struct.pack("<I", 128)
    path.write_bytes(stub.ljust(128, b"\0") + b"PE\0\0" + struct.pack("<H", machine) + bytes(200))
    return path


def test_32_bit_dll_in_a_64_bit_program_is_reported(tmp_path: Path) -> None:
    program = dll(tmp_path / "program.exe", 0x8664)
    reason = mismatch(dll(tmp_path / "vendor.dll", 0x014C), program)
    assert reason == "made for x86 (32-bit) programs; this one is x64 (64-bit)"


def test_dll_of_the_same_architecture_is_accepted(tmp_path: Path) -> None:
    program = dll(tmp_path / "program.exe", 0x8664)
    assert mismatch(dll(tmp_path / "vendor.dll", 0x8664), program) is None


@pytest.mark.parametrize(
    "content", [b"", b"MZ", b"MZ" + bytes(58) + b"\xff\xff\xff\xff", b"\x7fELF" + bytes(100)]
)
def test_file_that_is_no_dll_is_left_to_the_loader(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    assert library_architecture(file) is None
    assert mismatch(file, dll(tmp_path / "program.exe", 0x8664)) is None


def test_well_known_modules_are_in_folders_writable_by_administrators_only() -> None:
    text = (files("certclient.resources") / "pkcs11-modules.toml").read_text("utf-8")
    paths = [PureWindowsPath(path) for path in tomllib.loads(text)["windows"]]
    assert len(paths) >= 5
    for path in paths:
        assert path.is_absolute()
        assert path.parts[1] in ("Program Files", "Windows")
        assert path.suffix == ".dll"
        assert ".." not in path.parts
