"""E-mail notices (way E1) over a real mail server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from certclient_practice.mail.notify import Report, bounce, run
from certclient_practice.mail.smtp import SettingsError, connected, read_settings
from certclient_practice.repositories.records import MailState
from support.bank import USER_ID, RunningBank
from support.mail_server import PASSWORD, MailServer, mail_server
from support.pki import rsa_signer

ADDRESS = "keiri@example.jp"
KEY = rsa_signer(1)


@pytest.fixture
def server(bank: RunningBank, tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path, bank) as running:
        yield running


def give(bank: RunningBank, days: int, user_id: str = USER_ID, email: str = ADDRESS) -> str:
    """A customer with a certificate that ends in so many days; returns its serial number."""
    bank.bank.add_customer(user_id, "1403", email=email)
    return bank.issue_certificate(user_id, KEY.spki, days).serial_hex


def notify(bank: RunningBank, server: MailServer) -> Report:
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


def test_thirty_and_ten_days_before_and_never_twice(bank: RunningBank, server: MailServer) -> None:
    give(bank, 31)
    assert notify(bank, server).sent == 0
    sent = []
    for _day in range(33):
        bank.clock.advance(timedelta(days=1))
        for _again in range(2):
            sent.append(notify(bank, server).sent)
    assert [number // 2 for number, count in enumerate(sent) if count] == [0, 20]
    assert ["あと30日" in mail["Subject"] for mail in server.mails] == [True, False]
    assert "あと10日" in server.mails[1]["Subject"]


def test_a_missed_day_is_made_up_for(bank: RunningBank, server: MailServer) -> None:
    give(bank, 28)
    assert notify(bank, server).sent == 1
    bank.clock.advance(timedelta(days=21))
    assert notify(bank, server).sent == 1
    assert "あと7日" in server.mails[1]["Subject"]
    assert notify(bank, server).sent == 0


def test_of_two_missed_notices_one_goes_out(bank: RunningBank, server: MailServer) -> None:
    give(bank, 5)
    assert notify(bank, server).sent == 1
    assert notify(bank, server).sent == 0


def test_a_bank_with_forty_days(bank: RunningBank, server: MailServer) -> None:
    bank.set_policy(mail_days=(40,))
    give(bank, 40)
    assert notify(bank, server).sent == 1


def test_what_the_mail_says(bank: RunningBank, server: MailServer) -> None:
    give(bank, 30)
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
            assert sign not in text, "no link at all"
    assert server.logins == 1


def test_nothing_for_expired_replaced_or_unconfirmed_ones(
    bank: RunningBank, server: MailServer
) -> None:
    give(bank, -1)
    bank.issue_certificate(USER_ID, rsa_signer(2).spki, 20, confirmed=False)
    assert notify(bank, server).sent == 0


def test_an_address_that_refuses_for_now(bank: RunningBank, server: MailServer) -> None:
    give(bank, 30)
    server.refuse[ADDRESS] = "451 4.7.1 greylisted, come back later"
    report = notify(bank, server)
    assert (report.sent, report.postponed, report.bounced) == (0, 1, 0)
    assert notify(bank, server).postponed == 0, "not before its time"
    server.refuse.clear()
    bank.clock.advance(timedelta(days=1))
    assert notify(bank, server).sent == 1


def test_a_bounce_is_tried_again_then_told_and_sent_to_a_new_address(
    bank: RunningBank, server: MailServer
) -> None:
    serial = give(bank, 30)
    server.refuse[ADDRESS] = "550 5.1.1 no such mailbox"
    ends = []
    for _day in range(4):
        report = notify(bank, server)
        ends.append((report.postponed, report.bounced))
        bank.clock.advance(timedelta(days=1))
    assert ends == [(1, 0), (1, 0), (0, 1), (0, 0)]
    with bank.bank.books() as books:
        (mail,) = books.mails.of_certificate(serial)
    assert mail.state is MailState.BOUNCED
    assert "no such mailbox" in mail.last_reply
    bank.bank.add_customer(USER_ID, "1403", email="somu@example.jp")
    assert notify(bank, server).sent == 1
    assert server.mails[0]["To"] == "somu@example.jp"


def test_one_bad_address_does_not_stop_the_others(bank: RunningBank, server: MailServer) -> None:
    give(bank, 20)
    bank.bank.add_customer("TKYM1408055", "1403", email="ok@example.jp")
    bank.issue_certificate("TKYM1408055", rsa_signer(2).spki, 20)
    server.refuse[ADDRESS] = "550 5.1.1 no such mailbox"
    report = notify(bank, server)
    assert (report.sent, report.postponed) == (1, 1)


def test_a_report_that_comes_later_sends_it_again(bank: RunningBank, server: MailServer) -> None:
    give(bank, 30)
    notify(bank, server)
    assert bounce(bank.bank, str(server.mails[0]["Message-ID"]), "550 mailbox is full")
    assert not bounce(bank.bank, "<somebody@else.invalid>", "550")
    bank.clock.advance(timedelta(hours=1))
    assert notify(bank, server).sent == 1
    assert server.mails[0]["Message-ID"] == server.mails[1]["Message-ID"]


@pytest.mark.parametrize("failing", ["451 4.3.0 disk is full", "421 4.3.2 shutting down"])
def test_a_fault_of_the_server_loses_nothing(
    bank: RunningBank, server: MailServer, failing: str
) -> None:
    give(bank, 30)
    server.failing = failing
    assert notify(bank, server).sent == 0
    server.failing = ""
    bank.clock.advance(timedelta(days=1))
    assert notify(bank, server).sent == 1
    assert len(server.mails) == 1


def test_no_server_at_all(bank: RunningBank, tmp_path: Path) -> None:
    with mail_server(tmp_path, bank) as gone:
        pass
    give(bank, 30)
    report = notify(bank, gone)
    assert (report.sent, report.postponed) == (0, 1)
    assert report.trouble == "ConnectionRefusedError"
    with mail_server(tmp_path, bank) as server:
        assert notify(bank, server).sent == 1


def test_without_encryption_nothing_is_said(bank: RunningBank, tmp_path: Path) -> None:
    with mail_server(tmp_path, bank, starttls=False) as server:
        give(bank, 30)
        assert notify(bank, server).trouble == "the mail server offers no STARTTLS or no login"
        assert server.logins == 0


def test_a_wrong_password_is_not_repeated_in_the_report(bank: RunningBank, tmp_path: Path) -> None:
    with mail_server(tmp_path, bank, password="wrong and secret") as server:
        give(bank, 30)
        trouble = notify(bank, server).trouble
    assert trouble == "SMTPAuthenticationError 535"


def test_a_server_with_a_strangers_certificate_gets_nothing(
    bank: RunningBank, server: MailServer, tmp_path: Path
) -> None:
    give(bank, 30)
    text = server.settings_file.read_text().splitlines()
    server.settings_file.write_text("\n".join(line for line in text if "ca_file" not in line))
    assert notify(bank, server).trouble == "SSLCertVerificationError"
    assert server.mails == []


def test_a_mail_nobody_needs_any_more_is_dropped(bank: RunningBank, server: MailServer) -> None:
    give(bank, 30)
    server.failing = "451 4.3.0 not now"
    notify(bank, server)
    bank.issue_certificate(USER_ID, rsa_signer(2).spki, 365)
    server.failing = ""
    bank.clock.advance(timedelta(days=1))
    assert notify(bank, server) == Report(0, 0, 0, ())


def test_who_has_no_address_is_named(bank: RunningBank, server: MailServer) -> None:
    give(bank, 30, email="")
    assert notify(bank, server).without_address == (USER_ID,)


def test_settings_that_others_could_read_are_refused(server: MailServer) -> None:
    server.settings_file.chmod(0o644)
    with pytest.raises(SettingsError, match="owner alone"):
        read_settings(server.settings_file)


@pytest.mark.parametrize(
    "text", ['host = "a"', "not toml at all, secret", 'host = "a"\nhsot = 1', "port = []"]
)
def test_settings_that_make_no_sense(server: MailServer, text: str) -> None:
    server.settings_file.write_text(text)
    with pytest.raises(SettingsError) as caught:
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


def test_the_command_and_a_delivery_report(bank: RunningBank, server: MailServer) -> None:
    give(bank, 30)
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
    with bank.bank.books() as books:
        (mail,) = books.mails.all()
    assert (mail.state, mail.last_reply) == (MailState.QUEUED, "smtp; 552 mailbox full")
    assert command(bank, "bounced", stdin="Subject: hello\n\n").returncode == 1
    assert PASSWORD not in done.stdout + done.stderr
