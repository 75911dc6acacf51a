"""The banks of this computer: one file that cannot be used never hinders the others."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from certclient.configuration.banks import all_banks, find_bank
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import Policy
from certclient.platform.folders import profile_folders

EXAMPLE = (profile_folders()[-1] / "example-shinkin.toml").read_text(encoding="utf-8")


def put(folder: Path, name: str, *, bank_id: str = "", text: str = "") -> Path:
    file = folder / f"{name}.toml"
    content = text or EXAMPLE.replace('id = "example-shinkin"', f'id = "{bank_id or name}"')
    file.write_text(content, encoding="utf-8")
    file.chmod(0o644)
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of two banks that can be used."""
    place = tmp_path / "profiles"
    place.mkdir(mode=0o755)
    put(place, "bank-a")
    put(place, "bank-c")
    return place


def looped(file: Path) -> None:
    file.symlink_to(file.name)


def dangling(file: Path) -> None:
    file.symlink_to("nowhere.toml")


def damaged(file: Path) -> None:
    put(file.parent, file.stem, text="schema = 1\nid = ")


def nested(file: Path) -> None:
    put(file.parent, file.stem, text="x = " + "[" * 100_000)


def binary(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")


def empty(file: Path) -> None:
    file.touch()


def another_banks_id(file: Path) -> None:
    put(file.parent, file.stem, bank_id="bank-a")


def a_folder(file: Path) -> None:
    file.mkdir()


def a_pipe(file: Path) -> None:
    os.mkfifo(file)


FAULTS = [looped, dangling, damaged, nested, binary, empty, another_banks_id, a_folder, a_pipe]
ON_WINDOWS = [damaged, nested, binary, empty, another_banks_id, a_folder]


@pytest.mark.parametrize("fault", ON_WINDOWS if os.name == "nt" else FAULTS)
def test_one_fault_is_one_error_with_the_file_and_the_others_work(
    folder: Path, fault: Callable[[Path], None]
) -> None:
    file = folder / "bank-b.toml"
    fault(file)
    banks = all_banks([folder], Policy())
    assert banks.ids == ["bank-a", "bank-c"]
    assert [error.data["file"] for error in banks.errors] == [str(file)]
    assert [bank.id for bank in banks.configured] == ["bank-a", "bank-b", "bank-c"]
    assert find_bank("bank-c", [folder], Policy()).id == "bank-c"
    with pytest.raises(CertclientError) as refused:
        find_bank("bank-b", [folder], Policy())
    assert refused.value.code is banks.errors[0].code


def test_folder_that_cannot_be_searched_is_an_error_of_its_own(
    folder: Path, tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("not a folder", encoding="utf-8")
    banks = all_banks([blocked, tmp_path / "missing", folder], Policy())
    assert banks.ids == ["bank-a", "bank-c"]
    assert [error.data["file"] for error in banks.errors] == [str(blocked)]


def test_file_of_lower_precedence_is_named_as_not_used(folder: Path, tmp_path: Path) -> None:
    shipped = tmp_path / "shipped"
    shipped.mkdir(mode=0o755)
    shadowed = put(shipped, "bank-a")
    banks = all_banks([folder, shipped], Policy())
    assert banks.ids == ["bank-a", "bank-c"]
    assert banks.configured[0].not_used == (shadowed,)
    assert not banks.errors


def test_broken_file_of_the_administrator_is_not_replaced_by_the_shipped_one(
    folder: Path, tmp_path: Path
) -> None:
    """It may have been there to take a trust anchor away."""
    admin = tmp_path / "admin"
    admin.mkdir(mode=0o755)
    put(admin, "bank-a", text="broken")
    banks = all_banks([admin, folder], Policy())
    assert banks.ids == ["bank-c"]
    assert len(banks.errors) == 1


def test_without_any_bank_the_error_says_so_and_examples_do_not_count(tmp_path: Path) -> None:
    put(tmp_path, "example-a")
    with pytest.raises(CertclientError) as none:
        all_banks([tmp_path], Policy()).only()
    assert none.value.code is ErrorCode.NO_BANK


def test_unknown_id_is_answered_with_the_ids_to_choose_from(folder: Path) -> None:
    with pytest.raises(CertclientError) as missing:
        find_bank("bank-x", [folder], Policy())
    assert missing.value.code is ErrorCode.PROFILE_NOT_FOUND
    assert missing.value.data == {"file": "bank-x", "banks": "bank-a, bank-c"}
