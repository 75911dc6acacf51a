"""E-mail notices before a certificate expires (way E1): recipients, texts and delivery.

Run it daily or more often: each certificate gets at most one notice per threshold, a missed day is
caught up, and a failed mail is retried.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from jinja2 import Environment, PackageLoader, select_autoescape

from certclient.model.lifecycle import Lifecycle, lifecycle_of
from certclient_practice.bank.bank import Bank, Repositories
from certclient_practice.bank.names import BANK_NAME
from certclient_practice.mail.smtp import MailRefusedError, MailSender, MailServerError
from certclient_practice.repositories.records import (
    CertificateRecord,
    Customer,
    MailRecord,
    MailState,
)

LEASE = timedelta(minutes=10)
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=12)
SUBJECT = "電子証明書の更新をお願いします"
ATTEMPTS_BEFORE_BOUNCED = 3
"""Permanent refusals after which the operator must find another address."""

_TEMPLATES = Environment(
    loader=PackageLoader("certclient_practice.mail"),
    autoescape=select_autoescape(),
    trim_blocks=True,
)


@dataclass(frozen=True, slots=True)
class MailReport:
    """The result of one run, as numbers of mails.

    `without_address` lists user IDs that are due a notice but have no e-mail address. `error` is
    the mail server's error, "" if there was none.
    """

    sent: int
    postponed: int
    bounced: int
    without_address: tuple[str, ...]
    error: str = ""

    @property
    def complete(self) -> bool:
        """Whether every notice that is due went out."""
        return not (self.postponed or self.bounced or self.without_address or self.error)


@dataclass(frozen=True, slots=True)
class _PendingMail:
    """A mail with its customer and the life cycle of its certificate."""

    mail: MailRecord
    customer: Customer
    life: Lifecycle


def queue_notices(bank: Bank) -> tuple[str, ...]:
    """Queues every notice that is due and not queued yet.

    If several thresholds were missed, only the last one counts, so that a customer never gets two
    at once. Returns the user IDs without an e-mail address.
    """
    customers = bank.customers()
    # One transaction each: logins need not wait for all of them.
    return tuple(one.user_id for one in customers if not _queue_notice(bank, one))


def _queue_notice(bank: Bank, customer: Customer) -> bool:
    """Returns False if a notice is due and the customer has no e-mail address."""
    with bank.repositories() as repositories:
        record = repositories.register.lasting_of(customer.user_id)
        days = _threshold(bank, record) if record is not None else None
        if record is None or days is None:
            return True
        if not customer.email:
            return False
        serial = record.certificate.serial_hex
        repositories.mails.queue(serial, days, customer.email, _new_message_id(), bank.clock())
        _readdress(repositories, serial, customer, bank)
    return True


def send_queued(bank: Bank, sender: str, mail_sender: MailSender) -> MailReport:
    """Sends the queued mails that are due for an attempt.

    If the server fails, the remaining mails stay queued for the next run.
    """
    ends: Counter[MailState] = Counter()
    letters = _claim(bank)
    for number, pending in enumerate(letters):
        mail = pending.mail
        try:
            mail_sender.deliver(compose(pending.customer, pending.life, mail, sender, bank))
        except MailRefusedError as error:
            ends[_note_refusal(bank, mail, error)] += 1
        except MailServerError as error:
            _release(bank, letters[number:], str(error))
            ends[MailState.QUEUED] += len(letters) - number
            return _report(ends, str(error))
        else:
            with bank.repositories() as repositories:
                repositories.mails.sent(mail, bank.clock())
            ends[MailState.SENT] += 1
    return _report(ends)


def compose(
    customer: Customer, life: Lifecycle, mail: MailRecord, sender: str, bank: Bank
) -> EmailMessage:
    """Builds the notice in Japanese, as text and HTML, with the user ID partly masked.

    It contains no link: customers who are used to links in a bank's mails will follow a phisher's,
    too.
    """
    values = {
        "bank": BANK_NAME.ja,
        "user_id": f"{'*' * (len(customer.user_id) - 4)}{customer.user_id[-4:]}",
        "days": life.days_left,
        "deadline": f"{life.deadline:%Y年%m月%d日 %H:%M}",
        "expires": f"{life.expires:%Y年%m月%d日 %H:%M}" if life.closes_early else "",
        "obtain_until": f"{life.obtain_until:%Y年%m月%d日}",
    }
    message = EmailMessage()
    message["From"] = sender
    message["To"] = mail.recipient
    message["Subject"] = f"【{BANK_NAME.ja}】{SUBJECT}（あと{life.days_left}日）"
    message["Date"] = format_datetime(bank.wire_clock())
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "ja"
    message.set_content(_TEMPLATES.get_template("mail_notice.txt").render(values))
    html = _TEMPLATES.get_template("mail_notice.html").render(values)
    message.add_alternative(html, subtype="html")
    return message


def run(bank: Bank, sender: str, connect: Callable[[], MailSender]) -> MailReport:
    """Queues the notices that are due and sends them over one connection.

    `connect` is called only if there are mails to send; a MailServerError that it raises becomes
    part of the report.
    """
    missing = queue_notices(bank)
    with bank.repositories() as repositories:
        waiting = sum(mail.state is MailState.QUEUED for mail in repositories.mails.all())
    if not waiting:
        return MailReport(0, 0, 0, missing)
    try:
        report = send_queued(bank, sender, connect())
    except MailServerError as error:
        return MailReport(0, waiting, 0, missing, str(error))
    return replace(report, without_address=missing)


def bounce(bank: Bank, message_id: str, reply: str) -> bool:
    """Processes a delivery report: queues the mail again, or gives up after three attempts.

    Returns False if the bank sent no mail with this Message-ID.
    """
    with bank.repositories() as repositories:
        mail = repositories.mails.by_message_id(message_id)
    if mail is None:
        return False
    _note_refusal(bank, mail, MailRefusedError(reply, permanent=True))
    return True


def _threshold(bank: Bank, record: CertificateRecord) -> int | None:
    """Returns the last threshold reached; None before the first and once it cannot be renewed."""
    now = bank.clock()
    life = lifecycle_of(record.certificate, now, bank.policy.renewal)
    reached = [days for days in bank.policy.mail_days if life.days_left <= days]
    return min(reached) if reached and _in_time(record, bank) else None


def _readdress(repositories: Repositories, serial: str, customer: Customer, bank: Bank) -> None:
    """Redirects unsent mails to the customer's new address."""
    for mail in repositories.mails.of_certificate(serial):
        if mail.state is not MailState.SENT and mail.recipient != customer.email:
            repositories.mails.readdressed(mail, customer.email, bank.clock())


def _claim(bank: Bank) -> list[_PendingMail]:
    """Claims the mails due for an attempt; drops those that are no longer of use."""
    now = bank.clock()
    letters: list[_PendingMail] = []
    with bank.repositories() as repositories:
        for mail in repositories.mails.claim(now, LEASE):
            record = repositories.register.find(mail.serial_hex)
            customer = repositories.customers.find(record.user_id) if record is not None else None
            if record is None or customer is None or not _still_needed(repositories, record, bank):
                repositories.mails.dropped(mail)
                continue
            life = lifecycle_of(record.certificate, now, bank.policy.renewal)
            letters.append(_PendingMail(mail, customer, life))
    return letters


def _still_needed(repositories: Repositories, record: CertificateRecord, bank: Bank) -> bool:
    renewed = repositories.register.lasting_of(record.user_id) != record
    return not renewed and _in_time(record, bank)


def _in_time(record: CertificateRecord, bank: Bank) -> bool:
    now = bank.clock()
    closed = lifecycle_of(record.certificate, now, bank.policy.renewal).closed
    return record.certificate.valid_at(now) and not closed


def _report(ends: Counter[MailState], trouble: str = "") -> MailReport:
    sent, queued, bounced = (
        ends[state] for state in (MailState.SENT, MailState.QUEUED, MailState.BOUNCED)
    )
    return MailReport(sent, queued, bounced, (), trouble)


def _note_refusal(bank: Bank, mail: MailRecord, error: MailRefusedError) -> MailState:
    """Records a refusal. Returns QUEUED for a later retry, BOUNCED after the last attempt."""
    now = bank.clock()
    last = error.permanent and mail.attempts + 1 >= ATTEMPTS_BEFORE_BOUNCED
    with bank.repositories() as repositories:
        if last:
            repositories.mails.bounced(mail, str(error), now)
        else:
            pause = min(FIRST_PAUSE * 2**mail.attempts, LONGEST_PAUSE)
            repositories.mails.postponed(mail, str(error), now + pause, now)
    return MailState.BOUNCED if last else MailState.QUEUED


def _release(bank: Bank, letters: list[_PendingMail], reply: str) -> None:
    """Requeues mails without counting an attempt: the server failed, not the address."""
    now = bank.clock()
    with bank.repositories() as repositories:
        for pending in letters:
            repositories.mails.released(pending.mail, reply, now)


def _new_message_id() -> str:
    return f"<{secrets.token_hex(16)}@practice-bank.invalid>"
