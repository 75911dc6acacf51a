"""`certclient renew`: 更新 of one certificate or of all that are due."""

from __future__ import annotations

from collections.abc import Sequence

import click

from certclient.cli.enrollment import (
    EnrollmentSession,
    destination_parameters,
    enrolling_parameters,
)
from certclient.cli.interaction import PresetAnswers
from certclient.cli.invocation import Invocation
from certclient.cli.localized import Command, Option
from certclient.cli.outcomes import ProcedureResult, attempt, show_results
from certclient.cli.unattended import check_unattended_options, renew_unattended
from certclient.enrollment.batch_pins import BatchPins, WithPins
from certclient.enrollment.inventory import (
    InventoryEntry,
    named,
    renewable,
    the_renewable_one,
    unread_stores,
)
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
    proxy_user: str,
    wait: float,
    unattended: bool,
) -> int:
    """Renews the certificates; returns the worst exit code."""
    invocation.command = "renew"
    if unattended:
        check_unattended_options(
            invocation, everything=everything, others=(ids, to, store, yes, pin_stdin, proxy_user)
        )
        return renew_unattended(invocation, wait)
    if everything and ids:
        reason = invocation.catalogue.text("reason.all-and-ids")
        raise CertclientError(ErrorCode.USAGE, reason=reason)
    answers = PresetAnswers(agreed=yes, pin_stdin=pin_stdin, proxy_user=proxy_user)
    session = EnrollmentSession(invocation, answers, wait)
    session.require_known(to, store)
    entries = _selected_or_resume(session, ids, everything)
    session.interaction.require_consent_possible()
    unread = unread_stores(session.inventory)
    if everything and unread is not None:
        session.interaction.warning(unread)
    with session.interaction.running():
        results = _renew_all(session, entries, to, store)
    return show_results(invocation, results)


def _selected_or_resume(
    session: EnrollmentSession, ids: tuple[str, ...], everything: bool
) -> Sequence[InventoryEntry]:
    """As `_chosen`, but raises PROCEDURE_RUNNING if nothing is due and a procedure is unfinished,
    and CLOCK_WRONG if this computer's clock is to blame.

    An unconfirmed new certificate would otherwise look as if everything were done.
    """
    try:
        return _chosen(session, ids, everything)
    except CertclientError as error:
        unfinished = session.procedures.pending()
        if error.code is ErrorCode.NOTHING_RENEWABLE and session.inventory.entries:
            # A wrong clock has made every certificate look expired, or not due yet.
            wrong_clock = session.procedures.clock_error()
            if wrong_clock is not None:
                raise wrong_clock from error
        if error.code is not ErrorCode.NOTHING_RENEWABLE or not unfinished:
            raise
        raise CertclientError(ErrorCode.PROCEDURE_RUNNING, user_id=unfinished[0].user_id) from error


def _chosen(
    session: EnrollmentSession, ids: tuple[str, ...], everything: bool
) -> Sequence[InventoryEntry]:
    if everything:
        return renewable(session.inventory)
    if not ids:
        return [the_renewable_one(session.inventory)]
    entries: dict[str, InventoryEntry] = {}
    for name in ids:
        entry = named(session.inventory, name)
        entries[entry.certificate.fingerprint] = entry
    return list(entries.values())


def _renew_all(
    session: EnrollmentSession, entries: Sequence[InventoryEntry], to: str | None, label: str
) -> list[ProcedureResult]:
    """Sequentially; a failure does not stop the rest, Ctrl+C does."""
    results: list[ProcedureResult] = []
    for number, entry in enumerate(entries, start=1):
        if session.interaction.stop_requested():
            break
        if len(entries) > 1:
            session.interaction.announce(number, len(entries), entry.full_id)
        results.append(_renew_one(session, entry, to, label))
    return results


def _renew_one(
    session: EnrollmentSession, entry: InventoryEntry, to: str | None, label: str
) -> ProcedureResult:
    def run() -> Outcome:
        destination = session.store(to, label, entry)
        named = {one.store_id: (entry.full_id,) for one in (entry.store, destination)}
        interaction = WithPins(session.interaction, BatchPins(), named)
        return session.procedures.renew(entry.stored, destination, interaction)

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
