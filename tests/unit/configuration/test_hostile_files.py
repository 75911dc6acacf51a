"""Profiles and policies from hostile hands: each is refused at once, and the refusal names it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from certclient.configuration.banks import all_banks, find_bank
from certclient.configuration.policy import examine_policy, values_in
from certclient.configuration.profiles import examine_file, load_profile
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import Policy

TEXTS = {
    "nested": ("a = " + "[" * 5000 + "]" * 5000, "too-deep", "1"),
    "nested tables": ("x = 1\na = " + "{a=" * 5000 + "1" + "}" * 5000, "too-deep", "2"),
    "a long number": ("a = 1\nb = " + "9" * 10_000, "too-long", "2"),
    "a long hexadecimal number": ("a = 0x" + "9" * 10_000, "too-long", "1"),
    "a dotted key": (".".join("a" * 20_000) + " = 1", "too-deep", "1"),
    "a dotted header": ("\n[" + " . ".join(['"a"'] * 10_000) + "]", "too-deep", "2"),
}

Read = Callable[[Path], object]


def by_path(path: Path) -> object:
    return find_bank(str(path), (), Policy())


def from_a_folder(path: Path) -> object:
    path.parent.chmod(0o755)
    return all_banks((path.parent,), Policy()).only()


def checked(path: Path) -> object:
    raise examine_file(path).faults[0]


def policy(path: Path) -> object:
    path.parent.chmod(0o755)
    return values_in(path, owner=os.getuid())


def checked_policy(path: Path) -> object:
    raise examine_policy(path)[1][0]


READERS = [by_path, load_profile, from_a_folder, checked, policy, checked_policy]


def refusal(read: Read, path: Path) -> CertclientError:
    with pytest.raises(CertclientError) as raised:
        read(path)
    error = raised.value
    assert error.code in (ErrorCode.PROFILE_INVALID, ErrorCode.POLICY_INVALID)
    assert str(path) in (error.data.get("file"), error.data.get("source"))
    return error


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("kind", TEXTS)
def test_a_text_that_is_too_much_is_refused_with_its_line(
    read: Read, kind: str, tmp_path: Path
) -> None:
    text, reason, line = TEXTS[kind]
    path = tmp_path / "bank.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)
    error = refusal(read, path)
    assert error.data["reason"] == reason
    assert error.data["line"] == line


@pytest.mark.parametrize("read", READERS)
def test_a_pipe_is_refused_at_once(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "bank.toml"
    os.mkfifo(path, 0o600)
    assert refusal(read, path).data["reason"] == "file-kind"


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    ("target", "reason"), [("/dev/zero", "file-kind"), ("bank.toml", "file-unreadable")]
)
def test_a_link_to_a_device_or_in_a_circle_is_refused(
    read: Read, target: str, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "bank.toml"
    path.symlink_to(target)
    assert refusal(read, path).data["reason"] == reason


@pytest.mark.parametrize("read", READERS)
def test_a_huge_file_is_not_read(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "bank.toml"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    path.chmod(0o644)
    assert refusal(read, path).data["reason"] == "file-too-large"


def test_a_policy_that_is_a_link_to_nothing_is_not_no_policy(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.symlink_to("moved")
    assert refusal(policy, path).data["reason"] == "file-unreadable"


def test_a_file_of_nothing_but_unknown_keys_is_refused_with_the_first_of_them(
    tmp_path: Path,
) -> None:
    path = tmp_path / "bank.toml"
    path.write_text("\n".join(f"k{number} = 1" for number in range(90_000)))
    faults = examine_file(path).faults
    unknown = [one.data for one in faults if one.data["reason"] == "unknown-key"]
    assert (unknown[0]["key"], unknown[0]["line"], len(unknown)) == ("k0", "1", 100)
    assert all(one.data["reason"] in ("unknown-key", "missing-key") for one in faults)


def test_a_list_that_repeats_itself_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("Profile = '" + "a," * 30_000 + "'")
    assert refusal(checked_policy, path).data["reason"] == "twice"
