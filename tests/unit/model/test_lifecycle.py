"""Lifecycle stages: whole days in Japan, both edges of every deadline (seeds S0, S1, S3)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from certclient.model.faults import FaultError, Reason
from certclient.model.japan_time import TOKYO, in_tokyo
from certclient.model.lifecycle import (
    RenewalPolicy,
    Stage,
    closing_hour,
    hour_text,
    lifecycle,
)

POLICY = RenewalPolicy()
ORDER = list(Stage)

moments = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
policies = st.builds(
    RenewalPolicy,
    renew_days_before=st.integers(1, 366),
    obtain_days_after=st.integers(0, 3660),
)


def tokyo(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=TOKYO)


END = tokyo(2027, 3, 31, 23, 59)


def stage_on(now: datetime, end: datetime = END) -> Stage:
    return lifecycle(end, now, POLICY).stage


@pytest.mark.parametrize(
    ("now", "stage"),
    [
        (tokyo(2027, 2, 28, 23, 59), Stage.NOT_YET),  # 31 days before
        (tokyo(2027, 3, 1, 0, 0), Stage.RENEWABLE),  # 30 days before
        (tokyo(2027, 3, 31, 23, 59), Stage.RENEWABLE),  # the last minute
        (END + timedelta(seconds=1), Stage.OBTAINABLE),
        (tokyo(2027, 6, 29, 23, 59), Stage.OBTAINABLE),  # 90 days after
        (tokyo(2027, 6, 30, 0, 0), Stage.TOO_LATE),  # 91 days after
    ],
)
def test_both_edges_of_every_deadline(now: datetime, stage: Stage) -> None:
    assert stage_on(now) is stage


def test_on_the_expiry_day_the_minute_counts() -> None:
    noon = tokyo(2027, 3, 31, 12, 0)
    assert stage_on(noon - timedelta(minutes=1), noon) is Stage.RENEWABLE
    assert stage_on(noon, noon) is Stage.RENEWABLE
    after = lifecycle(noon, noon + timedelta(minutes=1), POLICY)
    assert after.stage is Stage.OBTAINABLE
    assert after.days_left == 0, "it is still the expiry day"


def test_days_are_counted_in_japan_time_not_utc() -> None:
    end = datetime(2027, 3, 31, 14, 59, tzinfo=UTC)  # 23:59 in Japan, the same day
    still_not = datetime(2027, 2, 28, 14, 59, tzinfo=UTC)
    already = datetime(2027, 2, 28, 15, 0, tzinfo=UTC)  # 1 March in Japan, 28 February in UTC
    assert stage_on(still_not, end) is Stage.NOT_YET
    assert stage_on(already, end) is Stage.RENEWABLE


def test_expiry_date_is_the_day_in_japan() -> None:
    end = datetime(2027, 3, 31, 15, 30, tzinfo=UTC)
    life = lifecycle(end, end, POLICY)
    assert life.deadline == tokyo(2027, 4, 1, 0, 30)
    assert life.renew_from == date(2027, 3, 2)
    assert life.obtain_until == date(2027, 6, 30)


@pytest.mark.parametrize(
    ("end", "renew_from"),
    [
        (tokyo(2028, 3, 1), date(2028, 1, 31)),  # over 29 February
        (tokyo(2027, 3, 1), date(2027, 1, 30)),
        (tokyo(2027, 1, 15), date(2026, 12, 16)),  # over the new year
        (tokyo(2028, 2, 29), date(2028, 1, 30)),
    ],
)
def test_renewal_start_crosses_month_year_and_leap_day(end: datetime, renew_from: date) -> None:
    assert lifecycle(end, end, POLICY).renew_from == renew_from
    first = datetime.combine(renew_from, datetime.min.time(), TOKYO)
    assert stage_on(first, end) is Stage.RENEWABLE
    assert stage_on(first - timedelta(microseconds=1), end) is Stage.NOT_YET


@given(end=moments, one=moments, other=moments, policy=policies)
def test_stage_never_moves_backwards(
    end: datetime, one: datetime, other: datetime, policy: RenewalPolicy
) -> None:
    before, after = sorted((one, other))
    first, second = lifecycle(end, before, policy), lifecycle(end, after, policy)
    assert ORDER.index(first.stage) <= ORDER.index(second.stage)
    assert first.days_left >= second.days_left


@given(end=moments, policy=policies, days=st.integers(-4000, 400))
@example(end=datetime(2028, 2, 29, 15, 0, tzinfo=UTC), policy=POLICY, days=30)
@example(end=datetime(2027, 3, 31, 14, 59, 59, tzinfo=UTC), policy=POLICY, days=-90)
def test_stage_agrees_with_the_dates_shown(end: datetime, policy: RenewalPolicy, days: int) -> None:
    """The program acts on the dates that the user reads (first day, deadline, last day)."""
    now = end - timedelta(days=days)
    life = lifecycle(end, now, policy)
    today = now.astimezone(TOKYO).date()
    expected = Stage.TOO_LATE
    if now <= end:
        expected = Stage.NOT_YET if today < life.renew_from else Stage.RENEWABLE
    elif today <= life.obtain_until:
        expected = Stage.OBTAINABLE
    assert life.stage is expected
    assert life.days_left == days


@given(end=moments, now=moments)
def test_deadline_is_rounded_down_to_the_minute(end: datetime, now: datetime) -> None:
    deadline = lifecycle(end, now, POLICY).deadline
    assert deadline.second == deadline.microsecond == 0
    assert timedelta() <= end - deadline < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("lifetime", "days_before", "renewable_with_days_left"),
    [
        (timedelta(days=365), 30, 30),
        (timedelta(days=365), 366, 121),
        (timedelta(days=90), 30, 30),
        (timedelta(days=30), 30, 10),
        (timedelta(days=7), 366, 2),
    ],
)
def test_the_window_is_never_more_than_a_third_of_the_lifetime(
    lifetime: timedelta, days_before: int, renewable_with_days_left: int
) -> None:
    """Case 16: else a short-lived certificate would be due again as soon as it is renewed."""
    end = tokyo(2027, 4, 1, 0, 0)
    policy = RenewalPolicy(renew_days_before=days_before)
    days = [
        days
        for days in range(lifetime.days)
        if lifecycle(end, end - timedelta(days=days), policy, end - lifetime).stage
        is Stage.RENEWABLE
    ]
    assert max(days) == renewable_with_days_left


@given(
    hours=st.integers(1, 24 * 400),
    start=moments,
    policy=policies,
)
def test_a_new_certificate_is_not_due_and_every_certificate_becomes_due(
    hours: int, start: datetime, policy: RenewalPolicy
) -> None:
    end = start + timedelta(hours=hours)
    at_start, at_end = lifecycle(end, start, policy, start), lifecycle(end, end, policy, start)
    assert at_start.stage is Stage.NOT_YET
    assert at_end.stage is Stage.RENEWABLE
    assert at_end.renew_days >= 1
    if hours >= 6 * 24:  # a day of renewal begins at midnight, up to a day before the third
        half = start + timedelta(hours=hours) / 2
        assert lifecycle(end, half, policy, start).stage is Stage.NOT_YET


EDGES = [
    datetime.min.replace(tzinfo=UTC),
    datetime(1, 1, 1, 12, tzinfo=UTC),
    datetime(1969, 12, 31, tzinfo=UTC),
    datetime(9999, 10, 3, tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
]


@pytest.mark.parametrize("end", EDGES)
@pytest.mark.parametrize("begin", [None, *EDGES])
@pytest.mark.parametrize("now", EDGES)
def test_no_arithmetic_on_a_date_fails(
    begin: datetime | None, end: datetime, now: datetime
) -> None:
    """Case 01: RFC 5280, 4.1.2.5 writes "no expiry" as 9999-12-31."""
    policy = RenewalPolicy(renew_days_before=366, obtain_days_after=3660)
    life = lifecycle(end, now, policy, begin)
    assert (life.stage in (Stage.NOT_YET, Stage.RENEWABLE)) is (now <= end)
    assert life.deadline.isoformat()
    assert in_tokyo(life.deadline) == life.deadline
    assert life.renew_days >= 1


NINE = RenewalPolicy(until=time(9))


@pytest.mark.parametrize(
    ("now", "stage", "closed"),
    [
        (tokyo(2027, 3, 30, 23, 59), Stage.RENEWABLE, False),
        (tokyo(2027, 3, 31, 8, 59), Stage.RENEWABLE, False),
        (tokyo(2027, 3, 31, 9, 0), Stage.RENEWABLE, False),  # the last minute
        (tokyo(2027, 3, 31, 9, 1), Stage.OBTAINABLE, True),
        (END, Stage.OBTAINABLE, True),
        (END + timedelta(seconds=1), Stage.OBTAINABLE, False),
        (tokyo(2027, 6, 30, 0, 0), Stage.TOO_LATE, False),
    ],
)
def test_a_bank_can_close_renewal_at_an_hour_of_the_expiry_day(
    now: datetime, stage: Stage, closed: bool
) -> None:
    life = lifecycle(END, now, NINE)
    assert (life.stage, life.closed) == (stage, closed)
    assert life.deadline == tokyo(2027, 3, 31, 9, 0)
    assert life.expires == END
    assert life.obtain_until == date(2027, 6, 29)


def test_a_certificate_that_ends_before_that_hour_is_renewable_to_its_end() -> None:
    end = tokyo(2027, 3, 31, 8, 30)
    life = lifecycle(end, end, NINE)
    assert (life.stage, life.deadline, life.closes_early) == (Stage.RENEWABLE, end, False)
    after = lifecycle(end, end + timedelta(minutes=5), NINE)
    assert (after.stage, after.closed) == (Stage.OBTAINABLE, False)


@pytest.mark.parametrize("hours", [1, 6, 24, 40, 71, 72, 7 * 24, 47 * 24])
@pytest.mark.parametrize("begins", range(0, 24, 5))
def test_the_hour_leaves_every_certificate_time_for_renewal(hours: int, begins: int) -> None:
    start = tokyo(2027, 3, 1, begins, 30)
    end = start + timedelta(hours=hours)
    issued = lifecycle(end, start, NINE, start)
    assert issued.stage is Stage.NOT_YET, "or it would be renewed again as soon as it is issued"
    assert start < issued.opens < issued.deadline <= end
    assert lifecycle(end, issued.deadline, NINE, start).stage is Stage.RENEWABLE


def test_when_renewal_begins_is_a_day_or_for_short_lived_certificates_a_minute() -> None:
    start = tokyo(2027, 3, 1, 12)
    day = lifecycle(start + timedelta(days=365), start, POLICY, start).first
    assert day == date(2028, 1, 30)
    assert not isinstance(day, datetime)
    assert lifecycle(start + timedelta(hours=24), start, POLICY, start).first == tokyo(
        2027, 3, 2, 4
    )


@pytest.mark.parametrize(
    "text", ["9:00", "24:00", "09:60", "09:00:00", "0900", " 09:00", "０９:00"]
)
def test_an_hour_is_written_in_one_way_only(text: str) -> None:
    with pytest.raises(FaultError) as caught:
        closing_hour(text)
    assert caught.value.reason is Reason.UNTIL_FORM


def test_hours_are_read_and_written() -> None:
    assert [closing_hour(text) for text in ("", "00:00", "23:59")] == [None, time(0), time(23, 59)]
    assert [hour_text(hour) for hour in (None, time(9))] == ["", "09:00"]
