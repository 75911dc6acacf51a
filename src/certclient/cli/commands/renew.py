"""`certclient renew`: 更新 of one certificate or of all that are due."""

from __future__ import annotations

from collections.abc import Sequence

import click

from certclient.cli.candidates import user_ids
from certclient.cli.enrollment import (
    EnrollmentSession,
    destination_parameters,
    enrolling_parameters,
)
from certclient.cli.interaction import PresetAnswers
from certclient.cli.invocation import Invocation
from certclient.cli.localized import Command, Option
from certclient.cli.outcomes import ProcedureResult, attempt, show_results
from certclient.cli.sessions import EnrollmentSessions
from certclient.enrollment.batch_pins import BatchPins, WithPins
from certclient.enrollment.inventory import (
    Inventory,
    InventoryEntry,
    named,
    renewable,
    the_renewable_one,
    unread_stores,
)
from certclient.enrollment.key_ahead import NextRenewal
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
        from certclient.cli.unattended import check_unattended_options, renew_unattended

        check_unattended_options(
            invocation, everything=everything, others=(ids, to, store, yes, pin_stdin, proxy_user)
        )
        return renew_unattended(invocation, wait)
    if everything and ids:
        reason = invocation.catalogue.text("reason.all-and-ids")
        raise CertclientError(ErrorCode.USAGE, reason=reason)
    answers = PresetAnswers(agreed=yes, pin_stdin=pin_stdin, proxy_user=proxy_user)
    sessions = EnrollmentSessions(invocation, answers, wait)
    _require_known(sessions, to, store)
    entries = _selected_or_resume(sessions, ids, everything)
    sessions.interaction.require_consent_possible()
    unread = unread_stores(sessions.inventory)
    if everything and unread is not None:
        sessions.interaction.warning(unread)
    with sessions.interaction.running():
        results = _renew_all(sessions, entries, to, store)
    return show_results(invocation, results)


def _require_known(sessions: EnrollmentSessions, to: str | None, name: str) -> None:
    """Raises USAGE if `--to` names a store at none of the banks, before anything else is
    reported."""
    errors: list[CertclientError] = []
    for session in sessions.each:
        try:
            session.require_known(to, name)
        except CertclientError as error:
            errors.append(error)
    if len(errors) == len(sessions.each):
        raise errors[0]


def _selected_or_resume(
    sessions: EnrollmentSessions, ids: tuple[str, ...], everything: bool
) -> Sequence[InventoryEntry]:
    """As `_chosen`, but raises PROCEDURE_RUNNING if nothing is due and a procedure is unfinished,
    and CLOCK_WRONG if this computer's clock is to blame.

    An unconfirmed new certificate would otherwise look as if everything were done.
    """
    try:
        return _chosen(sessions.inventory, ids, everything)
    except CertclientError as error:
        unfinished = sessions.pending()
        if error.code is ErrorCode.NOTHING_RENEWABLE:
            _check_clock(sessions, error)
        if error.code is not ErrorCode.NOTHING_RENEWABLE or not unfinished:
            raise
        raise CertclientError(ErrorCode.PROCEDURE_RUNNING, user_id=unfinished[0].user_id) from error


def _check_clock(sessions: EnrollmentSessions, cause: CertclientError) -> None:
    """A wrong clock has made every certificate look expired, or not due yet."""
    for session in sessions.each:
        if session.inventory.entries:
            wrong_clock = session.procedures.clock_error()
            if wrong_clock is not None:
                raise wrong_clock from cause


def _chosen(
    inventory: Inventory, ids: tuple[str, ...], everything: bool
) -> Sequence[InventoryEntry]:
    if everything:
        return renewable(inventory)
    if not ids:
        return [the_renewable_one(inventory)]
    entries: dict[str, InventoryEntry] = {}
    for name in ids:
        entry = named(inventory, name)
        entries[entry.certificate.fingerprint] = entry
    return list(entries.values())


def _renew_all(
    sessions: EnrollmentSessions, entries: Sequence[InventoryEntry], to: str | None, label: str
) -> list[ProcedureResult]:
    """Sequentially; a failure does not stop the rest, Ctrl+C does."""
    results: list[ProcedureResult] = []
    for number, entry in enumerate(entries, start=1):
        if sessions.interaction.stop_requested():
            break
        if len(entries) > 1:
            sessions.interaction.announce(number, len(entries), entry.full_id)
        stays = to is None and not label
        following = _following(sessions, entry, entries[number:]) if stays else None
        results.append(_renew_one(sessions.of(entry), entry, to, label, following))
    return results


def _following(
    sessions: EnrollmentSessions, entry: InventoryEntry, left: Sequence[InventoryEntry]
) -> NextRenewal | None:
    """The renewal after that of `entry`, if its key may be made before its turn: at the same bank,
    in the store of its certificate, and agreed to in advance."""
    if not left or left[0].bank != entry.bank or not sessions.interaction.agreed:
        return None
    return NextRenewal(left[0].stored, left[0].store, lambda _request: True)


def _renew_one(
    session: EnrollmentSession,
    entry: InventoryEntry,
    to: str | None,
    label: str,
    following: NextRenewal | None,
) -> ProcedureResult:
    def run() -> Outcome:
        destination = session.store(to, label, entry)
        named = {one.store_id: (entry.full_id,) for one in (entry.store, destination)}
        interaction = WithPins(session.interaction, BatchPins(), named)
        return session.procedures.renew(entry.stored, destination, interaction, following=following)

    return attempt(session.invocation, entry.full_id, entry.owner, run)


command = Command(
    name="renew",
    callback=renew,
    params=[
        click.Argument(["ids"], nargs=-1, metavar="[ID]...", shell_complete=user_ids),
        Option(["--all", "everything"], is_flag=True),
        Option(["--unattended"], is_flag=True),
        *destination_parameters(),
        *enrolling_parameters(),
    ],
)
