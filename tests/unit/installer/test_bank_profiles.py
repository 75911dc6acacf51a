"""A build stops at once at a bank's profile that customers could not use."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tools.installer.bank_profiles import check_profiles
from tools.installer.settings import DEFAULT, BuildSettingsError, read_settings

NOW = datetime(2026, 11, 29, tzinfo=UTC)
LONG_AFTER = datetime(2100, 1, 1, tzinfo=UTC)
NAME = "profiles/rei-shinkin.toml"


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """A bank's own copy of the settings, with the default profile."""
    for name in (DEFAULT.name, "certclient.svg", NAME):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(DEFAULT.parent / name, tmp_path / name)
    return tmp_path


def check(bank: Path, now: datetime = NOW) -> None:
    check_profiles(read_settings(bank / DEFAULT.name), now)


def test_the_profile_of_the_default_build_is_usable(bank: Path) -> None:
    check(bank)


def test_a_profile_with_an_error_stops_the_build(bank: Path) -> None:
    with (bank / NAME).open("a", encoding="utf-8") as file:
        file.write("\n[renewals]\ndays_before = 20\n")
    with pytest.raises(
        BuildSettingsError, match=r"renewals[\s\S]*check-profile .*rei-shinkin\.toml"
    ):
        check(bank)


def test_a_profile_whose_anchors_have_ended_stops_the_build(bank: Path) -> None:
    with pytest.raises(BuildSettingsError, match="CC-PROFILE-ANCHOR-EXPIRED"):
        check(bank, LONG_AFTER)


def test_a_profile_not_named_after_its_id_stops_the_build(bank: Path) -> None:
    other = bank / "profiles" / "our-bank.toml"
    (bank / NAME).rename(other)
    file = bank / DEFAULT.name
    file.write_text(file.read_text(encoding="utf-8").replace("rei-shinkin", "our-bank"), "utf-8")
    with pytest.raises(BuildSettingsError, match=r"must be named rei-shinkin\.toml"):
        check(bank)
