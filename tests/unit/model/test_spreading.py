"""When scheduled jobs renew: evenly over the first half, the same on each run, never too late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from certclient.model.certificate import Certificate
from certclient.model.japan_time import TOKYO
from certclient.model.lifecycle import RenewalPolicy, lifecycle_of
from certclient.model.spreading import is_turn, tries_again
from support.pki import customer_name, make_lab, rsa_key, spki_of

OPENS = datetime(2027, 2, 1, tzinfo=TOKYO)
"""A Monday; 11 February is a holiday, and the 12th a bridge."""
END = OPENS + timedelta(days=31, seconds=-1)
BANK = RenewalPolicy()


def certificates(
    number: int, lifetime: int = 365, opens: datetime = OPENS
) -> Sequence[Certificate]:
    """Certificates of one day of issue, due from `opens` on; `lifetime` in days."""
    sample = make_lab().issue(spki_of(rsa_key(3)), customer_name("TKYM1408051", "1403"))
    end = opens + timedelta(days=31, seconds=-1)
    begin = end - timedelta(days=lifetime)
    dated = replace(sample, issuer=b"issuer", not_before=begin, not_after=end)
    return [replace(dated, serial=1000 + one) for one in range(number)]


def due(found: Certificate, now: datetime, policy: RenewalPolicy = BANK) -> bool:
    return is_turn(found, lifecycle_of(found, now, policy), now)


def first_turn(found: Certificate, days_off: Sequence[int] = ()) -> datetime:
    """When a computer that is on twice on working days renews, but not on `days_off` (from the
    first day of renewal)."""
    opens = lifecycle_of(found, OPENS, BANK).opens
    for day in range(31):
        for hour in (11, 15):
            now = opens + timedelta(days=day, hours=hour)
            if now.weekday() < 5 and day not in days_off and due(found, now):
                return now
    raise AssertionError("never")


def test_renewals_are_spread_evenly_over_the_working_days_of_the_first_half() -> None:
    found = [first_turn(one) for one in certificates(2000)]
    days = Counter((one - OPENS).days for one in found)
    working = [days[day] for day in (0, 1, 2, 3, 4, 7, 8, 9, 14, 15)]
    assert max(working) < 1.3 * sum(working) / len(working)
    assert sum(count for day, count in days.items() if day <= 16) == len(found)
    halves = Counter(one.hour for one in found)
    assert 0.8 < halves[11] / halves[15] < 1.3


def test_days_off_take_the_end_further_and_no_first_morning_after_is_a_peak() -> None:
    opens = datetime(2027, 4, 19, tzinfo=TOKYO)
    golden_week = (10, 11, 14, 15, 16)
    found = [first_turn(one, golden_week) for one in certificates(2000, opens=opens)]
    days = Counter((one - opens).days for one in found)
    assert days[17] < 1.3 * len(found) / 10.5
    assert sum(days[day] for day in (17, 18, 19)) > 0.1 * len(found), "six half-days later"


def test_company_holiday_that_no_calendar_knows_is_no_peak_of_all_it_missed() -> None:
    found = [first_turn(one, days_off=(7, 8)) for one in certificates(2000)]
    days = Counter((one - OPENS).days for one in found)
    missed_and_own = 3 * len(found) / 10.5
    assert days[9] < missed_and_own
    assert Counter(one.hour for one in found if (one - OPENS).days == 9)[11] < missed_and_own * 0.6


def test_computer_that_was_off_renews_soon_after_its_half_day() -> None:
    """Those that are seldom on must not depend on the last days."""
    off = [day for day in range(31) if day % 2]
    found = [first_turn(one, off) for one in certificates(500)]
    assert sum((one - OPENS).days < 20 for one in found) > 0.97 * len(found)


@pytest.mark.parametrize("hour", [8, 9])
def test_computer_that_is_on_only_before_ten_is_renewed_in_time(hour: int) -> None:
    runs = [OPENS + timedelta(days=day, hours=hour, minutes=40) for day in range(31)]
    found = [next(now for now in runs if due(one, now)) for one in certificates(300)]
    assert max(found) < END - timedelta(days=4)
    first = Counter(found).most_common(1)[0][1]
    assert first < 0.3 * len(found), "computers that start together do not renew together"


def test_answer_is_the_same_for_each_run_of_a_half_day() -> None:
    for one in certificates(50):
        answers = {due(one, OPENS + timedelta(hours=10, minutes=m)) for m in range(0, 210, 30)}
        assert len(answers) == 1


@pytest.mark.parametrize("until", [None, time(9)])
def test_everything_is_tried_in_the_last_third_and_at_any_hour_in_the_last_days(
    until: time | None,
) -> None:
    policy = RenewalPolicy(until=until)
    for one in certificates(50):
        assert due(one, OPENS + timedelta(days=21, hours=10), policy)
        assert due(one, OPENS + timedelta(days=26, hours=8), policy)


@pytest.mark.parametrize("lifetime", [2, 10, 29])
def test_certificate_of_less_than_a_month_is_renewed_at_once(lifetime: int) -> None:
    for one in certificates(20, lifetime):
        assert due(one, lifecycle_of(one, OPENS, BANK).opens)


def test_computers_that_start_in_the_morning_renew_an_hours_share() -> None:
    found = certificates(2000)
    for day in range(5):
        morning = OPENS + timedelta(days=day)
        early = sum(due(one, morning + timedelta(hours=8, minutes=50)) for one in found)
        later = sum(due(one, morning + timedelta(hours=11)) for one in found)
        assert early < 0.35 * later


def failed(number: int = 400) -> Sequence[str]:
    return [f"{one:032x}" for one in range(number)]


def repeated(names: Sequence[str], since: datetime, now: datetime) -> float:
    """The share of `names` that is repeated at `now`."""
    return sum(tries_again(one, since, now) for one in names) / len(names)


def test_failed_requests_come_back_by_draw_and_all_by_the_next_afternoon() -> None:
    names, friday = failed(), OPENS + timedelta(days=4, hours=11)
    assert repeated(names, friday, friday + timedelta(hours=1)) == 0, "the CA needs time"
    assert 0.25 < repeated(names, friday, friday + timedelta(hours=4)) < 0.42
    monday = OPENS + timedelta(days=7)
    assert 0.4 < repeated(names, friday, monday + timedelta(hours=11)) < 0.6
    assert repeated(names, friday, monday + timedelta(hours=14)) == 1


@pytest.mark.parametrize("days", [1, 2])
def test_failed_requests_do_not_come_back_together_on_a_morning_after_days_off(days: int) -> None:
    names, since = failed(), OPENS + timedelta(hours=15)
    morning = OPENS + timedelta(days=days)
    assert repeated(names, since, morning + timedelta(hours=8, minutes=40)) < 0.2
    assert repeated(names, since, morning + timedelta(hours=11)) < 0.6


def test_request_that_failed_long_ago_is_repeated_at_any_hour() -> None:
    since = OPENS + timedelta(hours=8, minutes=40)
    assert repeated(failed(), since, OPENS + timedelta(days=7, hours=8, minutes=40)) == 1
