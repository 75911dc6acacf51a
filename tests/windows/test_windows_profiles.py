"""An administrator's profiles on Windows, where all users may create folders in %ProgramData%.

Wine derives access lists from Unix modes, and all files belong to its user, so that none belongs to
an administrator. Tests replace the access lists by those of Windows where they need them.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from ctypes import POINTER, byref, c_void_p, c_wchar_p, string_at
from ctypes.wintypes import BOOL, DWORD
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

from certclient.configuration.banks import all_banks, find_bank
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import Policy
from certclient.platform import program_data
from certclient.platform.folders import profile_folders
from certclient.platform.windows_dll import declare, load, not_zero

BANK, EXAMPLE = "rei-shinkin", "example-shinkin"
TARO = "S-1-5-21-0-0-0-1000"
INHERITED = "(A;OICIIO;GA;;;CO)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)"
"""The entries that a new folder inherits from C:\\ProgramData on Windows 10, except for one."""
AS_MADE = f"O:BAD:AI{INHERITED}(A;CI;0x116;;;BU)"
TIGHTENED = f"O:BAD:PAI{INHERITED}"
"""After the commands of docs/fleet.md."""

_of_text = declare(
    *(load("advapi32.dll"), "ConvertStringSecurityDescriptorToSecurityDescriptorW", not_zero, BOOL),
    *(c_wchar_p, DWORD, POINTER(c_void_p), POINTER(DWORD)),
)
_free = declare(load("kernel32.dll"), "LocalFree", lambda _: None, c_void_p, c_void_p)


def descriptor(sddl: str) -> bytes:
    made, size = c_void_p(), DWORD()
    _of_text(sddl, 1, byref(made), byref(size))
    try:
        return string_at(made, size.value)
    finally:
        _free(made)


@pytest.fixture
def file() -> Iterator[Path]:
    """A bank's profile in the folder for administrators."""
    folder = profile_folders()[0]
    folder.mkdir(parents=True)
    example = (profile_folders()[-1] / f"{EXAMPLE}.toml").read_text(encoding="utf-8")
    path = folder / f"{BANK}.toml"
    path.write_text(example.replace(EXAMPLE, BANK), encoding="utf-8")
    yield path
    shutil.rmtree(folder.parent)


SetAccessLists = Callable[[dict[Path, str]], None]


@pytest.fixture
def set_access_lists(monkeypatch: pytest.MonkeyPatch) -> SetAccessLists:
    """Sets the access lists (SDDL) of some paths; all others have TIGHTENED."""

    def apply(lists: dict[Path, str]) -> None:
        monkeypatch.setattr(
            program_data, "_descriptor", lambda place: descriptor(lists.get(place, TIGHTENED))
        )

    return apply


def refusal() -> CertclientError:
    with pytest.raises(CertclientError) as raised:
        find_bank(BANK, profile_folders(), Policy())
    return raised.value


def test_program_data_folder_ignores_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PROGRAMDATA", r"C:\users\Public")
    monkeypatch.setenv("ALLUSERSPROFILE", r"C:\users\Public")
    assert profile_folders()[0] == Path(r"C:\ProgramData\certclient\profiles")


def test_profile_of_ordinary_user_is_refused(file: Path) -> None:
    """With the real access lists of this Windows: the folder belongs to the tests' user."""
    error = refusal()
    assert error.code is ErrorCode.PROFILE_EXPOSED
    assert error.data["file"] == str(file.parents[1]), (
        "the owner of that folder could replace the rest"
    )
    assert error.data["who"].startswith("S-1-5-21-")
    banks = all_banks(profile_folders(), Policy())
    assert BANK not in banks.ids
    assert ErrorCode.PROFILE_EXPOSED in [error.code for error in banks.errors]


def test_profile_writable_by_administrators_only_is_used(
    file: Path, set_access_lists: SetAccessLists
) -> None:
    set_access_lists({})
    assert find_bank(BANK, profile_folders(), Policy()).id == BANK


@pytest.mark.parametrize("above", [0, 1, 2])
@pytest.mark.parametrize(
    ("sddl", "who"),
    [
        (AS_MADE, "S-1-5-32-545"),
        (TIGHTENED.replace("O:BA", f"O:{TARO}"), TARO),
        (f"{TIGHTENED}(A;;FA;;;WD)", "S-1-1-0"),
    ],
    ids=["as made", "a user's own", "everybody's"],
)
def test_access_lists_of_file_and_both_folders_are_checked(
    file: Path, set_access_lists: SetAccessLists, above: int, sddl: str, who: str
) -> None:
    place = (file, *file.parents)[above]
    set_access_lists({place: sddl})
    assert refusal().data == {"file": str(place), "who": who}


def test_link_is_refused(
    file: Path, set_access_lists: SetAccessLists, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wine cannot create junctions, so the test only simulates one."""
    set_access_lists({})
    monkeypatch.setattr(program_data, "_is_link", lambda place: place == file.parent)
    assert refusal().data == {"file": str(file.parent), "who": "it leads elsewhere"}


def test_profile_with_unreadable_access_list_is_refused(
    file: Path, set_access_lists: SetAccessLists, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert program_data.exposed(file.with_name("nothing.toml")) is not None
    monkeypatch.setattr(program_data, "_descriptor", lambda _: b"")
    assert "descriptor" in str(refusal().data["who"])


def test_profile_beside_per_user_program_is_used(tmp_path: Path, file: Path) -> None:
    own = tmp_path / file.name
    own.write_bytes(file.read_bytes())
    assert find_bank(BANK, (tmp_path,), Policy()).id == BANK
