"""The overview: which certificates are shown or folded, and their condition on a given day."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certclient.enrollment.bank_status import BankStatuses
from certclient.enrollment.overview import Condition, read_overview
from certclient.store.pkcs11.nss import NssStore
from certclient.store.pkcs11.softokn import load_softokn
from support.customer import CustomerComputer, make_customer, profile_of


def conditions(customer: CustomerComputer, now: datetime) -> list[tuple[Condition, bool]]:
    overview = read_overview([customer.profile], [customer.store], now, BankStatuses())
    return [(row.condition, row.folded) for row in overview.rows]


def test_condition_follows_the_certificate_lifecycle(customer: CustomerComputer) -> None:
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


def test_renewed_certificate_is_folded(customer: CustomerComputer) -> None:
    customer.renew()
    assert conditions(customer, datetime.now(UTC)) == [
        (Condition.VALID, False),
        (Condition.ARCHIVED, True),
    ]


def test_certificate_matching_two_profiles_is_shown_once(customer: CustomerComputer) -> None:
    profiles = [customer.profile, profile_of(customer.lab)]
    overview = read_overview(profiles, [customer.store], datetime.now(UTC), BankStatuses())
    assert [row.profile for row in overview.rows] == [customer.profile]


def test_conditions_advance_without_rescanning_the_stores(customer: CustomerComputer) -> None:
    now = datetime.now(UTC)
    overview = read_overview([customer.profile], [customer.store], now, BankStatuses())
    assert overview.due
    later = overview.at(customer.current.not_after + timedelta(days=1))
    assert [row.condition for row in later.rows] == [Condition.OBTAINABLE]
    assert not later.due


@pytest.mark.skipif(sys.platform == "win32", reason="NSS is the PC's store on Linux")
def test_one_certificate_in_two_browsers_is_due_once(tmp_path: Path) -> None:
    chromium = NssStore(load_softokn(), tmp_path / "chromium")
    customer = make_customer(tmp_path, chromium, lambda: 1)
    shutil.copytree(chromium.directory, tmp_path / "firefox")
    customer.stores.append(NssStore(load_softokn(), tmp_path / "firefox"))
    overview = read_overview(
        [customer.profile], customer.stores, customer.time.clock(), BankStatuses()
    )
    assert sorted(row.condition.value for row in overview.rows) == ["copy", "renewable"]
    assert [row.entry.store for row in overview.due] == [chromium]
    assert not any(row.folded for row in overview.rows), "a browser still offers the copy"
