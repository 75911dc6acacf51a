"""Profile lookup: by id, by file, or by default if there is only one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from certclient.configuration.banks import find_bank
from certclient.configuration.profiles import load_profile
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import Policy
from certclient.platform.folders import profile_folders

BUILT_IN = profile_folders()[-1]
EXAMPLE = "example-shinkin"


def profile_text(profile_id: str) -> str:
    example = (BUILT_IN / f"{EXAMPLE}.toml").read_text(encoding="utf-8")
    return example.replace(f'id = "{EXAMPLE}"', f'id = "{profile_id}"')


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tmp_path.chmod(0o755)
    return tmp_path


def put(folder: Path, profile_id: str, text: str | None = None) -> Path:
    path = folder / f"{profile_id}.toml"
    path.write_text(text or profile_text(profile_id), encoding="utf-8")
    path.chmod(0o644)
    return path


def refusal(name: str, *folders: Path) -> CertclientError:
    with pytest.raises(CertclientError) as raised:
        find_bank(name, folders, Policy())
    return raised.value


def test_built_in_example_is_valid() -> None:
    profile = load_profile(BUILT_IN / f"{EXAMPLE}.toml")
    assert profile.id == EXAMPLE
    assert profile.renewal.renew_days_before == 30
    assert profile.renewal.obtain_days_after == 90
    assert profile.reminder_days == (30, 10)
    assert "1394" in profile.subject_rule.administrator_suffixes


def test_only_profile_needs_no_name(folder: Path) -> None:
    put(folder, "bank-a")
    assert find_bank("", (folder, BUILT_IN), Policy()).id == "bank-a"


def test_example_is_never_the_default() -> None:
    assert refusal("", BUILT_IN).code is ErrorCode.NO_BANK
    assert find_bank(EXAMPLE, (BUILT_IN,), Policy()).id == EXAMPLE


def test_with_several_profiles_a_name_is_required(folder: Path) -> None:
    put(folder, "bank-a")
    put(folder, "bank-b")
    error = refusal("", folder)
    assert error.code is ErrorCode.BANK_REQUIRED
    assert error.data["banks"] == "bank-a, bank-b"
    assert find_bank("bank-b", (folder,), Policy()).id == "bank-b"


def test_unknown_id_is_reported(folder: Path) -> None:
    assert refusal("bank-x", folder).data["file"] == "bank-x"


def test_the_administrators_folder_wins(tmp_path: Path) -> None:
    admin, built_in = tmp_path / "admin", tmp_path / "built-in"
    for place, name in ((admin, "管理者の設定"), (built_in, "付属の設定")):
        place.mkdir(mode=0o755)
        text = profile_text("bank-a").replace("れい信用金庫", name)
        put(place, "bank-a", text)
    assert find_bank("bank-a", (admin, built_in), Policy()).bank.ja == "管理者の設定"


def test_profile_may_be_given_by_path(folder: Path) -> None:
    path = put(folder, "bank-a")
    assert find_bank(str(path), (), Policy()).id == "bank-a"
    assert refusal(str(folder / "nothing.toml")).code is ErrorCode.PROFILE_NOT_FOUND


@pytest.mark.skipif("os.name == 'nt'", reason="tests/windows/test_windows_profiles.py")
@pytest.mark.parametrize("mode", [0o666, 0o664])
def test_profile_writable_by_others_is_refused(folder: Path, mode: int) -> None:
    path = put(folder, "bank-a")
    path.chmod(mode)
    error = refusal("bank-a", folder)
    assert (error.code, error.data["file"]) == (ErrorCode.PROFILE_EXPOSED, str(path))
    path.chmod(0o644)
    folder.chmod(0o777)
    error = refusal("bank-a", folder)
    assert error.data == {"file": str(folder), "who": f"drwxrwxrwx, uid {os.getuid()}"}


@pytest.mark.skipif("os.name == 'nt'", reason="tests/windows/test_windows_profiles.py")
def test_profile_below_a_folder_writable_by_others_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "open" / "profiles"
    folder.mkdir(parents=True, mode=0o755)
    put(folder, "bank-a")
    folder.parent.chmod(0o777)
    error = refusal("bank-a", folder)
    assert (error.code, error.data["file"]) == (ErrorCode.PROFILE_EXPOSED, str(folder.parent))


def test_file_with_the_id_of_another_bank_is_refused(folder: Path) -> None:
    put(folder, "bank-a", profile_text("bank-b"))
    assert refusal("bank-a", folder).data["key"] == "id"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"x" * ((1 << 20) + 1)])
def test_binary_or_oversized_file_is_invalid(folder: Path, content: bytes) -> None:
    path = put(folder, "bank-a")
    path.write_bytes(content)
    assert refusal("bank-a", folder).code is ErrorCode.PROFILE_INVALID


def test_folder_in_place_of_a_profile_is_invalid(folder: Path) -> None:
    (folder / "bank-a.toml").mkdir(mode=0o755)
    assert refusal("bank-a", folder).code is ErrorCode.PROFILE_INVALID


def test_byte_order_mark_is_ignored(folder: Path) -> None:
    put(folder, "bank-a", "\ufeff" + profile_text("bank-a"))
    assert find_bank("bank-a", (folder,), Policy()).id == "bank-a"
