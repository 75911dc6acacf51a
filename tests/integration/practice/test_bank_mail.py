"""E-mail notices (way E1) over a real mail server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import time, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from certclient.model.lifecycle import RenewalPolicy
from certclient_practice.est.responder import EstResponder
from certclient_practice.mail.notify import MailReport, bounce, run
from certclient_practice.mail.smtp import SmtpSettingsError, connected, read_settings
from certclient_practice.repositories.records import CertificateState, MailState
from support.bank import USER_ID, RunningBank
from support.bank_est import EstCustomer, csr_of, issued
from support.mail_server import PASSWORD, MailServer, mail_server
from support.pki import rsa_signer

ADDRESS = "keiri@example.jp"
KEY = rsa_signer(1)


@pytest.fixture
def server(bank: RunningBank, tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path, bank) as running:
        yield running


def issue_expiring(
    bank: RunningBank, days: int, user_id: str = USER_ID, email: str = ADDRESS
) -> str:
    """Adds a customer whose certificate expires in `days` days; returns the serial number."""
    bank.bank.add_customer(user_id, "1403", email=email)
    return bank.issue_certificate(user_id, KEY.spki, days).serial_hex


def notify(bank: RunningBank, server: MailServer) -> MailReport:
    with ExitStack() as stack:
        return run(
            bank.bank,
            server.settings.sender,
            lambda: stack.enter_context(connected(server.settings)),
        )


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content


def test_one_notice_at_thirty_days_and_one_at_ten(bank: RunningBank, server: MailServer) -> None:
    issue_expiring(bank, 31)
    assert notify(bank, server).sent == 0
    sent = []
    for _day in range(33):
        bank.clock.advance(timedelta(days=1))
        for _again in range(2):
            sent.append(notify(bank, server).sent)
    assert [number // 2 for number, count in enumerate(sent) if count] == [0, 20]
    assert ["あと30日" in mail["Subject"] for mail in server.mails] == [True, False]
    assert "あと10日" in server.mails[1]["Subject"]


def test_no_notice_about_a_certificate_that_is_renewed_but_still_in_use(
    bank: RunningBank, server: MailServer
) -> None:
    """Over EST, the old certificate stays valid until the new one is used."""
    issue_expiring(bank, 25)
    old = bank.bank.certificates()[0].certificate
    handle = EstResponder(bank.bank).handle
    issued(EstCustomer(handle, old).reenroll(csr_of(rsa_signer(2), old.x509.subject)))
    assert bank.state_of(old.serial_hex) is CertificateState.CONFIRMED
    assert notify(bank, server).sent == 0


def test_missed_notice_is_sent_later(bank: RunningBank, server: MailServer) -> None:
    issue_expiring(bank, 28)
    assert notify(bank, server).sent == 1
    bank.clock.advance(timedelta(days=21))
    assert notify(bank, server).sent == 1
    assert "あと7日" in server.mails[1]["Subject"]
    assert notify(bank, server).sent == 0


def test_a_notice_names_the_hour_at_which_renewal_closes_and_none_comes_after_it(
    bank: RunningBank, server: MailServer
) -> None:
    bank.set_policy(renewal=RenewalPolicy(until=time(9)))
    issue_expiring(bank, 5)
    issue_expiring(bank, 1, "TKYM1408055")
    end = bank.bank.certificates()[1].certificate.not_after_tokyo
    assert notify(bank, server).sent == 2
    for kind in ("plain", "html"):
        text = body(server.mails[1], kind)
        assert f"{end:%Y年%m月%d日} 09:00" in text
        assert f"{end:%Y年%m月%d日} 23:59" in text
    issue_expiring(bank, 1, "TKYM1408056")
    bank.clock.advance(end.replace(hour=9, minute=30) - bank.clock())
    assert notify(bank, server).sent == 0, "it cannot be renewed any more"


def test_two_missed_notices_are_sent_as_one(bank: RunningBank, server: MailServer) -> None:
    issue_expiring(bank, 5)
    assert notify(bank, server).sent == 1
    assert notify(bank, server).sent == 0


def test_notice_days_are_configurable(bank: RunningBank, server: MailServer) -> None:
    bank.set_policy(mail_days=(40,))
    issue_expiring(bank, 40)
    assert notify(bank, server).sent == 1


def test_mail_content(bank: RunningBank, server: MailServer) -> None:
    issue_expiring(bank, 30)
    notify(bank, server)
    (mail,) = server.mails
    assert mail["To"] == ADDRESS
    assert mail["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        text = body(mail, kind)
        for said in ("あと30日", "23:59", "重要なお知らせ", "電子証明書取得", "*******8054"):
            assert said in text, (kind, said)
        assert USER_ID not in text
        for sign in ("http", "href", "www.", "127.0.0.1"):
            assert sign not in text, "the mail contains no link"
    assert server.logins == 1


def test_no_notice_for_expired_or_unconfirmed_certificates(
    bank: RunningBank, server: MailServer
) -> None:
    issue_expiring(bank, -1)
    bank.issue_certificate(USER_ID, rsa_signer(2).spki, 20, confirmed=False)
    assert notify(bank, server).sent == 0


def test_temporarily_refused_mail_is_postponed(bank: RunningBank, server: MailServer) -> None:
    issue_expiring(bank, 30)
    server.refuse[ADDRESS] = "451 4.7.1 greylisted, come back later"
    report = notify(bank, server)
    assert (report.sent, report.postponed, report.bounced) == (0, 1, 0)
    assert notify(bank, server).postponed == 0, "not retried before its time"
    server.refuse.clear()
    bank.clock.advance(timedelta(days=1))
    assert notify(bank, server).sent == 1


def test_bounced_mail_is_retried_reported_and_sent_to_a_new_address(
    bank: RunningBank, server: MailServer
) -> None:
    serial = issue_expiring(bank, 30)
    server.refuse[ADDRESS] = "550 5.1.1 no such mailbox"
    outcomes = []
    for _day in range(4):
        report = notify(bank, server)
        outcomes.append((report.postponed, report.bounced))
        bank.clock.advance(timedelta(days=1))
    assert outcomes == [(1, 0), (1, 0), (0, 1), (0, 0)]
    with bank.bank.repositories() as repositories:
        (mail,) = repositories.mails.of_certificate(serial)
    assert mail.state is MailState.BOUNCED
    assert "no such mailbox" in mail.last_reply
    bank.bank.add_customer(USER_ID, "1403", email="somu@example.jp")
    assert notify(bank, server).sent == 1
    assert server.mails[0]["To"] == "somu@example.jp"


def test_bad_address_does_not_stop_the_others(bank: RunningBank, server: MailServer) -> None:
    issue_expiring(bank, 20)
    bank.bank.add_customer("TKYM1408055", "1403", email="ok@example.jp")
    bank.issue_certificate("TKYM1408055", rsa_signer(2).spki, 20)
    server.refuse[ADDRESS] = "550 5.1.1 no such mailbox"
    report = notify(bank, server)
    assert (report.sent, report.postponed) == (1, 1)


def test_late_delivery_report_resends_the_mail(bank: RunningBank, server: MailServer) -> None:
    issue_expiring(bank, 30)
    notify(bank, server)
    assert bounce(bank.bank, str(server.mails[0]["Message-ID"]), "550 mailbox is full")
    assert not bounce(bank.bank, "<somebody@else.invalid>", "550")
    bank.clock.advance(timedelta(hours=1))
    assert notify(bank, server).sent == 1
    assert server.mails[0]["Message-ID"] == server.mails[1]["Message-ID"]


@pytest.mark.parametrize("failing", ["451 4.3.0 disk is full", "421 4.3.2 shutting down"])
def test_server_fault_loses_no_mail(bank: RunningBank, server: MailServer, failing: str) -> None:
    issue_expiring(bank, 30)
    server.failing = failing
    assert notify(bank, server).sent == 0
    server.failing = ""
    bank.clock.advance(timedelta(days=1))
    assert notify(bank, server).sent == 1
    assert len(server.mails) == 1


def test_unreachable_server_postpones_the_mail(bank: RunningBank, tmp_path: Path) -> None:
    with mail_server(tmp_path, bank) as stopped:
        pass
    issue_expiring(bank, 30)
    report = notify(bank, stopped)
    assert (report.sent, report.postponed) == (0, 1)
    assert report.error == "ConnectionRefusedError"
    with mail_server(tmp_path, bank) as server:
        assert notify(bank, server).sent == 1


def test_nothing_is_sent_without_starttls(bank: RunningBank, tmp_path: Path) -> None:
    with mail_server(tmp_path, bank, starttls=False) as server:
        issue_expiring(bank, 30)
        assert notify(bank, server).error == "the mail server offers no STARTTLS or no login"
        assert server.logins == 0


def test_wrong_password_is_not_in_the_report(bank: RunningBank, tmp_path: Path) -> None:
    with mail_server(tmp_path, bank, password="wrong and secret") as server:
        issue_expiring(bank, 30)
        trouble = notify(bank, server).error
    assert trouble == "SMTPAuthenticationError 535"


def test_server_with_an_untrusted_certificate_gets_nothing(
    bank: RunningBank, server: MailServer, tmp_path: Path
) -> None:
    issue_expiring(bank, 30)
    text = server.settings_file.read_text().splitlines()
    server.settings_file.write_text("\n".join(line for line in text if "ca_file" not in line))
    assert notify(bank, server).error == "SSLCertVerificationError"
    assert server.mails == []


def test_obsolete_mail_is_dropped(bank: RunningBank, server: MailServer) -> None:
    issue_expiring(bank, 30)
    server.failing = "451 4.3.0 not now"
    notify(bank, server)
    bank.issue_certificate(USER_ID, rsa_signer(2).spki, 365)
    server.failing = ""
    bank.clock.advance(timedelta(days=1))
    assert notify(bank, server) == MailReport(0, 0, 0, ())


def test_customers_without_an_address_are_reported(bank: RunningBank, server: MailServer) -> None:
    issue_expiring(bank, 30, email="")
    assert notify(bank, server).without_address == (USER_ID,)


def test_settings_readable_by_others_are_refused(server: MailServer) -> None:
    server.settings_file.chmod(0o644)
    with pytest.raises(SmtpSettingsError, match="owner alone"):
        read_settings(server.settings_file)


@pytest.mark.parametrize(
    "text", ['host = "a"', "not toml at all, secret", 'host = "a"\nhsot = 1', "port = []"]
)
def test_invalid_settings_are_refused(server: MailServer, text: str) -> None:
    server.settings_file.write_text(text)
    with pytest.raises(SmtpSettingsError) as caught:
        read_settings(server.settings_file)
    assert "secret" not in str(caught.value)


def command(
    bank: RunningBank, *arguments: str, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "certclient_practice", "--data", str(bank.folder), *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_notify_and_bounced_commands(bank: RunningBank, server: MailServer) -> None:
    issue_expiring(bank, 30)
    smtp = ("notify", "--smtp", str(server.settings_file))
    done = command(bank, *smtp)
    assert (done.returncode, done.stdout) == (0, "sent 1, waiting 0, bounced 0\n"), done.stderr
    assert command(bank, *smtp).stdout == "sent 0, waiting 0, bounced 0\n"
    report = (
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nSorry.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; {ADDRESS}\nAction: failed\nStatus: 5.2.2\n"
        "Diagnostic-Code: smtp; 552 mailbox full\n\n"
        "--b\nContent-Type: text/rfc822-headers\n\n"
        f"Message-ID: {server.mails[0]['Message-ID']}\nSubject: x\n\n--b--\n"
    )
    done = command(bank, "bounced", stdin=report)
    assert (done.returncode, done.stdout) == (0, "to be sent again\n"), done.stderr
    with bank.bank.repositories() as repositories:
        (mail,) = repositories.mails.all()
    assert (mail.state, mail.last_reply) == (MailState.QUEUED, "smtp; 552 mailbox full")
    assert command(bank, "bounced", stdin="Subject: hello\n\n").returncode == 1
    malformed = command(bank, "bounced", stdin="Content-Type: message/rfc822\n\nMessage-ID: <>\n\n")
    assert malformed.returncode == 1
    assert "this mail cannot be read" in malformed.stderr
    assert "Traceback" not in malformed.stderr
    assert PASSWORD not in done.stdout + done.stderr
