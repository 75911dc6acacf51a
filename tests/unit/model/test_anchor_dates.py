"""The dates of trust anchors: an error if none can be used, a warning before the last one ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from certclient.model.anchor_dates import anchor_error, anchor_warnings, last_anchor_ends
from certclient.model.certificate import Certificate
from certclient.model.errors import ErrorCode
from certclient.model.profile import Profile
from support.announcements import PROFILE
from support.paths import NOW, Extensions, Signing, common_name, key, signed

LONG = timedelta(days=3650)


def root(name: str, begins: float, ends: float) -> Certificate:
    """A root that is valid from `begins` to `ends` days after NOW."""
    own, subject = key(1), common_name(name)
    validity = (NOW + timedelta(days=begins), NOW + timedelta(days=ends))
    return signed(subject, own, subject, own, Signing(), Extensions(ca=True), validity)


def bank(*anchors: Certificate, tls: tuple[Certificate, ...] = ()) -> Profile:
    return replace(PROFILE, ca=replace(PROFILE.ca, trust_anchors=anchors), tls_anchors=tls)


OLD, CURRENT, FUTURE = root("Old", -99, -1), root("Current", -9, 900), root("Future", 2, 900)
ENDING = root("Ending", -99, 89)


@pytest.mark.parametrize(
    ("anchors", "code", "named"),
    [
        ((OLD,), ErrorCode.PROFILE_ANCHOR_EXPIRED, "Old"),
        ((FUTURE,), ErrorCode.PROFILE_ANCHOR_NOT_YET, "Future"),
        ((OLD, FUTURE), ErrorCode.PROFILE_ANCHOR_NOT_YET, "Future"),
        ((OLD, root("Older", -99, -50)), ErrorCode.PROFILE_ANCHOR_EXPIRED, "Old"),
    ],
)
@pytest.mark.parametrize("of_tls", [False, True])
def test_without_a_valid_anchor_the_one_that_ends_last_is_named(
    anchors: tuple[Certificate, ...], code: ErrorCode, named: str, of_tls: bool
) -> None:
    profile = bank(CURRENT, tls=anchors) if of_tls else bank(*anchors)
    error = anchor_error(profile, NOW)
    assert error is not None
    assert (error.code, error.data["anchor"]) == (code, named)
    assert error.data["key"] == ("tls.trust_anchors" if of_tls else "ca.trust_anchors")
    assert error.data["ends"] == anchors[-1 if named == "Future" else 0].not_after.isoformat(
        timespec="minutes"
    )


@pytest.mark.parametrize("others", [(), (OLD,), (FUTURE,), (ENDING,)])
def test_one_valid_anchor_is_enough(others: tuple[Certificate, ...]) -> None:
    assert anchor_error(bank(*others, CURRENT), NOW) is None
    assert last_anchor_ends(bank(*others, CURRENT), NOW) is None


def test_each_anchor_that_ends_within_90_days_is_warned_of() -> None:
    warned = anchor_warnings(bank(CURRENT, OLD, ENDING, root("Later", -9, 91)), NOW)
    assert [one.data["anchor"] for one in warned] == ["Old", "Ending"]
    assert {one.code for one in warned} == {ErrorCode.PROFILE_ANCHOR_ENDS}


def test_the_edges_count_as_valid() -> None:
    assert anchor_error(bank(OLD), OLD.not_after) is None
    assert anchor_error(bank(OLD), OLD.not_after + timedelta(seconds=1)) is not None
    assert anchor_error(bank(FUTURE), FUTURE.not_before) is None
    assert anchor_warnings(bank(CURRENT), CURRENT.not_after - timedelta(days=90)) != []
    assert anchor_warnings(bank(CURRENT), CURRENT.not_after - timedelta(days=90, hours=1)) == []


def test_the_end_of_the_last_anchor_is_a_matter_for_every_renewal() -> None:
    error = last_anchor_ends(bank(OLD, ENDING), NOW)
    assert error is not None
    assert error.data["anchor"] == "Ending"


def test_an_anchor_without_an_end_is_not_warned_of() -> None:
    endless = root("Endless", -1, 1)
    endless = replace(endless, not_after=endless.not_after.replace(year=9999))
    assert anchor_warnings(bank(endless), NOW) == []
