"""When the bank is asked about a certificate, and what its answer changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from certclient.ca.revocation.states import RevocationAnswer, RevocationState
from certclient.enrollment.bank_status import read_statuses
from certclient.enrollment.journal import Journal, Rejection, RejectionSource
from certclient.enrollment.overview import Row, read_overview
from certclient.enrollment.revocation_cache import RevocationCache
from certclient.enrollment.revocation_checks import RevocationChecks
from certclient.enrollment.revocations import REVOKED
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile, RevocationSettings
from support.cli_runner import LAB, NOW, CliRunner
from support.customer import profile_of

BANK = replace(profile_of(LAB), revocation=RevocationSettings(ocsp_url="http://ocsp.example.jp/"))
GOOD = RevocationAnswer(RevocationState.GOOD, source="ocsp")
BAD = RevocationAnswer(RevocationState.REVOKED, NOW, "keyCompromise", "ocsp")
SILENT = RevocationAnswer(RevocationState.UNKNOWN)


@dataclass
class Bank:
    """A bank whose answers a test scripts; `asked`: the serial numbers asked about."""

    journal: Journal
    cache: RevocationCache
    answer: RevocationAnswer = GOOD
    asked: list[str] = field(default_factory=list)
    now: timedelta = field(default_factory=timedelta)

    def look_up(
        self, _profile: Profile, certificate: Certificate, _known: Sequence[Certificate]
    ) -> RevocationAnswer:
        self.asked.append(certificate.serial_hex)
        return self.answer

    def check(self, computer: CliRunner, profile: Profile = BANK) -> bool:
        checks = RevocationChecks(
            lambda: self.journal, self.cache, self.look_up, lambda: NOW + self.now
        )
        return checks.check(self.rows(computer, profile))

    def rows(self, computer: CliRunner, profile: Profile = BANK) -> Sequence[Row]:
        statuses = read_statuses(self.journal)
        stores = [computer.pc, *computer.others]
        return read_overview([profile], stores, NOW + self.now, statuses).rows


@pytest.fixture
def cli_runner(tmp_path: Path) -> CliRunner:
    return CliRunner(tmp_path / "certclient.log")


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    return Bank(Journal(tmp_path / "journal.sqlite3"), RevocationCache(tmp_path / "r.json"))


def test_each_certificate_is_asked_about_once_a_day(bank: Bank, cli_runner: CliRunner) -> None:
    cli_runner.add()
    for hours in (0, 1, 23, 25):
        bank.now = timedelta(hours=hours)
        assert not bank.check(cli_runner)
    assert len(bank.asked) == 2


def test_without_an_answer_it_is_asked_again_after_an_hour(
    bank: Bank, cli_runner: CliRunner
) -> None:
    cli_runner.add()
    bank.answer = SILENT
    for minutes in (0, 30, 61):
        bank.now = timedelta(minutes=minutes)
        bank.check(cli_runner)
    assert len(bank.asked) == 2


def test_a_clock_that_was_set_back_does_not_silence_it(bank: Bank, cli_runner: CliRunner) -> None:
    cli_runner.add()
    bank.check(cli_runner)
    bank.now = timedelta(days=-10)
    bank.check(cli_runner)
    assert len(bank.asked) == 2


def test_a_revocation_is_a_rejection_until_the_bank_lifts_it(
    bank: Bank, cli_runner: CliRunner
) -> None:
    certificate = cli_runner.add()
    bank.answer = BAD
    assert bank.check(cli_runner)
    (rejection,) = bank.journal.rejections()
    assert (rejection.fingerprint, rejection.reason) == (certificate.fingerprint, REVOKED)
    assert rejection.message == f"ocsp keyCompromise {NOW.isoformat(timespec='minutes')}"
    (row,) = bank.rows(cli_runner)
    assert row.needs_another
    bank.answer, bank.now = SILENT, timedelta(days=2)
    assert not bank.check(cli_runner)
    assert bank.journal.rejections() != [], "silence lifts nothing"
    bank.answer, bank.now = GOOD, timedelta(days=4)
    assert bank.check(cli_runner), "it was on hold"
    assert bank.journal.rejections() == []


def test_a_revocation_that_could_not_be_recorded_is_asked_again(
    bank: Bank, cli_runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal is locked, say, or the computer stops before it is written."""
    cli_runner.add()
    bank.answer = BAD
    with monkeypatch.context() as locked:
        locked.setattr(bank.journal, "reject", fails)
        assert not bank.check(cli_runner)
    assert bank.check(cli_runner)
    assert len(bank.journal.rejections()) == 1


def fails(_rejection: Rejection) -> None:
    raise CertclientError(ErrorCode.DATA_FOLDER)


def test_another_rejection_is_not_lifted(bank: Bank, cli_runner: CliRunner) -> None:
    certificate = cli_runner.add()
    other = Rejection(
        certificate.fingerprint, BANK.id, RejectionSource.RENEWAL, "CC-CA-REFUSED", NOW
    )
    bank.journal.reject(other)
    assert not bank.check(cli_runner)
    assert bank.journal.rejections() == [other]
    assert bank.asked == []


def test_what_the_customer_has_revoked_is_not_lifted_by_an_answer_that_lags_behind(
    bank: Bank, cli_runner: CliRunner
) -> None:
    certificate = cli_runner.add()
    own = Rejection(certificate.fingerprint, BANK.id, RejectionSource.OWN_REQUEST, REVOKED, NOW)
    bank.journal.reject(own)
    bank.answer = GOOD
    assert not bank.check(cli_runner)
    assert bank.journal.rejections() == [own]


def test_only_certificates_that_count_are_asked_about(bank: Bank, cli_runner: CliRunner) -> None:
    cli_runner.add("TKYM0000001", days=-3)
    cli_runner.add("TKYM0000002", archived=True)
    cli_runner.add("TKYM0000003", key=False)
    counts = cli_runner.add("TKYM0000004", days=300)
    bank.check(cli_runner)
    assert bank.asked == [counts.serial_hex]


def test_a_bank_that_publishes_nothing_is_not_asked(bank: Bank, cli_runner: CliRunner) -> None:
    cli_runner.add()
    assert not bank.check(cli_runner, profile_of(LAB))
    assert bank.asked == []


def test_a_damaged_cache_costs_one_request(bank: Bank, cli_runner: CliRunner) -> None:
    cli_runner.add()
    assert bank.cache.path is not None
    bank.cache.path.write_text('{"x": 1')
    bank.check(cli_runner)
    bank.check(cli_runner)
    assert len(bank.asked) == 1


def test_the_cache_holds_fingerprints_and_dates_alone(bank: Bank, cli_runner: CliRunner) -> None:
    certificate = cli_runner.add()
    bank.check(cli_runner)
    assert bank.cache.path is not None
    text = bank.cache.path.read_text()
    assert certificate.fingerprint in text
    assert "TKYM" not in text
