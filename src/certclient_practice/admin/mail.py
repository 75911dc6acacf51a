"""`certclient practice notify` and `bounced`: e-mail notices, intended for a daily timer."""

from __future__ import annotations

import email
import email.policy
import sys
from contextlib import ExitStack
from dataclasses import replace
from email.message import Message
from pathlib import Path

import click

from certclient_practice.admin.commands import BankAdmin
from certclient_practice.bank.policy import BankPolicy
from certclient_practice.mail.notify import bounce, queue_notices, run
from certclient_practice.mail.smtp import SmtpSettingsError, connected, read_settings
from certclient_practice.repositories.records import MailState

MAX_REPORT_BYTES = 1 << 20


@click.command()
@click.option(
    "--smtp",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="TOML: host, port, user, password, sender, ca_file; mode 0600. メールサーバーの設定",
)
@click.option(
    "--days",
    type=click.IntRange(min=0),
    multiple=True,
    help="Days before expiry, repeatable; default: 30 and 10. 何日前に送るか",
)
@click.option(
    "--dry-run", is_flag=True, help="Queue and list the notices; send nothing. 送信しない"
)
@click.pass_context
def notify(context: click.Context, smtp: Path, days: tuple[int, ...], dry_run: bool) -> None:
    """Send due renewal notices; run daily. 更新案内メールを送信する

    Never sends a notice twice. Exits with 1 if any notice could not be sent.
    """
    admin: BankAdmin = context.obj
    try:
        settings = read_settings(smtp)
    except SmtpSettingsError as error:
        raise click.ClickException(str(error)) from error
    policy = replace(BankPolicy(), mail_days=days) if days else BankPolicy()
    with admin.open(policy) as bank, ExitStack() as stack:
        if dry_run:
            queue_notices(bank)
            with bank.repositories() as repositories:
                for mail in repositories.mails.all():
                    if mail.state is MailState.QUEUED:
                        click.echo(f"{mail.serial_hex}  {mail.days}")
            return
        report = run(bank, settings.sender, lambda: stack.enter_context(connected(settings)))
    click.echo(f"sent {report.sent}, waiting {report.postponed}, bounced {report.bounced}")
    for user_id in report.without_address:
        click.echo(f"{user_id} has no e-mail address", err=True)
    if report.error:
        click.echo(f"mail server: {report.error}", err=True)
    context.exit(0 if report.complete else 1)


@click.command()
@click.pass_context
def bounced(context: click.Context) -> None:
    """Read a delivery report (RFC 3464) from standard input. 不達メールを読み込む

    Requeues the notice, up to three attempts. Exits with 1 if the notice is not one of ours.
    """
    admin: BankAdmin = context.obj
    data = sys.stdin.buffer.read(MAX_REPORT_BYTES)
    try:
        message_id, reply = read_report(email.message_from_bytes(data, policy=email.policy.default))
    except Exception as error:
        # The standard library's parser has no exception of its own for mail that is malformed: it
        # fails with whatever its parts meet (ValueError, AttributeError, IndexError, …).
        raise click.ClickException(
            f"this mail cannot be read ({type(error).__name__}); nothing was changed"
        ) from error
    with admin.open() as bank:
        ours = bool(message_id) and bounce(bank, message_id, reply)
    click.echo("to be sent again" if ours else "not one of our notices")
    context.exit(0 if ours else 1)


def read_report(report: Message) -> tuple[str, str]:
    """Returns the original Message-ID and the status of a delivery report, "" for missing ones."""
    message_id = reply = ""
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in part.walk():
                reply = reply or str(block.get("Diagnostic-Code") or block.get("Status") or "")
        elif part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            message_id = message_id or _original_id(part)
    return message_id, reply


def _original_id(part: Message) -> str:
    for inner in part.walk():
        if inner is not part and inner["Message-ID"]:
            return str(inner["Message-ID"])
    text = "" if part.is_multipart() else str(part.get_payload())
    return str(email.message_from_string(text)["Message-ID"] or "")
