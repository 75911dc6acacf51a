"""`certclient open-link`: handles a link from a bank's page at the terminal instead of in a window.

Any web page may contain such a link, so there is no `--yes` here: the user consents at the
terminal.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace

import click

from certclient.cli.enrollment import EnrollmentSession, destination_parameters
from certclient.cli.interaction import PresetAnswers
from certclient.cli.invocation import Invocation
from certclient.cli.localized import Command, common_parameters
from certclient.cli.outcomes import attempt, show_results
from certclient.cli.sessions import EnrollmentSessions
from certclient.enrollment.interaction import NonInteractive
from certclient.enrollment.inventory import InventoryEntry, named, the_renewable_one
from certclient.enrollment.procedure import Outcome
from certclient.enrollment.unattended import store_blocker
from certclient.model.deep_link import DeepLink, LinkError, Verb, parse
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.secret import Secret

_MAX_WAIT = 60.0
"""Seconds to wait for a CA."""


@click.pass_obj
def open_link(invocation: Invocation, link: str, to: str | None, store: str) -> int:
    """Renews or obtains as the link requests; returns the exit code."""
    invocation.command = "open-link"
    session, requested = _session(invocation, _read(invocation, link))
    if requested.profile_id not in ("", session.profile.id):
        raise _refused(invocation.catalogue.text("reason.link-bank"))
    session.interaction.require_consent_possible()
    entry = _entry(session, requested)
    user_id = entry.owner.user_id if entry is not None else requested.user_id
    ticket = Secret(requested.ticket) if requested.ticket else None

    def run() -> Outcome:
        destination = session.store(to, store, entry, user_id)
        if entry is None:
            return session.procedures.obtain(user_id, destination, session.interaction, ticket)
        return session.procedures.renew(entry.stored, destination, session.interaction, ticket)

    with session.interaction.running():
        owner = entry.owner if entry is not None else None
        result = attempt(session.invocation, user_id, owner, run)
    return show_results(invocation, [result])


def _session(invocation: Invocation, requested: DeepLink) -> tuple[EnrollmentSession, DeepLink]:
    """The session of the link's bank; of the certificate's if the link names no bank. With it, the
    link: a ticket is for one bank, so that with several, a link that names none has none."""
    if invocation.profile_name or requested.verb is Verb.OBTAIN:
        return EnrollmentSession(invocation, PresetAnswers(), _MAX_WAIT), requested
    sessions = EnrollmentSessions(invocation, PresetAnswers(), _MAX_WAIT)
    if len(sessions.each) == 1:
        return sessions.each[0], requested
    inventory, user_id = sessions.inventory, requested.user_id
    entry = named(inventory, user_id) if user_id else the_renewable_one(inventory)
    return sessions.of(entry), replace(requested, ticket="")


def _read(invocation: Invocation, link: str) -> DeepLink:
    """The parsed link if it requests an action; its bank applies unless `--profile` was given."""
    try:
        requested = parse(link)
    except LinkError as error:
        raise _refused(invocation.catalogue.text("reason.link")) from error
    if requested.verb is Verb.OPEN or (requested.verb is Verb.OBTAIN and not requested.user_id):
        raise _refused(invocation.catalogue.text("reason.link"))
    if not invocation.profile_name:
        invocation.profile_name = requested.profile_id
    return requested


def _entry(session: EnrollmentSession, requested: DeepLink) -> InventoryEntry | None:
    """The certificate to renew; None for 取得. Raises CERTIFICATE_NOT_FOUND and others."""
    if requested.verb is Verb.OBTAIN:
        return None
    if not requested.user_id:
        return the_renewable_one(session.inventory)
    counting = named(session.inventory, requested.user_id)
    meant = _named_by_page(session, requested)
    if meant is None or meant.certificate == counting.certificate:
        return counting
    # Any page may claim this, so the CA is queried about the certificate that the link skips.
    if store_blocker(session.profile, counting) is None:
        with contextlib.suppress(CertclientError):
            session.procedures.check_with_bank(counting.stored, NonInteractive())
    return meant


def _named_by_page(session: EnrollmentSession, requested: DeepLink) -> InventoryEntry | None:
    """The certificate of the link's user ID with the link's serial number."""
    own = (
        entry
        for entry in session.inventory.entries
        if entry.owner.user_id == requested.user_id
        and entry.stored.key is not None
        and not entry.stored.archived
    )
    return next((e for e in own if e.certificate.serial_hex == requested.serial), None)


def _refused(reason: str) -> CertclientError:
    return CertclientError(ErrorCode.USAGE, reason=reason)


command = Command(
    name="open-link",
    callback=open_link,
    params=[
        click.Argument(["link"], metavar="LINK"),
        *destination_parameters(),
        *common_parameters(),
    ],
)
