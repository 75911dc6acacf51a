"""E-mail notices before the end of a certificate (way E1): who gets which, and getting it out.

Run daily, or as often as one likes: each certificate has at most one notice for each threshold, a
missed day is made up for, and what did not go out is tried again.
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

from certclient.model.certificate import TOKYO
from certclient.model.lifecycle import Lifecycle, lifecycle
from certclient_practice.bank.bank import Bank, Books
from certclient_practice.bank.names import BANK_NAME
from certclient_practice.mail.smtp import MailRefusedError, MailServerError, Postman
from certclient_practice.repositories.records import (
    CertificateRecord,
    CertificateState,
    Customer,
    MailRecord,
    MailState,
)

LEASE = timedelta(minutes=10)
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=12)
SUBJECT = "電子証明書の更新をお願いします"
ATTEMPTS_BEFORE_BOUNCED = 3
"""So often an address may refuse for good; then the operator has to look for another one."""

_TEMPLATES = Environment(
    loader=PackageLoader("certclient_practice.mail"),
    autoescape=select_autoescape(),
    trim_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Report:
    """What one run did: numbers of mails. `without_address`: user IDs that should have got one."""

    sent: int
    postponed: int
    bounced: int
    without_address: tuple[str, ...]
    trouble: str = ""

    @property
    def complete(self) -> bool:
        return not (self.postponed or self.bounced or self.without_address or self.trouble)


@dataclass(frozen=True, slots=True)
class _Letter:
    """A mail with what it is about."""

    mail: MailRecord
    customer: Customer
    life: Lifecycle


def queue_notices(bank: Bank) -> tuple[str, ...]:
    """Writes down every notice that is due and was not written down before.

    Of several thresholds that were missed only the last one counts: nobody gets two at once.
    Returns the user IDs without an e-mail address.
    """
    now = bank.clock()
    missing: list[str] = []
    with bank.books() as books:
        for customer in books.customers.all():
            for record in books.register.confirmed_of(customer.user_id):
                days = _threshold(bank, record)
                if days is None:
                    continue
                if not customer.email:
                    missing.append(customer.user_id)
                    continue
                serial = record.certificate.serial_hex
                books.mails.queue(serial, days, customer.email, _new_message_id(), now)
                _readdress(books, serial, customer, bank)
    return tuple(missing)


def send_queued(bank: Bank, sender: str, postman: Postman) -> Report:
    """Tries what is queued and may be tried now.

    Once the server cannot be used any more the rest is left for the next run.
    """
    ends: Counter[MailState] = Counter()
    letters = _claim(bank)
    for number, letter in enumerate(letters):
        mail = letter.mail
        try:
            postman.deliver(compose(letter.customer, letter.life, mail, sender, bank))
        except MailRefusedError as error:
            ends[_note_refusal(bank, mail, error)] += 1
        except MailServerError as error:
            _release(bank, letters[number:], str(error))
            ends[MailState.QUEUED] += len(letters) - number
            return _report(ends, str(error))
        else:
            with bank.books() as books:
                books.mails.sent(mail, bank.clock())
            ends[MailState.SENT] += 1
    return _report(ends)


def compose(
    customer: Customer, life: Lifecycle, mail: MailRecord, sender: str, bank: Bank
) -> EmailMessage:
    """The notice in Japanese, as text and HTML. No link: who gets used to links in a bank's mails
    follows a phisher's as well. The user ID is shown in part only."""
    values = {
        "bank": BANK_NAME.ja,
        "user_id": f"{'*' * (len(customer.user_id) - 4)}{customer.user_id[-4:]}",
        "days": life.days_left,
        "deadline": f"{life.deadline.astimezone(TOKYO):%Y年%m月%d日 %H:%M}",
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


def run(bank: Bank, sender: str, connect: Callable[[], Postman]) -> Report:
    """Queues, then sends over one connection, which is made only where there is something to
    send. `connect` may raise MailServerError, which the report tells."""
    missing = queue_notices(bank)
    with bank.books() as books:
        waiting = sum(mail.state is MailState.QUEUED for mail in books.mails.all())
    if not waiting:
        return Report(0, 0, 0, missing)
    try:
        report = send_queued(bank, sender, connect())
    except MailServerError as error:
        return Report(0, waiting, 0, missing, str(error))
    return replace(report, without_address=missing)


def bounce(bank: Bank, message_id: str, reply: str) -> bool:
    """A delivery report came back later: that mail is to be sent again. False: none of ours."""
    with bank.books() as books:
        mail = books.mails.by_message_id(message_id)
    if mail is None:
        return False
    _note_refusal(bank, mail, MailRefusedError(reply, permanent=True))
    return True


def _threshold(bank: Bank, record: CertificateRecord) -> int | None:
    """The last threshold that was reached, None before the first and after the end."""
    now = bank.clock()
    life = lifecycle(record.certificate.not_after, now, bank.policy.renewal)
    reached = [days for days in bank.policy.mail_days if life.days_left <= days]
    return min(reached) if reached and record.certificate.valid_at(now) else None


def _readdress(books: Books, serial: str, customer: Customer, bank: Bank) -> None:
    """What never reached the old address goes to the new one."""
    for mail in books.mails.of_certificate(serial):
        if mail.state is not MailState.SENT and mail.recipient != customer.email:
            books.mails.readdressed(mail, customer.email, bank.clock())


def _claim(bank: Bank) -> list[_Letter]:
    """What is to be tried now. Mails about certificates that were replaced or ended are dropped."""
    now = bank.clock()
    letters: list[_Letter] = []
    with bank.books() as books:
        for mail in books.mails.claim(now, LEASE):
            record = books.register.find(mail.serial_hex)
            customer = books.customers.find(record.user_id) if record is not None else None
            if record is None or customer is None or not _still_needed(record, bank):
                books.mails.dropped(mail)
                continue
            life = lifecycle(record.certificate.not_after, now, bank.policy.renewal)
            letters.append(_Letter(mail, customer, life))
    return letters


def _still_needed(record: CertificateRecord, bank: Bank) -> bool:
    confirmed = record.state is CertificateState.CONFIRMED
    return confirmed and record.certificate.valid_at(bank.clock())


def _report(ends: Counter[MailState], trouble: str = "") -> Report:
    sent, queued, bounced = (
        ends[state] for state in (MailState.SENT, MailState.QUEUED, MailState.BOUNCED)
    )
    return Report(sent, queued, bounced, (), trouble)


def _note_refusal(bank: Bank, mail: MailRecord, error: MailRefusedError) -> MailState:
    """Returns what became of the mail: tried again later, or given up after the last attempt."""
    now = bank.clock()
    last = error.permanent and mail.attempts + 1 >= ATTEMPTS_BEFORE_BOUNCED
    with bank.books() as books:
        if last:
            books.mails.bounced(mail, str(error), now)
        else:
            pause = min(FIRST_PAUSE * 2**mail.attempts, LONGEST_PAUSE)
            books.mails.postponed(mail, str(error), now + pause, now)
    return MailState.BOUNCED if last else MailState.QUEUED


def _release(bank: Bank, letters: list[_Letter], reply: str) -> None:
    """The server's fault, not the address's: these wait for the next run, and lose no attempt."""
    now = bank.clock()
    with bank.books() as books:
        for letter in letters:
            books.mails.released(letter.mail, reply, now)


def _new_message_id() -> str:
    return f"<{secrets.token_hex(16)}@practice-bank.invalid>"
