"""The administrator's policy: strict parsing, and how it restricts a profile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import (
    VALUES,
    Policy,
    ProxyChoice,
    ProxyMode,
    Raw,
    StoredValue,
    policy_from,
    restricted,
)
from certclient.model.profile import Profile
from support.customer import profile_of
from support.pki import make_lab

PLACE = r"HKLM\Software\Policies\certclient"
LAB = make_lab(datetime(2027, 3, 11, tzinfo=UTC))


def read(**values: Raw) -> Policy:
    return policy_from({name: StoredValue(raw, PLACE) for name, raw in values.items()})


@pytest.fixture
def profile() -> Profile:
    return replace(profile_of(LAB), destinations=("usb", "pc"), reminder_days=(30, 10))


def test_empty_policy_changes_nothing(profile: Profile) -> None:
    policy = read()
    assert policy == Policy()
    assert restricted(profile, policy) == profile
    assert not policy.unattended_renewal, "consent is never assumed"
    assert policy.spread_renewals
    assert policy.update_notice
    assert policy.revocation
    assert not policy.remove_archived, "nothing is deleted unasked"


def test_every_value_is_read(profile: Profile) -> None:
    policy = read(
        Profile=("rei-shinkin", "so-shinkin"),
        Destinations="pc",
        ReminderDays="10, 40",
        Proxy="proxy.example.co.jp:8080",
        UnattendedRenewal=1,
        SpreadRenewals=0,
        UpdateNotice=0,
        Revocation=0,
        RemoveArchived=1,
    )
    assert policy == Policy(
        profiles=("rei-shinkin", "so-shinkin"),
        destinations=(Destination.PC,),
        reminder_days=(40, 10),
        proxy=ProxyChoice(ProxyMode.FIXED, "http://proxy.example.co.jp:8080"),
        unattended_renewal=True,
        spread_renewals=False,
        update_notice=False,
        revocation=False,
        remove_archived=True,
        sources=(PLACE,),
    )
    assert len(VALUES) == 9, "otherwise this test misses a value"


@pytest.mark.parametrize(
    "stored", ["pc,usb", "pc usb", "pc, usb", ("pc", "usb"), ("pc", "", " usb ")]
)
def test_list_may_be_multi_string_or_separated(stored: Raw) -> None:
    assert read(Destinations=stored).destinations == (Destination.PC, Destination.USB)


@pytest.mark.parametrize(
    ("name", "stored", "reason"),
    [
        ("Profil", "rei-shinkin", "unknown-key"),
        ("profile", "rei-shinkin", "unknown-key"),
        ("Profile", "", "empty"),
        ("Profile", (), "empty"),
        ("Profile", r"C:\temp\mine.toml", "id-form"),
        ("Profile", 1, "wrong-type"),
        ("Profile", "a a", "twice"),
        ("Destinations", "pc,cloud", "not-allowed"),
        ("Destinations", "PC", "not-allowed"),
        ("ReminderDays", "30,x", "out-of-range"),
        ("ReminderDays", "-1", "out-of-range"),
        ("ReminderDays", "367", "out-of-range"),
        ("ReminderDays", "9999999999999999", "out-of-range"),
        ("ReminderDays", "３０", "out-of-range"),
        ("ReminderDays", "1,01", "twice"),
        ("ReminderDays", ",".join(str(n) for n in range(11)), "too-many"),
        ("Proxy", 8080, "wrong-type"),
        ("Proxy", ("a:1",), "wrong-type"),
        ("Proxy", "", "proxy-form"),
        ("Proxy", "proxy.example.co.jp", "proxy-form"),
        ("Proxy", "https://proxy.example.co.jp:443", "proxy-form"),
        ("Proxy", "socks5://proxy.example.co.jp:1080", "proxy-form"),
        ("Proxy", "http://proxy.example.co.jp:99999", "proxy-form"),
        ("Proxy", "http://proxy.example.co.jp:8080/wpad.dat", "proxy-form"),
        ("Proxy", "http://taro:himitsu@proxy.example.co.jp:8080", "proxy-user"),
        ("Proxy", "プロキシ:8080", "proxy-form"),
        ("UnattendedRenewal", "1", "switch"),
        ("UnattendedRenewal", 2, "switch"),
        ("UnattendedRenewal", ("1",), "switch"),
        ("UpdateNotice", 7, "switch"),
    ],
)
def test_invalid_value_is_reported_and_never_ignored(name: str, stored: Raw, reason: str) -> None:
    with pytest.raises(CertclientError) as refused:
        read(**{"Destinations": "pc", name: stored})
    assert refused.value.code is ErrorCode.POLICY_INVALID
    assert refused.value.data["name"] == name
    assert refused.value.data["source"] == PLACE
    assert refused.value.data["reason"] == reason
    assert "himitsu" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("system", ProxyChoice(ProxyMode.SYSTEM)),
        ("None", ProxyChoice(ProxyMode.NONE)),
        ("http://10.0.0.1:3128/", ProxyChoice(ProxyMode.FIXED, "http://10.0.0.1:3128")),
        ("[fd00::1]:3128", ProxyChoice(ProxyMode.FIXED, "http://[fd00::1]:3128")),
    ],
)
def test_proxy_settings_are_parsed(text: str, expected: ProxyChoice) -> None:
    assert read(Proxy=text).proxy == expected


def test_destinations_must_be_allowed_by_bank_and_policy(profile: Profile) -> None:
    left = restricted(profile, read(Destinations="pc"))
    assert (left.destinations, left.excluded_destinations) == (("pc",), ("usb",))
    both = restricted(profile, read(Destinations="pc,usb"))
    assert (both.destinations, both.excluded_destinations) == (("usb", "pc"), ()), (
        "the bank's preference comes first"
    )


def test_policy_cannot_allow_what_the_bank_does_not(profile: Profile) -> None:
    pc_only = replace(profile, destinations=("pc",))
    assert restricted(pc_only, read(Destinations="pc,usb")).destinations == ("pc",)
    with pytest.raises(CertclientError) as nothing_left:
        restricted(pc_only, read(Destinations="usb"))
    assert nothing_left.value.code is ErrorCode.POLICY_INVALID
    assert nothing_left.value.data["name"] == "Destinations"


def test_policy_overrides_the_reminder_days(profile: Profile) -> None:
    assert restricted(profile, read(ReminderDays="45,5")).reminder_days == (45, 5)


def test_another_bank_is_refused(profile: Profile) -> None:
    with pytest.raises(CertclientError) as refused:
        restricted(profile, read(Profile="another-bank"))
    assert refused.value.code is ErrorCode.POLICY_FORBIDS
    assert refused.value.data["value"] == profile.id


@given(
    st.dictionaries(
        st.sampled_from(sorted(VALUES)) | st.text(max_size=12),
        st.integers() | st.text(max_size=30) | st.lists(st.text(max_size=12)).map(tuple),
    )
)
def test_any_stored_value_is_read_or_refused_by_name(stored: dict[str, Raw]) -> None:
    try:
        policy = policy_from({name: StoredValue(raw, PLACE) for name, raw in stored.items()})
    except CertclientError as refused:
        error = refused
    else:
        assert set(stored) <= set(VALUES)
        assert all(0 <= day <= 366 for day in policy.reminder_days)
        return
    assert error.code is ErrorCode.POLICY_INVALID
    assert error.data["name"] in stored
