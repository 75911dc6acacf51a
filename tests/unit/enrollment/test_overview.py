"""Which certificates count, which are folded away, and what they mean today."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from certclient.enrollment.bank_status import BankStatuses
from certclient.enrollment.overview import Condition, take_overview
from support.customer import Customer, profile_of


def conditions(customer: Customer, now: datetime) -> list[tuple[Condition, bool]]:
    overview = take_overview([customer.profile], [customer.store], now, BankStatuses())
    return [(row.condition, row.folded) for row in overview.rows]


def test_a_certificate_goes_through_its_life(customer: Customer) -> None:
    end = customer.current.not_after
    seen = [conditions(customer, end + timedelta(days=days)) for days in (-40, -20, -2, 1, 89, 92)]
    assert seen == [
        [(Condition.VALID, False)],
        [(Condition.RENEWABLE, False)],
        [(Condition.URGENT, False)],
        [(Condition.OBTAINABLE, False)],
        [(Condition.OBTAINABLE, False)],
        [(Condition.TOO_LATE, False)],
    ]


def test_what_was_renewed_is_folded_away(customer: Customer) -> None:
    customer.renew()
    assert conditions(customer, datetime.now(UTC)) == [
        (Condition.VALID, False),
        (Condition.ARCHIVED, True),
    ]


def test_a_certificate_of_two_profiles_is_shown_once(customer: Customer) -> None:
    profiles = [customer.profile, profile_of(customer.lab)]
    overview = take_overview(profiles, [customer.store], datetime.now(UTC), BankStatuses())
    assert [row.profile for row in overview.rows] == [customer.profile]


def test_time_passes_without_a_look_into_the_stores(customer: Customer) -> None:
    now = datetime.now(UTC)
    overview = take_overview([customer.profile], [customer.store], now, BankStatuses())
    assert overview.due
    later = overview.at(customer.current.not_after + timedelta(days=1))
    assert [row.condition for row in later.rows] == [Condition.OBTAINABLE]
    assert not later.due
