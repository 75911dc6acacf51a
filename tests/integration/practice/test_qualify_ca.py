"""`qualify-ca` at the practice bank, as it is and broken in ways that a bank's CA may be."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from certclient.ca.cmp.client import CmpClient
from certclient.cmp.bodies import RevokeReply
from certclient.cmp.status import PkiStatus, PkiStatusInfo
from certclient.configuration.profiles import load_profile
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeyAlgorithm
from certclient.model.lifecycle import RenewalPolicy
from certclient.model.profile import EST, SecretPolicy
from certclient.model.secret import Secret
from certclient.qualification.fields import message_fields, sent_fields
from certclient.qualification.keys import MemoryKey
from certclient.qualification.report import Check, Finding, Report, Result, Verdict
from certclient.qualification.run import qualify
from certclient_practice.admin.profile_writer import ProfileOptions
from certclient_practice.bank import ca as practice_ca
from certclient_practice.cmp import authentication, confirmation, request, revocation
from certclient_practice.cmp.replies import Reply
from certclient_practice.repositories.records import CertificateState
from certclient_practice.repositories.transactions import Transactions
from support.bank import USER_ID, RunningBank
from support.cli_runner import CliRunner
from support.qualification import ca_of, customer_of, failures, now, result_of

pytestmark = pytest.mark.usefixtures("customer")


@pytest.fixture
def customer(bank: RunningBank) -> None:
    """A test CA renews what it has just issued."""
    bank.set_policy(renewal=RenewalPolicy(366, 90), check_after=0)
    bank.add_customer()


def tried(
    bank: RunningBank,
    *,
    skipped: Collection[Check] = (),
    reported: Callable[[Result], None] = lambda _result: None,
    user_id: str = USER_ID,
    code: Secret | None = None,
    **changes: Any,
) -> Report:
    profile = load_profile(bank.profile_path)
    customer = customer_of(profile, user_id, code or bank.issue_code(user_id), **changes)
    return qualify(customer, skipped, reported)


def test_a_ca_that_does_everything_qualifies_and_keeps_no_valid_certificate(
    bank: RunningBank,
) -> None:
    reported: list[Result] = []
    report = tried(bank, reported=reported.append)
    assert failures(report) == {}
    assert report.passed
    assert [one.check for one in report.results] == list(Check)
    assert list(report.results) == reported
    assert result_of(report, Check.WAITING).verdict is Verdict.NOT_APPLICABLE
    assert result_of(report, Check.LOST_ANSWER).finding is Finding.ANSWERED_AGAIN
    assert result_of(report, Check.LOST_CONFIRMATION).finding is Finding.ANSWERED_AGAIN
    assert not report.left
    assert valid_certificates(bank) == []


def valid_certificates(bank: RunningBank) -> list[str]:
    with bank.bank.repositories() as repositories:
        return [
            record.certificate.serial_hex
            for record in repositories.register.all()
            if record.state is CertificateState.CONFIRMED
        ]


def test_the_answers_lost_are_those_of_a_ca_that_has_acted(bank: RunningBank) -> None:
    """Otherwise the check would prove nothing."""
    exchanges = result_of(tried(bank), Check.LOST_ANSWER).exchanges
    assert [one.lost for one in exchanges] == [True, False]
    assert exchanges[0].sent == exchanges[1].sent
    assert exchanges[0].received == exchanges[1].received


def test_a_ca_that_lets_wait_is_polled(bank: RunningBank) -> None:
    """With EC keys, too."""
    bank.set_policy(wait_polls=2)
    slept: list[float] = []
    report = tried(bank, sleep=slept.append, new_key=lambda: MemoryKey(KeyAlgorithm.EC_P384))
    assert report.passed
    assert result_of(report, Check.WAITING).verdict is Verdict.PASSED
    assert slept
    assert min(slept) > 0


def test_a_ca_that_lets_wait_for_too_long_fails(bank: RunningBank) -> None:
    bank.set_policy(wait_polls=1000, check_after=20)
    report = tried(bank, max_wait=50)
    assert failures(report) == {Check.OBTAIN: ErrorCode.CA_WAITING}
    assert result_of(report, Check.RENEW).verdict is Verdict.NOT_RUN
    assert not report.passed


def test_implicit_confirmation_leaves_nothing_to_confirm(bank: RunningBank) -> None:
    bank.set_policy(allow_implicit_confirm=True)
    text = bank.profile_path.read_text(encoding="utf-8")
    bank.profile_path.write_text(
        text.replace("implicit_confirm = false", "implicit_confirm = true"), encoding="utf-8"
    )
    report = tried(bank)
    assert failures(report) == {}
    assert result_of(report, Check.CONFIRM).finding is Finding.IMPLICIT
    assert result_of(report, Check.REJECT).verdict is Verdict.NOT_APPLICABLE
    assert valid_certificates(bank) == []


def test_a_ca_that_speaks_est_qualifies_and_what_it_lacks_is_not_applicable(
    bank: RunningBank,
) -> None:
    bank.write_profile(ProfileOptions(protocol=EST))
    report = tried(bank, new_key=lambda: MemoryKey(KeyAlgorithm.EC_P256))
    assert failures(report) == {}
    assert report.passed
    lacking = [one.check for one in report.results if one.finding is Finding.NOT_OFFERED]
    assert lacking == [
        Check.CONFIRM,
        Check.QUERY,
        Check.LOST_CONFIRMATION,
        Check.REJECT,
        Check.REVOKE,
        Check.REVOKED,
    ]
    assert result_of(report, Check.LOST_ANSWER).finding is Finding.ANSWERED_AGAIN
    assert report.left, "certificates that EST cannot revoke are named"
    sent = sent_fields(result_of(report, Check.RENEW).exchanges[-1])
    assert sent["request"] == "POST simplereenroll"
    assert f"Common Name={USER_ID}" in sent["subject"]


def test_secrets_that_the_profile_wants_are_sent_and_not_reported(bank: RunningBank) -> None:
    bank.add_customer("TKYM1408099", pin="himitsu-pin", one_time_password="himitsu-password")
    text = bank.profile_path.read_text(encoding="utf-8")
    everybody = SecretPolicy.EVERYBODY.value
    wanted = f'ask_pin = "{everybody}"\nask_one_time_password = "{everybody}"\n'
    kept = [line for line in text.splitlines() if not line.startswith("ask_")]
    text = "\n".join(kept).replace("[renewal]", f"[renewal]\n{wanted}")
    bank.profile_path.write_text(text, encoding="utf-8")
    report = tried(bank, user_id="TKYM1408099")
    assert failures(report) == {}
    (exchange, *_) = result_of(report, Check.RENEW).exchanges
    assert b"himitsu-pin" in exchange.sent, "otherwise the rest proves nothing"
    fields = message_fields(exchange.sent)
    assert fields["controls"] == "oldCertID, regToken, authenticator"
    assert "himitsu" not in str(fields)


def test_what_is_skipped_is_not_applicable(bank: RunningBank) -> None:
    skipped = {Check.WRONG_CODE, Check.BAD_PROOF}
    report = tried(bank, skipped=skipped)
    assert report.passed
    for check in skipped:
        assert result_of(report, check).verdict is Verdict.NOT_APPLICABLE
        assert result_of(report, check).finding is Finding.SKIPPED


def test_the_wrong_code_for_the_right_one_fails(bank: RunningBank) -> None:
    report = tried(bank, code=Secret("WRONGWRONG23"))
    assert failures(report) == {Check.OBTAIN: ErrorCode.ISSUE_CODE_WRONG}


def test_an_address_without_a_server_ends_it(bank: RunningBank) -> None:
    code = bank.issue_code()
    bank.stop()
    report = tried(bank, code=code)
    assert failures(report) == {Check.REACHABLE: ErrorCode.NETWORK_UNREACHABLE}
    others = [one.verdict for one in report.results[1:]]
    assert set(others) == {Verdict.NOT_RUN}


def test_a_wrong_clock_is_seen(bank: RunningBank) -> None:
    report = tried(
        bank,
        clock=lambda: now() + timedelta(hours=2),
        skipped=set(Check) - {Check.REACHABLE, Check.CLOCK},
    )
    assert failures(report) == {Check.CLOCK: ErrorCode.CLOCK_WRONG}


def nothing(*_arguments: object, **_keywords: object) -> None:
    """A check that the CA leaves out."""


def test_no_proof_of_possession(bank: RunningBank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request, "check_possession", nothing)
    assert failures(tried(bank)) == {Check.BAD_PROOF: Finding.GRANTED}
    assert valid_certificates(bank) == []


def test_no_check_of_signatures(bank: RunningBank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authentication, "verify_signature", nothing)
    assert failures(tried(bank)) == {Check.BAD_SIGNATURE: Finding.GRANTED}


def test_no_check_of_codes(bank: RunningBank, monkeypatch: pytest.MonkeyPatch) -> None:
    """It grants with a MAC of the right code, which the program does not believe; with a signature,
    it would have issued."""
    monkeypatch.setattr(authentication, "verify_mac", nothing)
    found = failures(tried(bank))
    assert found[Check.WRONG_CODE] is ErrorCode.CA_PROTECTION_INVALID


def test_repeated_requests_are_not_remembered(
    bank: RunningBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Transactions.store_response

    def store_once(*arguments: Any) -> None:
        with contextlib.suppress(sqlite3.IntegrityError):
            store(*arguments)

    monkeypatch.setattr(Transactions, "stored_response", nothing)
    monkeypatch.setattr(Transactions, "store_response", store_once)
    report = tried(bank)
    assert Check.LOST_CONFIRMATION not in failures(report)
    lost = result_of(report, Check.LOST_ANSWER)
    assert (lost.verdict, lost.finding) == (Verdict.PASSED, Finding.NEW_TRANSACTION)


def test_rejected_certificates_become_valid(
    bank: RunningBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    def accept(handler: Any, repositories: Any, transaction: Any) -> Reply:
        record = repositories.register.find(transaction.serial_hex)
        return Reply(handler._accept(repositories, transaction, record).body)

    monkeypatch.setattr(confirmation.ConfirmationHandler, "reject", accept)
    found = failures(tried(bank))
    assert found[Check.REJECT] is Finding.STILL_ACCEPTED


def test_revocation_without_effect(bank: RunningBank, monkeypatch: pytest.MonkeyPatch) -> None:
    def pretend(*_arguments: object) -> Reply:
        return Reply(RevokeReply((PkiStatusInfo(PkiStatus.ACCEPTED),)))

    monkeypatch.setattr(revocation.RevocationHandler, "revoke", pretend)
    assert failures(tried(bank))[Check.REVOKED] is Finding.GRANTED


def test_certificates_for_another_purpose(
    bank: RunningBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign = practice_ca._sign_leaf
    for_servers = ExtendedKeyUsageOID.SERVER_AUTH
    monkeypatch.setattr(
        practice_ca,
        "_sign_leaf",
        lambda builder, issuer, _usage: sign(builder, issuer, for_servers),
    )
    found = failures(tried(bank))
    assert found[Check.CERTIFICATE] is ErrorCode.ISSUED_NO_CLIENT_AUTH
    assert found[Check.RENEW] is ErrorCode.ISSUED_NO_CLIENT_AUTH


def test_no_renewal_of_what_was_just_issued(bank: RunningBank) -> None:
    bank.set_policy(renewal=RenewalPolicy(30, 90))
    found = failures(tried(bank))
    assert found[Check.RENEW] is ErrorCode.CA_REFUSED
    assert found[Check.LOST_ANSWER] is ErrorCode.CA_REFUSED


# --- The command ---------------------------------------------------------------------------------


@pytest.fixture
def command(bank: RunningBank, tmp_path: Path) -> CliRunner:
    runner = CliRunner(tmp_path / "log", profile=load_profile(bank.profile_path))
    runner.now = now()
    runner.tested_ca = ca_of
    return runner


def run(command: CliRunner, bank: RunningBank, *options: str, code: str | None = None) -> int:
    command.terminal.stdin = [code or bank.issue_code().reveal()]
    arguments = ("qualify-ca", "--user-id", USER_ID, "--code-stdin", "--yes", *options)
    return command.run(*arguments)


def test_the_command_prints_a_report(
    bank: RunningBank, command: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    code = bank.issue_code().reveal()
    assert run(command, bank, code=code) == 0
    out = capsys.readouterr().out
    heading = out.splitlines()[0]
    assert all(part in heading for part in (bank.cmp_url, USER_ID, "practice"))
    assert "[合格] obtain" in out
    assert "[対象外] waiting" in out
    assert "認証局は合格です" in out
    assert "body=ir" in out
    assert "わざと届かなかった" in out
    assert code not in out


def test_the_command_says_in_json_what_failed(
    bank: RunningBank,
    command: CliRunner,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(request, "check_possession", nothing)
    assert run(command, bank, "--json") == 6
    record = json.loads(capsys.readouterr().out)
    assert (record["ok"], record["passed"]) == (False, False)
    assert record["url"] == bank.cmp_url
    assert record["counts"]["failed"] == 1
    (failed,) = [one for one in record["checks"] if one["verdict"] == "failed"]
    assert (failed["check"], failed["finding"]) == ("bad-proof", "granted")
    assert "RFC 4211" in failed["meaning"]
    sent = failed["exchanges"][0]["sent"]
    assert (sent["body"], sent["certTemplate"]) == ("kur", "subject, publicKey")
    assert failed["exchanges"][0]["received"]["body"] == "kup"
    assert record["left"] == []


def test_the_command_needs_consent_and_names_of_checks(
    bank: RunningBank, command: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    command.terminal.stdin = ["code"]
    assert command.run("qualify-ca", "--user-id", USER_ID, "--code-stdin") == 2
    assert "CC-CONSENT-REQUIRED" in capsys.readouterr().err
    assert command.run("qualify-ca", "--user-id", USER_ID, "--skip", "everything") == 2
    assert "CC-USAGE" in capsys.readouterr().err
    command.terminal.interactive = True
    command.terminal.answers = ["n"]
    assert command.run("qualify-ca", "--user-id", USER_ID) == 7
    assert valid_certificates(bank) == []


@pytest.mark.parametrize(
    ("user_id", "typed", "code"),
    [(USER_ID, "", "CC-CODE-REQUIRED"), ("not an ID", "ABCD2345", "CC-USER-ID")],
)
def test_a_slip_of_the_tester_is_no_failure_of_the_ca(
    command: CliRunner, capsys: pytest.CaptureFixture[str], user_id: str, typed: str, code: str
) -> None:
    command.terminal.stdin = [typed] if typed else []
    assert command.run("qualify-ca", "--user-id", user_id, "--code-stdin", "--yes") == 2
    shown = capsys.readouterr()
    assert code in shown.err
    assert not shown.out, "no check has been run"


def test_the_exit_code_of_an_unreachable_ca_is_the_networks(
    bank: RunningBank, command: CliRunner
) -> None:
    code = bank.issue_code().reveal()
    bank.stop()
    assert run(command, bank, code=code) == 5


def test_an_interruption_revokes_what_was_issued(bank: RunningBank) -> None:
    def stop(one: Result) -> None:
        if one.check is Check.RENEW:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tried(bank, reported=stop)
    assert valid_certificates(bank) == []


def test_a_certificate_that_cannot_be_revoked_is_named(
    bank: RunningBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> Sequence[CertclientError]:
        raise CertclientError(ErrorCode.CA_REFUSED, failure="systemFailure")

    monkeypatch.setattr(CmpClient, "revoke", refuse)
    report = tried(bank)
    assert failures(report) == {Check.REVOKE: ErrorCode.CA_REFUSED}
    assert valid_certificates(bank)[0] in report.left
