"""The policy file on Linux: its owner, the TOML accepted, and the banks that it permits."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from certclient.configuration.banks import all_banks, find_bank
from certclient.configuration.policy import values_in
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import Policy, policy_from
from certclient.platform.folders import profile_folders

EXAMPLE = (profile_folders()[-1] / "example-shinkin.toml").read_text(encoding="utf-8")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "certclient"
    folder.mkdir(mode=0o755)
    return folder / "policy.toml"


def read(file: Path, text: str | None = None, mode: int = 0o644) -> Policy:
    if text is not None:
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)
    return policy_from(values_in(file, owner=os.getuid()))


def refused(file: Path, text: str, mode: int = 0o644) -> CertclientError:
    with pytest.raises(CertclientError) as error:
        read(file, text, mode)
    assert error.value.code is ErrorCode.POLICY_INVALID
    assert error.value.data["source"] == str(file)
    return error.value


def test_missing_file_means_no_policy(file: Path) -> None:
    assert read(file) == Policy()


def test_every_value_is_read(file: Path) -> None:
    policy = read(
        file,
        """
        Profile = ["rei-shinkin"]
        Destinations = ["pc"]
        ReminderDays = [30, 10]
        Proxy = "none"
        UnattendedRenewal = true
        UpdateNotice = false
        """,
    )
    assert policy.profiles == ("rei-shinkin",)
    assert policy.reminder_days == (30, 10)
    assert policy.unattended_renewal
    assert not policy.update_notice
    assert policy.sources == (str(file),)


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_file_writable_by_others_is_refused(file: Path, mode: int) -> None:
    assert refused(file, "UnattendedRenewal = true", mode).data["reason"] == "file-exposed"


@pytest.mark.parametrize("mode", [0o775, 0o757, 0o777])
def test_folder_writable_by_others_is_refused(file: Path, mode: int) -> None:
    file.parent.chmod(mode)
    assert refused(file, "UnattendedRenewal = true").data["reason"] == "file-exposed"


def test_a_folder_above_that_others_may_write_to_is_enough(file: Path) -> None:
    file.parent.parent.chmod(0o777)
    assert refused(file, "UnattendedRenewal = true").data["reason"] == "file-exposed"


def test_file_of_another_owner_is_refused(file: Path) -> None:
    file.write_text("UnattendedRenewal = true", encoding="utf-8")
    with pytest.raises(CertclientError) as error:
        values_in(file, owner=os.getuid() + 1)
    assert error.value.code is ErrorCode.POLICY_INVALID


def test_invalid_value_is_reported_with_its_line(file: Path) -> None:
    text = 'Destinations = ["pc"]\n  UpdateNotise = false\n'
    data = refused(file, text).data
    assert (data["line"], data["column"]) == ("2", "3")
    assert (data["reason"], data["suggestion"]) == ("unknown-key", "UpdateNotice")
    assert refused(file, "Proxy =").data["line"] == "1"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("UnattendedRenewal = 1", "UnattendedRenewal"),
        ('UnattendedRenewal = "true"', "UnattendedRenewal"),
        ("ReminderDays = 30", "ReminderDays"),
        ("ReminderDays = [30, 1.5]", "ReminderDays"),
        ("ReminderDays = [true]", "ReminderDays"),
        ("Proxy = true", "Proxy"),
        ("proxy = 'none'", "proxy"),
        ("[Proxy]\nhost = 'x'", "Proxy"),
        ("this is no TOML", ""),
        ("#" * 70_000, ""),
    ],
)
def test_invalid_value_is_reported_by_name(file: Path, text: str, name: str) -> None:
    assert refused(file, text).data["name"] == name


def test_folder_in_place_of_the_file_is_an_error(file: Path) -> None:
    file.mkdir()
    with pytest.raises(CertclientError) as error:
        read(file)
    assert error.value.code is ErrorCode.POLICY_INVALID


# Permitted banks


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "profiles"
    folder.mkdir(mode=0o755)
    for name in ("bank-a", "bank-b"):
        text = EXAMPLE.replace('id = "example-shinkin"', f'id = "{name}"')
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
        (folder / f"{name}.toml").chmod(0o644)
    return folder


def test_only_permitted_bank_needs_no_name(folder: Path) -> None:
    with pytest.raises(CertclientError) as ambiguous:
        find_bank("", (folder,), Policy())
    assert ambiguous.value.code is ErrorCode.BANK_REQUIRED
    assert find_bank("", (folder,), Policy(profiles=("bank-b",))).id == "bank-b"


def test_other_banks_and_files_are_refused(folder: Path, tmp_path: Path) -> None:
    policy = Policy(profiles=("bank-b",))
    own = tmp_path / "bank-b.toml"
    own.write_bytes((folder / "bank-b.toml").read_bytes())
    for name in ("bank-a", str(own), str(folder / "bank-b.toml")):
        with pytest.raises(CertclientError) as refused:
            find_bank(name, (folder,), policy)
        assert refused.value.code is ErrorCode.POLICY_FORBIDS
    assert find_bank(str(own), (folder,), Policy()).id == "bank-b", "no policy forbids it"


def test_policy_determines_the_banks_and_their_order(folder: Path) -> None:
    both = Policy(profiles=("bank-b", "bank-a"))
    assert [bank.id for bank in all_banks((folder,), both).profiles] == ["bank-b", "bank-a"]
    banks = all_banks((folder,), Policy(profiles=("bank-a", "bank-c")))
    assert [bank.id for bank in banks.profiles] == ["bank-a"]
    assert [error.code for error in banks.errors] == [ErrorCode.PROFILE_NOT_FOUND]


def test_bank_without_permitted_destination_is_reported(folder: Path) -> None:
    (folder / "bank-a.toml").write_text(
        (folder / "bank-a.toml")
        .read_text(encoding="utf-8")
        .replace('destinations = ["pc", "usb"]', 'destinations = ["usb"]'),
        encoding="utf-8",
    )
    banks = all_banks((folder,), Policy(destinations=(Destination.PC,)))
    assert [bank.id for bank in banks.profiles] == ["bank-b"]
    assert [error.code for error in banks.errors] == [ErrorCode.POLICY_INVALID]
