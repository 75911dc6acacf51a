"""A renewal that would not end later than the current certificate does not start."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from certclient.enrollment.gains import ShortAnswer, ca_fingerprint, no_gain
from certclient.i18n.catalogue import Language, load
from certclient.model.certificate import Certificate
from certclient.model.errors import ErrorCode
from certclient.model.japan_time import TOKYO
from certclient.model.profile import Profile
from support.customer import profile_of
from support.pki import customer_name, make_lab, rsa_signer

LAB = make_lab()
NOW = datetime(2027, 3, 1, 12, tzinfo=TOKYO)
END = NOW + timedelta(days=20)
ISSUED = LAB.issue(rsa_signer().spki, customer_name("TKYM1408054"))
OLD = replace(ISSUED, not_before=END - timedelta(days=365), not_after=END)


def bank(*, anchor_ends: datetime = END + timedelta(days=3650), max_days: int = 1200) -> Profile:
    profile = profile_of(LAB)
    anchors = tuple(replace(one, not_after=anchor_ends) for one in profile.ca.trust_anchors)
    return replace(
        profile, ca=replace(profile.ca, trust_anchors=anchors, max_validity_days=max_days)
    )


def problem(
    profile: Profile, now: datetime, *answers: ShortAnswer, certificate: Certificate = OLD
) -> str:
    found = no_gain(profile, certificate, answers, now)
    if found is None:
        return ""
    assert found.code is ErrorCode.RENEWAL_GAINS_NOTHING
    for language in Language:
        shown = load(language).error(found)
        assert shown.sentence
        assert any(line for line in shown.details)
    return found.data["problem"]


@pytest.mark.parametrize(
    ("anchor_ends", "expected"),
    [
        (END - timedelta(days=1), "anchors"),
        (END, "anchors"),
        (END + timedelta(seconds=1), ""),
        (NOW - timedelta(days=1), ""),  # expired ones are reported as such, by the preflight
    ],
)
def test_anchors_that_end_before_the_certificate(anchor_ends: datetime, expected: str) -> None:
    assert problem(bank(anchor_ends=anchor_ends), NOW) == expected


@pytest.mark.parametrize(("max_days", "expected"), [(19, "validity"), (20, ""), (1200, "")])
def test_certificates_that_are_valid_for_less_than_what_is_left(
    max_days: int, expected: str
) -> None:
    assert problem(bank(max_days=max_days), NOW) == expected


def test_such_a_certificate_is_renewed_as_soon_as_that_gains_something() -> None:
    short = bank(max_days=7)
    found = no_gain(short, OLD, (), NOW)
    assert found is not None
    assert problem(short, datetime.fromisoformat(found.data["next"])) == "validity"
    assert problem(short, datetime.fromisoformat(found.data["next"]) + timedelta(minutes=1)) == ""


def answer(profile: Profile, asked: datetime, end: datetime) -> ShortAnswer:
    return ShortAnswer(asked, end, ca_fingerprint(profile.ca))


def test_a_short_answer_is_remembered_until_the_same_validity_gains_something() -> None:
    """The CA issues for five days now: 15 days later, that ends on the day of the old one."""
    profile = bank()
    short = answer(profile, NOW, NOW + timedelta(days=5))
    asked = [
        day for day in range(21) if not problem(profile, NOW + timedelta(days=day, hours=1), short)
    ]
    assert asked == [16, 17, 18, 19, 20]


def test_the_same_end_twice_is_the_cas_own_end_and_not_asked_for_again() -> None:
    profile = bank()
    first = answer(profile, NOW, END)
    assert problem(profile, NOW + timedelta(hours=11), first) == "answered"
    later = NOW + timedelta(hours=13)
    assert problem(profile, later, first) == ""
    second = answer(profile, later, END)
    for day in range(2, 20):
        assert problem(profile, NOW + timedelta(days=day), first, second) == "answered"


def test_other_settings_of_the_ca_are_a_reason_to_ask_again() -> None:
    old, new = bank(), bank(max_days=400)
    assert problem(old, NOW, answer(old, NOW, END)) == "answered"
    assert problem(new, NOW, answer(old, NOW, END)) == ""


def test_a_month_of_daily_runs_asks_such_a_ca_twice() -> None:
    profile = bank()
    answers: list[ShortAnswer] = []
    for day in range(30):
        now = END - timedelta(days=30 - day)
        if not problem(profile, now, *answers):
            answers.append(answer(profile, now, END - timedelta(hours=1)))
    assert len(answers) == 2
