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
"""A Monday. No holiday is known to the program."""
END = OPENS + timedelta(days=31, seconds=-1)
BANK = RenewalPolicy()


def certificates(number: int, lifetime: int = 365) -> Sequence[Certificate]:
    """Certificates of one day of issue, `lifetime` in days."""
    sample = make_lab().issue(spki_of(rsa_key(3)), customer_name("TKYM1408051", "1403"))
    begin = END - timedelta(days=lifetime)
    dated = replace(sample, issuer=b"issuer", not_before=begin, not_after=END)
    return [replace(dated, serial=1000 + one) for one in range(number)]


def due(found: Certificate, now: datetime, policy: RenewalPolicy = BANK) -> bool:
    return is_turn(found, lifecycle_of(found, now, policy), now)


def first_turn(found: Certificate, days_off: Sequence[int] = ()) -> datetime:
    """When a computer that is on twice a day renews, except on `days_off` (from `OPENS`)."""
    for day in range(31):
        for hour in (11, 15):
            now = OPENS + timedelta(days=day, hours=hour)
            if day not in days_off and due(found, now):
                return now
    raise AssertionError("never")


def test_renewals_are_spread_evenly_over_the_working_days_of_the_first_half() -> None:
    found = [first_turn(one) for one in certificates(2000)]
    days = Counter((one - OPENS).days for one in found)
    working = [days[day] for day in (0, 1, 2, 3, 4, 7, 8, 9, 10)]
    assert max(working) < 1.5 * sum(working) / len(working)
    assert sum(count for day, count in days.items() if day < 16) > 0.8 * len(found)
    halves = Counter(one.hour for one in found)
    assert 0.8 < halves[11] / halves[15] < 1.3


def test_holiday_is_no_peak_on_the_first_morning_after() -> None:
    found = [first_turn(one, days_off=range(4, 9)) for one in certificates(2000)]
    days = Counter((one - OPENS).days for one in found)
    assert days[9] < 1.5 * len(found) / 8, "eight working days are left of eleven"


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


def test_computers_that_start_in_the_morning_do_not_renew_all_at_once() -> None:
    mornings = [OPENS + timedelta(days=day, hours=8, minutes=50) for day in range(15)]
    assert not any(due(one, now) for one in certificates(20) for now in mornings)


def test_failed_requests_come_back_by_draw_and_all_by_the_next_afternoon() -> None:
    names = [f"{number:032x}" for number in range(400)]
    friday = OPENS + timedelta(days=4, hours=11)
    afternoon = [one for one in names if tries_again(one, friday, friday + timedelta(hours=4))]
    assert 0.4 < len(afternoon) / len(names) < 0.6
    monday = OPENS + timedelta(days=7, hours=14)
    assert all(tries_again(one, friday, monday) for one in names)
