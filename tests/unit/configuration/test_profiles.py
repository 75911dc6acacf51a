"""Which profile is meant: an id, a file, or the only one there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from certclient.configuration.profiles import find_profile, load_profile
from certclient.model.errors import CertclientError, ErrorCode
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
        find_profile(name, folders)
    return raised.value


def test_the_example_that_comes_with_the_program_is_right() -> None:
    profile = load_profile(BUILT_IN / f"{EXAMPLE}.toml")
    assert profile.id == EXAMPLE
    assert profile.renewal.renew_days_before == 30
    assert profile.renewal.obtain_days_after == 90
    assert profile.reminder_days == (30, 10)
    assert "1394" in profile.subject_rule.administrator_suffixes


def test_the_only_one_needs_no_name(folder: Path) -> None:
    put(folder, "bank-a")
    assert find_profile("", (folder, BUILT_IN)).id == "bank-a"


def test_an_example_is_never_meant_by_saying_nothing() -> None:
    assert refusal("", BUILT_IN).code is ErrorCode.PROFILE_NOT_FOUND
    assert find_profile(EXAMPLE, (BUILT_IN,)).id == EXAMPLE


def test_of_several_one_must_be_named(folder: Path) -> None:
    put(folder, "bank-a")
    put(folder, "bank-b")
    error = refusal("", folder)
    assert error.code is ErrorCode.PROFILE_NOT_FOUND
    assert error.data["file"] == "bank-a, bank-b"
    assert find_profile("bank-b", (folder,)).id == "bank-b"


def test_an_unknown_id_is_named(folder: Path) -> None:
    assert refusal("bank-x", folder).data["file"] == "bank-x"


def test_the_administrators_folder_wins(tmp_path: Path) -> None:
    admin, built_in = tmp_path / "admin", tmp_path / "built-in"
    for place, name in ((admin, "管理者の設定"), (built_in, "付属の設定")):
        place.mkdir(mode=0o755)
        text = profile_text("bank-a").replace("れい信用金庫", name)
        put(place, "bank-a", text)
    assert find_profile("bank-a", (admin, built_in)).bank.ja == "管理者の設定"


def test_a_path_is_a_path(folder: Path) -> None:
    path = put(folder, "bank-a")
    assert find_profile(str(path), ()).id == "bank-a"
    assert refusal(str(folder / "nothing.toml")).code is ErrorCode.PROFILE_NOT_FOUND


@pytest.mark.skipif("os.name == 'nt'", reason="tests/windows/test_windows_profiles.py")
@pytest.mark.parametrize("mode", [0o666, 0o664])
def test_a_profile_that_others_may_write_is_not_believed(folder: Path, mode: int) -> None:
    path = put(folder, "bank-a")
    path.chmod(mode)
    error = refusal("bank-a", folder)
    assert (error.code, error.data["file"]) == (ErrorCode.PROFILE_EXPOSED, str(path))
    path.chmod(0o644)
    folder.chmod(0o777)
    error = refusal("bank-a", folder)
    assert error.data == {"file": str(folder), "who": "drwxrwxrwx"}


def test_a_file_with_another_banks_id_is_refused(folder: Path) -> None:
    put(folder, "bank-a", profile_text("bank-b"))
    assert refusal("bank-a", folder).data["key"] == "id"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"x" * ((1 << 20) + 1)])
def test_a_file_that_is_no_text_or_endless(folder: Path, content: bytes) -> None:
    path = put(folder, "bank-a")
    path.write_bytes(content)
    assert refusal("bank-a", folder).code is ErrorCode.PROFILE_INVALID


def test_a_folder_is_no_profile(folder: Path) -> None:
    (folder / "bank-a.toml").mkdir(mode=0o755)
    assert refusal("bank-a", folder).code is ErrorCode.PROFILE_INVALID


def test_notepads_byte_order_mark_does_no_harm(folder: Path) -> None:
    put(folder, "bank-a", "\ufeff" + profile_text("bank-a"))
    assert find_profile("bank-a", (folder,)).id == "bank-a"
