"""`certclient remind`: run at logon and by a daily task; silent if nothing is due."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from certclient.cli.confirmation import attempt_record, attempt_sentence, confirm_unattended
from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.localized import Command, common_parameters
from certclient.cli.records import JsonValue, entry_record, print_json
from certclient.cli.windows import start
from certclient.enrollment.overview import read_overview
from certclient.enrollment.reminder import Reminder, ReminderHistory
from certclient.model.profile import Profile


@click.pass_obj
def remind(invocation: Invocation) -> int:
    """Opens the tray icon if a reminder is due or a bank awaits a confirmation.

    Without a display, prints the reminders to stdout and tries the confirmations itself. Prompts
    for nothing; otherwise it only ensures that the daily task exists.
    """
    invocation.command = "remind"
    daily = invocation.services.daily_reminder()
    if daily is not None:
        daily.ensure()
    unconfirmed = bool(invocation.services.statuses().unconfirmed)
    windows = None if invocation.json else invocation.services.windows
    if windows is not None:
        due_or_unconfirmed = unconfirmed or _due(invocation)
        return windows(start(invocation, remind=True)) if due_or_unconfirmed else DONE
    tries = confirm_unattended(invocation) if unconfirmed else ()
    due = _due(invocation)
    if invocation.json:
        records: list[JsonValue] = [entry_record(reminder.row.entry) for reminder in due]
        tried: list[JsonValue] = [attempt_record(invocation, one) for one in tries]
        print_json("remind", DONE, {"certificates": records, "confirmations": tried})
        return DONE
    for one in tries:
        click.echo(attempt_sentence(invocation, one))
    for reminder in due:
        click.echo(_sentence(invocation, reminder))
    return DONE


def _due(invocation: Invocation) -> Sequence[Reminder]:
    services = invocation.services
    now, statuses = services.clock(), services.statuses()
    rows = [
        row
        for profile in _profiles(invocation)
        for row in read_overview([profile], services.stores(profile), now, statuses).rows
    ]
    # Without a record of earlier reminders, every due one is shown.
    history = ReminderHistory(services.reminders or Path("/nonexistent"))
    return history.due(rows, now)


def _profiles(invocation: Invocation) -> Sequence[Profile]:
    """The bank given, or all of them: a reminder is for the whole computer."""
    every = () if invocation.profile_name else invocation.services.profiles()
    return every or [invocation.profile()]


def _sentence(invocation: Invocation, reminder: Reminder) -> str:
    catalogue, entry = invocation.catalogue, reminder.row.entry
    bank = reminder.row.profile.bank.for_language(invocation.language.value)
    if reminder.row.needs_another:
        return catalogue.text("remind.not-accepted", bank=bank, user_id=entry.full_id)
    return catalogue.text(
        "remind.due",
        bank=bank,
        user_id=entry.full_id,
        until=catalogue.minute(entry.life.deadline),
        stage=catalogue.stage(entry.life.stage),
    )


command = Command(name="remind", callback=remind, params=common_parameters())
