"""`certclient renew`: 更新 of one certificate or of all that are due."""

from __future__ import annotations

from collections.abc import Sequence

import click

from certclient.cli.dialogue import Answers
from certclient.cli.enrolling import Desk, destination_parameters, enrolling_parameters
from certclient.cli.invocation import Invocation
from certclient.cli.outcomes import Result, attempt, show_results
from certclient.cli.translated import Command, Option
from certclient.cli.unattended import check_alone, renew_unattended
from certclient.enrollment.inventory import Entry, named, renewable, the_renewable_one
from certclient.enrollment.procedure import Outcome
from certclient.model.errors import CertclientError, ErrorCode


@click.pass_obj
def renew(
    invocation: Invocation,
    ids: tuple[str, ...],
    everything: bool,
    to: str | None,
    store: str,
    yes: bool,
    pin_stdin: bool,
    wait: float,
    unattended: bool,
) -> int:
    """Renews the certificates; returns the worst exit code."""
    invocation.command = "renew"
    if unattended:
        check_alone(invocation, everything=everything, others=(ids, to, store, yes, pin_stdin))
        return renew_unattended(invocation, wait)
    if everything and ids:
        reason = invocation.words.text("reason.all-and-ids")
        raise CertclientError(ErrorCode.USAGE, reason=reason)
    desk = Desk(invocation, Answers(agreed=yes, pin_stdin=pin_stdin), wait)
    entries = _chosen_or_resume(desk, ids, everything)
    desk.dialogue.require_consent_possible()
    with desk.dialogue.running():
        results = _renew_all(desk, entries, to, store)
    return show_results(invocation, results)


def _chosen_or_resume(desk: Desk, ids: tuple[str, ...], everything: bool) -> Sequence[Entry]:
    """As `_chosen`, but raises PROCEDURE_RUNNING if nothing is due and a procedure is unfinished.

    An unconfirmed new certificate would otherwise look as if everything were done.
    """
    try:
        return _chosen(desk, ids, everything)
    except CertclientError as error:
        unfinished = desk.procedures.pending()
        if error.code is not ErrorCode.NOTHING_RENEWABLE or not unfinished:
            raise
        raise CertclientError(ErrorCode.PROCEDURE_RUNNING, user_id=unfinished[0].user_id) from error


def _chosen(desk: Desk, ids: tuple[str, ...], everything: bool) -> Sequence[Entry]:
    if everything:
        return renewable(desk.inventory)
    if not ids:
        return [the_renewable_one(desk.inventory)]
    entries: dict[str, Entry] = {}
    for name in ids:
        entry = named(desk.inventory, name)
        entries[entry.certificate.fingerprint] = entry
    return list(entries.values())


def _renew_all(desk: Desk, entries: Sequence[Entry], to: str | None, label: str) -> list[Result]:
    """Sequentially; a failure does not stop the rest, Ctrl+C does."""
    results: list[Result] = []
    for number, entry in enumerate(entries, start=1):
        if desk.dialogue.stop_requested():
            break
        if len(entries) > 1:
            desk.dialogue.announce(number, len(entries), entry.full_id)
        results.append(_renew_one(desk, entry, to, label))
    return results


def _renew_one(desk: Desk, entry: Entry, to: str | None, label: str) -> Result:
    def run() -> Outcome:
        destination = desk.store(to, label, entry)
        return desk.procedures.renew(entry.stored, destination, desk.dialogue)

    return attempt(entry.full_id, entry.owner, run)


command = Command(
    name="renew",
    callback=renew,
    params=[
        click.Argument(["ids"], nargs=-1, metavar="[ID]..."),
        Option(["--all", "everything"], is_flag=True),
        Option(["--unattended"], is_flag=True),
        *destination_parameters(),
        *enrolling_parameters(),
    ],
)
