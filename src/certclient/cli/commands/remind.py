"""`certclient remind`: run at logon and by a daily task; silent if nothing is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from certclient.cli.clock import warn_of_clock
from certclient.cli.confirmation import attempt_record, attempt_sentence, confirm_unattended
from certclient.cli.exit_codes import DONE
from certclient.cli.json_output import JsonValue, print_json
from certclient.cli.localized import Command, common_parameters
from certclient.cli.records import entry_record, store_record
from certclient.cli.stores import print_unusable
from certclient.cli.windows import start, windows_opener
from certclient.enrollment.inventory import UNREAD
from certclient.enrollment.journal_reading import journal_reader
from certclient.enrollment.overview import Condition, Row, read_overview
from certclient.enrollment.reminder import Reminder, ReminderHistory
from certclient.enrollment.reminder_index.look import Look
from certclient.enrollment.revocations import is_revocation
from certclient.model.errors import CertclientError
from certclient.store.base import CertificateStore

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from certclient.cli.invocation import Invocation

UnreadStore = tuple[CertificateStore, CertclientError]


@click.pass_obj
def remind(invocation: Invocation) -> int:
    """Opens the tray icon if a reminder is due, a bank awaits a confirmation, or the end of a
    procedure has not been seen yet.

    Without a display, prints the reminders to stdout and tries the confirmations itself. Prompts
    for nothing; otherwise it only ensures that the daily task exists.
    """
    invocation.command = "remind"
    daily = invocation.services.daily_reminder()
    if daily is not None:
        daily.ensure()
    look = invocation.look()
    warn_of_clock(invocation, invocation.usable_banks())
    unconfirmed = bool(invocation.services.statuses().unconfirmed)
    if not invocation.json:
        due, unread = _due(invocation, look)
        unseen = invocation.services.unseen_results()
        if not unconfirmed and not due and not unread and not unseen:
            return DONE
        windows = windows_opener(invocation)
        if windows is not None:
            wanted = unconfirmed or due or unseen
            return windows(start(invocation, remind=True)) if wanted else DONE
    tries = confirm_unattended(invocation) if unconfirmed else ()
    due, unread = _due(invocation, look)
    if invocation.json:
        records: list[JsonValue] = [
            {**entry_record(one.row.entry), "bank": invocation.name_of(one.row.profile)}
            for one in due
        ]
        tried: list[JsonValue] = [attempt_record(invocation, one) for one in tries]
        unusable: list[JsonValue] = [
            store_record(invocation, store, error) for store, error in unread.values()
        ]
        found = {"certificates": records, "confirmations": tried, "unusable": unusable}
        print_json(invocation, DONE, found)
        return DONE
    for one in tries:
        click.echo(attempt_sentence(invocation, one))
    for reminder in due:
        click.echo(_sentence(invocation, reminder))
    for store, error in unread.values():
        print_unusable(invocation, store, error)
    return DONE


def _due(
    invocation: Invocation, look: Look
) -> tuple[Sequence[Reminder], Mapping[str, UnreadStore]]:
    """Returns the reminders due, and the stores whose certificates nobody is reminded of."""
    services = invocation.services
    now = services.clock()
    statuses, open_procedures = journal_reader(services.statuses, services.open_procedures)()
    profiles = invocation.usable_banks()
    stores = services.stores(profiles)
    look.found(stores)
    overview = read_overview(profiles, stores, now, statuses, open_procedures)
    if services.check_revocation(overview.rows):
        overview = read_overview(profiles, stores, now, services.statuses(), open_procedures)
    invocation.end_look(look, overview)
    unread: dict[str, UnreadStore] = {}
    for store in overview.stores:
        error = overview.unusable.get(store.store_id)
        if error is not None and error.code in UNREAD:
            unread[store.store_id] = (store, error)
    return ReminderHistory(services.reminders).due(overview.rows, now), unread


def _sentence(invocation: Invocation, reminder: Reminder) -> str:
    catalogue, entry = invocation.catalogue, reminder.row.entry
    bank = reminder.row.profile.bank.for_language(invocation.language.value)
    if is_revocation(entry.rejection) and reminder.row.needs_another:
        contact = invocation.at_bank(reminder.row.profile).contact(entry.owner)
        return catalogue.text("remind.revoked", bank=bank, user_id=entry.full_id, contact=contact)
    if reminder.row.needs_another:
        return catalogue.text("remind.not-accepted", bank=bank, user_id=entry.full_id)
    return catalogue.text(
        "remind.due",
        bank=bank,
        user_id=entry.full_id,
        until=catalogue.until(entry.life),
        stage=_stage(invocation, reminder.row),
    )


def _stage(invocation: Invocation, row: Row) -> str:
    if row.condition is Condition.NO_GAIN and row.entry.obstacle is not None:
        return invocation.catalogue.error(row.entry.obstacle).title
    return invocation.catalogue.stage(row.entry.life)


command = Command(name="remind", callback=remind, params=common_parameters())
