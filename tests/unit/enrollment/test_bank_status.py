"""Which certificate of an owner counts: the newest that the bank is known to accept."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from certclient.enrollment.bank_status import BankStatus, BankStatuses, read_statuses
from certclient.enrollment.journal import (
    Journal,
    Kind,
    Record,
    Rejection,
    RejectionSource,
    State,
)
from certclient.enrollment.unattended import RetrySchedule
from certclient.model.certificate import Certificate
from support.pki import customer_name, make_lab, rsa_key, spki_of

NOW = datetime(2027, 3, 11, 3, 0, tzinfo=UTC)
LAB = make_lab(NOW)
SPKI = spki_of(rsa_key(0))
END = NOW + timedelta(days=365)


def issued(hours_ago: float, end: datetime = END) -> Certificate:
    return LAB.intermediate.issue(
        SPKI,
        customer_name("TKYM1408054"),
        days=(end - NOW).total_seconds() / 86400,
        not_before=NOW - timedelta(hours=hours_ago),
    )


def counting(statuses: BankStatuses, *certificates: Certificate) -> Certificate | None:
    return statuses.newest(certificates, lambda one: one)


def rejection(certificate: Certificate) -> Rejection:
    return Rejection(
        certificate.fingerprint, "practice", RejectionSource.RENEWAL, "CC-CA-REFUSED", NOW
    )


@dataclass
class Notebook:
    """The journal of a test, with records as the procedure writes them."""

    journal: Journal

    def begun(self, state: State, new: Certificate, old: Certificate | None = None) -> Record:
        record = Record(
            id=f"p{len(self.journal.open_procedures())}{state.value}{new.serial_hex[:4]}",
            kind=Kind.RENEW,
            profile_id="practice",
            user_id=new.serial_hex,
            state=state,
            started=NOW,
            changed=NOW,
            store_id="nss:x",
            key_label="k",
            old_certificate=old.der if old else b"",
            issued=new.der,
        )
        self.journal.save(record)
        return record


def notebook(tmp_path: Path) -> Notebook:
    return Notebook(Journal(tmp_path / "journal.sqlite3"))


def test_of_two_that_end_on_the_same_day_the_later_one_counts() -> None:
    first, second = issued(5), issued(1)
    assert first.not_after == second.not_after
    assert counting(BankStatuses(), first, second) is second
    assert counting(BankStatuses(), second, first) is second


def test_a_later_one_counts_even_if_it_ends_earlier() -> None:
    long, reissued = issued(100, END + timedelta(days=365)), issued(1)
    assert counting(BankStatuses(), long, reissued) is reissued


def test_what_replaced_what_goes_before_the_clocks_of_the_ca(tmp_path: Path) -> None:
    """The CA's second machine was a day behind when it issued the new one."""
    old, new = issued(1), issued(25)
    book = notebook(tmp_path)
    book.begun(State.DONE, new, old)
    statuses = read_statuses(book.journal)
    assert counting(statuses, old, new) is new
    assert counting(statuses, old) is old, "its successor is not on this computer"


def test_a_chain_of_renewals_counts_over_one_that_is_gone(tmp_path: Path) -> None:
    oldest, middle, newest = issued(1), issued(25), issued(49)
    book = notebook(tmp_path)
    book.begun(State.DONE, middle, oldest)
    book.begun(State.DONE, newest, middle)
    assert counting(read_statuses(book.journal), oldest, newest) is newest


def test_certificates_that_replaced_each_other_do_not_loop(tmp_path: Path) -> None:
    one, other = issued(1), issued(2)
    book = notebook(tmp_path)
    book.begun(State.DONE, one, other)
    book.begun(State.DONE, other, one)
    assert counting(read_statuses(book.journal), one, other) is None


def test_an_unconfirmed_one_never_counts_and_names_its_procedure(tmp_path: Path) -> None:
    book = notebook(tmp_path)
    old = issued(100)
    for state in (State.ISSUED, State.INSTALLED, State.VERIFIED):
        new = issued(1)
        record = book.begun(state, new, old)
        statuses = read_statuses(book.journal)
        assert statuses.of(new) is BankStatus.UNCONFIRMED
        assert statuses.unconfirmed[new.fingerprint] == record.id
        assert counting(statuses, old, new) is old
        book.journal.save(replace(record, state=State.CONFIRMED))
        assert counting(read_statuses(book.journal), old, new) is new


def test_a_refused_one_never_counts_until_the_bank_accepts_it_again(tmp_path: Path) -> None:
    old, new = issued(100), issued(1)
    book = notebook(tmp_path)
    book.begun(State.DONE, new, old)
    book.journal.reject(rejection(new))
    statuses = read_statuses(book.journal)
    assert statuses.of(new) is BankStatus.NOT_ACCEPTED
    assert counting(statuses, old, new) is old
    assert counting(statuses, new) is None
    book.journal.accept(new.fingerprint)
    assert counting(read_statuses(book.journal), old, new) is new


def test_the_first_reason_of_a_refusal_stays(tmp_path: Path) -> None:
    certificate = issued(1)
    journal = notebook(tmp_path).journal
    journal.reject(rejection(certificate))
    journal.reject(replace(rejection(certificate), source=RejectionSource.LOGIN))
    (kept,) = Journal(journal.path).rejections()
    assert kept == rejection(certificate)


def test_confirmations_are_tried_soon_and_then_less_and_less_often() -> None:
    schedule, now = RetrySchedule(), NOW
    tries = []
    for second in range(0, 3600, 10):
        now = NOW + timedelta(seconds=second)
        if schedule.is_due("p1", now):
            schedule.tried("p1", now)
            tries.append(second)
    assert tries[:5] == [0, 20, 60, 140, 300]
    gaps = [later - earlier for earlier, later in itertools.pairwise(tries)]
    assert max(gaps) == 300
    assert schedule.is_due("p2", now), "each procedure has its own"
