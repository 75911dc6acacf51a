"""Reminders 30, 10, 7, 3, 1 and 0 days ahead; at most one a day until the last day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from certclient.enrollment.inventory import InventoryEntry
from certclient.enrollment.overview import Condition, Overview, Row
from certclient.enrollment.procedure_status import ProcedurePhase, ProcedureStatus
from certclient.enrollment.reminder import (
    Reminder,
    ReminderHistory,
    ShownReminder,
    is_due,
    next_reminder,
    threshold,
)
from certclient.model.certificate import Certificate, Owner, Role
from certclient.model.destination import Destination
from certclient.model.errors import ErrorCode
from certclient.model.japan_time import TOKYO
from certclient.model.keys import KeyRef
from certclient.model.lifecycle import lifecycle
from certclient.model.profile import Profile
from certclient.store.base import StoredCertificate, Unavailable
from certclient.store.unavailable import UnavailableStore
from support.customer import profile_of
from support.pki import customer_name, make_lab, rsa_signer

DAYS = (30, 10, 7, 3, 1, 0)
STORE = UnavailableStore("nss:x", "x", Destination.PC, Unavailable(ErrorCode.STORE_UNAVAILABLE))


@pytest.fixture(scope="module")
def world() -> tuple[Profile, Certificate]:
    """A bank's profile and a certificate that expires in the evening of 1 March 2027 in Japan."""
    lab = make_lab()
    certificate = lab.issue(rsa_signer().spki, customer_name("TKYM1408054"))
    end = datetime(2027, 3, 1, 23, 59, 59, tzinfo=TOKYO)
    year = replace(certificate, not_before=end - timedelta(days=365), not_after=end)
    return replace(profile_of(lab), reminder_days=DAYS), year


def row_at(world: tuple[Profile, Certificate], now: datetime) -> Row:
    profile, certificate = world
    stored = StoredCertificate(certificate, "nss:x", "", KeyRef("nss:x", b"1"), archived=False)
    owner = Owner("TKYM1408054", "1403", Role.USER)
    entry = InventoryEntry(
        stored, STORE, owner, lifecycle(certificate.not_after, now, profile.renewal)
    )
    row = Row(profile, entry, Condition.VALID)
    return Overview(now, rows=(row,)).at(now).rows[0]


def noon_before(world: tuple[Profile, Certificate], days: int) -> datetime:
    """Noon in Japan, `days` days before the expiry date."""
    end = world[1].not_after.astimezone(TOKYO)
    return (end - timedelta(days=days)).replace(hour=12, minute=0)


@pytest.mark.parametrize(
    ("days_left", "reached"), [(31, None), (30, 30), (11, 30), (10, 10), (2, 3), (1, 1), (0, 0)]
)
def test_threshold_is_the_last_reminder_day_reached(days_left: int, reached: int | None) -> None:
    assert threshold(days_left, DAYS) == reached


def test_reminders_are_due_on_exactly_the_banks_days(
    world: tuple[Profile, Certificate], tmp_path: Path
) -> None:
    history = ReminderHistory(tmp_path / "reminders.json")
    reminded: list[int] = []
    for days in range(40, -1, -1):
        now = noon_before(world, days)
        due = history.due([row_at(world, now)], now)
        history.note(due, now)
        reminded += [reminder.days_left for reminder in due]
        assert history.due([row_at(world, now)], now + timedelta(minutes=5)) == []
    assert reminded == list(DAYS)


def test_missed_reminder_is_due_at_once_and_the_next_on_time(
    world: tuple[Profile, Certificate], tmp_path: Path
) -> None:
    history = ReminderHistory(tmp_path / "reminders.json")
    now = noon_before(world, 8)
    first = history.due([row_at(world, now)], now)
    assert [reminder.days_left for reminder in first] == [8]
    history.note(first, now)
    later = noon_before(world, 7)
    assert len(history.due([row_at(world, later)], later)) == 1


def test_reminder_is_due_every_two_hours_on_the_last_day(
    world: tuple[Profile, Certificate],
) -> None:
    now = world[1].not_after.astimezone(TOKYO).replace(minute=0) - timedelta(minutes=1)
    row = row_at(world, now)
    assert not is_due(row, ShownReminder(now - timedelta(minutes=119), 0), now)
    assert is_due(row, ShownReminder(now - timedelta(minutes=120), 0), now)


def test_clock_set_back_does_not_suppress_reminders(
    world: tuple[Profile, Certificate],
) -> None:
    now = noon_before(world, 10)
    assert is_due(row_at(world, now), ShownReminder(now + timedelta(days=300), 10), now)


def test_expiry_is_reported_once(world: tuple[Profile, Certificate]) -> None:
    now = world[1].not_after + timedelta(days=5)
    row = row_at(world, now)
    assert row.condition is Condition.OBTAINABLE
    assert is_due(row, ShownReminder(now - timedelta(days=6), 1), now)
    assert not is_due(row, ShownReminder(now - timedelta(days=1), -4), now)


@pytest.mark.parametrize("damaged", [b"", b"[]", b'{"a": {"at": "yesterday"}}', b"\xff"])
def test_damaged_reminder_file_is_replaced(
    damaged: bytes, world: tuple[Profile, Certificate], tmp_path: Path
) -> None:
    path = tmp_path / "reminders.json"
    path.write_bytes(damaged)
    history = ReminderHistory(path)
    now = noon_before(world, 10)
    due = history.due([row_at(world, now)], now)
    assert len(due) == 1
    history.note(due, now)
    assert history.due([row_at(world, now)], now) == []


def test_unwritable_reminder_file_does_not_prevent_reminders(
    world: tuple[Profile, Certificate], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    history = ReminderHistory(tmp_path / "file" / "reminders.json")
    now = noon_before(world, 10)
    history.note([Reminder(row_at(world, now))], now)
    assert len(history.due([row_at(world, now)], now)) == 1


def test_a_short_lived_certificate_is_reminded_of_when_it_is_due(
    world: tuple[Profile, Certificate],
) -> None:
    """The bank's reminder days are longer than its whole life."""
    profile, certificate = world
    short = (profile, replace(certificate, not_before=certificate.not_after - timedelta(days=9)))
    assert not is_due(row_at(short, noon_before(short, 8)), None, noon_before(short, 8))
    assert is_due(row_at(short, noon_before(short, 2)), None, noon_before(short, 2))


@pytest.mark.parametrize(
    ("days_left", "day"),
    [
        (30, date(2027, 2, 19)),
        (11, date(2027, 2, 19)),
        (10, date(2027, 2, 22)),
        (1, date(2027, 3, 1)),
        (0, date(2027, 3, 1)),
    ],
)
def test_notice_says_on_which_day_it_returns(
    world: tuple[Profile, Certificate], days_left: int, day: date
) -> None:
    assert next_reminder(days_left, DAYS, noon_before(world, days_left)) == day


def test_notice_after_the_banks_last_day_returns_when_it_has_expired(
    world: tuple[Profile, Certificate],
) -> None:
    assert next_reminder(3, (30, 10), noon_before(world, 3)) == date(2027, 3, 2)


@pytest.mark.parametrize(
    ("phase", "reminds"),
    [
        (ProcedurePhase.RUNNING, False),
        (ProcedurePhase.WAITING, False),
        (ProcedurePhase.INTERRUPTED, True),
        (ProcedurePhase.FAILED, True),
    ],
)
def test_no_reminder_while_the_renewal_goes_on_by_itself(
    world: tuple[Profile, Certificate], phase: ProcedurePhase, reminds: bool
) -> None:
    now = noon_before(world, 10)
    row = row_at(world, now)
    procedure = ProcedureStatus(*row.key, phase)
    assert is_due(replace(row, procedure=procedure), None, now) is reminds
    assert not is_due(replace(row, absent=True), None, now)


def test_closing_and_expiry_are_told_once_each(
    world: tuple[Profile, Certificate], tmp_path: Path
) -> None:
    profile, certificate = world
    nine = replace(profile, renewal=replace(profile.renewal, until=time(9)))
    history = ReminderHistory(tmp_path / "reminders.json")
    told: list[tuple[int, int]] = []
    start = datetime(2027, 3, 1, 0, 30, tzinfo=TOKYO)
    for hour in range(72):
        now = start + timedelta(hours=hour)
        due = history.due([row_at((nine, certificate), now)], now)
        history.note(due, now)
        told += [(now.day, now.hour) for _ in due]
    assert told == [(1, 0), (1, 2), (1, 4), (1, 6), (1, 8), (1, 9), (2, 0)]
