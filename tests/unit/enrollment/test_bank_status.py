"""Which of an owner's certificates is current: the newest one that the bank accepts."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from certclient.enrollment.bank_status import BankStatus, BankStatuses, read_statuses
from certclient.enrollment.journal import (
    Journal,
    ProcedureKind,
    ProcedureState,
    Record,
    Rejection,
    RejectionSource,
)
from certclient.enrollment.unattended import RetrySchedule
from certclient.model.certificate import Certificate
from certclient.model.profile import Profile
from support.customer import profile_of
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


def current(statuses: BankStatuses, *certificates: Certificate) -> Certificate | None:
    return statuses.newest(certificates, lambda one: one)


def rejection(certificate: Certificate) -> Rejection:
    return Rejection(
        certificate.fingerprint, "practice", RejectionSource.RENEWAL, "CC-CA-REFUSED", NOW
    )


@dataclass
class JournalBuilder:
    """Builds a journal with records as the procedure writes them."""

    journal: Journal

    def add_record(
        self, state: ProcedureState, new: Certificate, old: Certificate | None = None
    ) -> Record:
        record = Record(
            id=f"p{len(self.journal.open_procedures())}{state.value}{new.serial_hex[:4]}",
            kind=ProcedureKind.RENEW,
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


def journal_builder(tmp_path: Path) -> JournalBuilder:
    return JournalBuilder(Journal(tmp_path / "journal.sqlite3"))


def test_later_issued_is_current_if_expiry_is_equal() -> None:
    first, second = issued(5), issued(1)
    assert first.not_after == second.not_after
    assert current(BankStatuses(), first, second) is second
    assert current(BankStatuses(), second, first) is second


def test_later_issued_is_current_even_if_it_expires_earlier() -> None:
    long, reissued = issued(100, END + timedelta(days=365)), issued(1)
    assert current(BankStatuses(), long, reissued) is reissued


def test_recorded_replacement_overrides_the_ca_timestamps(tmp_path: Path) -> None:
    """The clock of the CA server that issued the new certificate was a day slow."""
    old, new = issued(1), issued(25)
    builder = journal_builder(tmp_path)
    builder.add_record(ProcedureState.DONE, new, old)
    statuses = read_statuses(builder.journal)
    assert current(statuses, old, new) is new
    assert current(statuses, old) is old, "its successor is not on this computer"


def test_renewal_chain_holds_across_a_missing_certificate(tmp_path: Path) -> None:
    oldest, middle, newest = issued(1), issued(25), issued(49)
    builder = journal_builder(tmp_path)
    builder.add_record(ProcedureState.DONE, middle, oldest)
    builder.add_record(ProcedureState.DONE, newest, middle)
    assert current(read_statuses(builder.journal), oldest, newest) is newest


def test_cyclic_replacements_do_not_loop(tmp_path: Path) -> None:
    one, other = issued(1), issued(2)
    builder = journal_builder(tmp_path)
    builder.add_record(ProcedureState.DONE, one, other)
    builder.add_record(ProcedureState.DONE, other, one)
    assert current(read_statuses(builder.journal), one, other) is None


def test_unconfirmed_certificate_is_never_current_and_maps_to_its_procedure(tmp_path: Path) -> None:
    builder = journal_builder(tmp_path)
    old = issued(100)
    for state in (ProcedureState.ISSUED, ProcedureState.INSTALLED, ProcedureState.VERIFIED):
        new = issued(1)
        record = builder.add_record(state, new, old)
        statuses = read_statuses(builder.journal)
        assert statuses.of(new) is BankStatus.UNCONFIRMED
        assert statuses.unconfirmed[new.fingerprint] == record.id
        assert current(statuses, old, new) is old
        builder.journal.save(replace(record, state=ProcedureState.CONFIRMED))
        assert current(read_statuses(builder.journal), old, new) is new


def test_journal_knows_the_bank_of_a_certificate_and_whether_a_token_was_used(
    tmp_path: Path,
) -> None:
    journal = Journal(tmp_path / "journal.sqlite3")
    old, new = issued(2), issued(1)
    record = JournalBuilder(journal).add_record(ProcedureState.DONE, new, old)
    statuses = read_statuses(journal)
    assert statuses.banks == {old.fingerprint: "practice", new.fingerprint: "practice"}
    assert not statuses.token_used
    journal.save(replace(record, id="p-token", store_id="pkcs11:serial=1"))
    assert read_statuses(journal).token_used


def test_rejected_certificate_is_not_current_until_the_bank_accepts_it_again(
    tmp_path: Path,
) -> None:
    old, new = issued(100), issued(1)
    builder = journal_builder(tmp_path)
    builder.add_record(ProcedureState.DONE, new, old)
    builder.journal.reject(rejection(new))
    statuses = read_statuses(builder.journal)
    assert statuses.of(new) is BankStatus.NOT_ACCEPTED
    assert current(statuses, old, new) is old
    assert current(statuses, new) is None
    builder.journal.accept(new.fingerprint)
    assert current(read_statuses(builder.journal), old, new) is new


def test_first_reason_of_a_rejection_is_kept(tmp_path: Path) -> None:
    certificate = issued(1)
    journal = journal_builder(tmp_path).journal
    journal.reject(rejection(certificate))
    journal.reject(replace(rejection(certificate), source=RejectionSource.LOGIN))
    (kept,) = Journal(journal.path).rejections()
    assert kept == rejection(certificate)


def test_confirmation_retries_back_off() -> None:
    schedule, now = RetrySchedule(), NOW
    tries = []
    for second in range(0, 3600, 10):
        now = NOW + timedelta(seconds=second)
        if schedule.is_due("p1", now):
            schedule.record_attempt("p1", now)
            tries.append(second)
    assert tries[:5] == [0, 20, 60, 140, 300]
    gaps = [later - earlier for earlier, later in itertools.pairwise(tries)]
    assert max(gaps) == 300
    assert schedule.is_due("p2", now), "each procedure has its own schedule"


def bank_with_issuers(*issuers: str) -> Profile:
    profile = profile_of(LAB)
    rule = replace(profile.subject_rule, issuers=frozenset(issuers))
    return replace(profile, subject_rule=rule)


def test_a_new_issuing_ca_whose_certificate_was_accepted_counts_as_the_banks(
    tmp_path: Path,
) -> None:
    builder = journal_builder(tmp_path)
    new = LAB.root.issue_ca("Example Issuing CA 2").issue(SPKI, customer_name())
    bank = bank_with_issuers("Example Issuing CA")
    assert new.owner(read_statuses(builder.journal).subject_rule(bank)) is None
    builder.add_record(ProcedureState.DONE, new)
    statuses = read_statuses(builder.journal)
    assert new.owner(statuses.subject_rule(bank)) is not None
    other_bank = replace(bank, id="another")
    assert new.owner(statuses.subject_rule(other_bank)) is None


def test_a_refused_certificates_issuer_is_not_the_banks(tmp_path: Path) -> None:
    builder = journal_builder(tmp_path)
    new = LAB.root.issue_ca("Example Issuing CA 2").issue(SPKI, customer_name())
    for state in (ProcedureState.ISSUED, ProcedureState.ABANDONED):
        builder.add_record(state, new)
    assert read_statuses(builder.journal).issuers == {}


def test_a_bank_that_names_no_issuer_still_names_none(tmp_path: Path) -> None:
    builder = journal_builder(tmp_path)
    builder.add_record(ProcedureState.DONE, issued(1))
    rule = read_statuses(builder.journal).subject_rule(bank_with_issuers())
    assert rule.issuers == frozenset()


def test_last_one_confirmed_counts_whatever_the_clocks_of_the_cas_say(tmp_path: Path) -> None:
    """Two procedures of one owner that do not name each other's certificate, as after 取得; the
    second CA's clock is two days behind."""
    builder = journal_builder(tmp_path)
    first, second = issued(1), issued(48)
    for number, new in enumerate((first, second)):
        record = builder.add_record(ProcedureState.DONE, new)
        started = NOW + timedelta(hours=number)
        builder.journal.save(replace(record, id=f"x{number}", user_id="A", started=started))
    statuses = read_statuses(builder.journal)
    assert current(statuses, first, second) == second
    assert statuses.is_successor(second, first)
    assert not statuses.is_successor(first, second)
