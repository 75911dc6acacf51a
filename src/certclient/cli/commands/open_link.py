"""`certclient open-link`: handles a link from a bank's page at the terminal instead of in a window.

Any web page may contain such a link, so there is no `--yes` here: the user consents at the
terminal.
"""

from __future__ import annotations

import contextlib

import click

from certclient.cli.dialogue import Answers
from certclient.cli.enrolling import Desk, destination_parameters
from certclient.cli.invocation import Invocation
from certclient.cli.outcomes import attempt, show_results
from certclient.cli.translated import Command, common_parameters
from certclient.enrollment.interaction import Nobody
from certclient.enrollment.inventory import Entry, named, the_renewable_one
from certclient.enrollment.procedure import Outcome
from certclient.enrollment.unattended import store_obstacle
from certclient.model.deep_link import DeepLink, LinkError, Verb, parse
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.secret import Secret

_PATIENCE = 60.0
"""Seconds to wait for a CA."""


@click.pass_obj
def open_link(invocation: Invocation, link: str, to: str | None, store: str) -> int:
    """Renews or obtains as the link requests; returns the exit code."""
    invocation.command = "open-link"
    wanted = _read(invocation, link)
    desk = Desk(invocation, Answers(), _PATIENCE)
    if wanted.profile_id not in ("", desk.profile.id):
        raise _refused(invocation.words.text("reason.link-bank"))
    desk.dialogue.require_consent_possible()
    entry = _entry(desk, wanted)
    user_id = entry.owner.user_id if entry is not None else wanted.user_id
    ticket = Secret(wanted.ticket) if wanted.ticket else None

    def run() -> Outcome:
        destination = desk.store(to, store, entry)
        if entry is None:
            return desk.procedures.obtain(user_id, destination, desk.dialogue, ticket)
        return desk.procedures.renew(entry.stored, destination, desk.dialogue, ticket)

    with desk.dialogue.running():
        result = attempt(user_id, entry.owner if entry is not None else None, run)
    return show_results(invocation, [result])


def _read(invocation: Invocation, link: str) -> DeepLink:
    """The parsed link if it requests an action; its bank applies unless `--profile` was given."""
    try:
        wanted = parse(link)
    except LinkError as error:
        raise _refused(invocation.words.text("reason.link")) from error
    if wanted.verb is Verb.OPEN or (wanted.verb is Verb.OBTAIN and not wanted.user_id):
        raise _refused(invocation.words.text("reason.link"))
    if not invocation.profile_name:
        invocation.profile_name = wanted.profile_id
    return wanted


def _entry(desk: Desk, wanted: DeepLink) -> Entry | None:
    """The certificate to renew; None for 取得. Raises CERTIFICATE_NOT_FOUND and others."""
    if wanted.verb is Verb.OBTAIN:
        return None
    if not wanted.user_id:
        return the_renewable_one(desk.inventory)
    counting = named(desk.inventory, wanted.user_id)
    meant = _named_by_page(desk, wanted)
    if meant is None or meant.certificate == counting.certificate:
        return counting
    # Any page may claim this, so the CA is queried about the certificate that the link skips.
    if store_obstacle(desk.profile, counting) is None:
        with contextlib.suppress(CertclientError):
            desk.procedures.check_with_bank(counting.stored, Nobody())
    return meant


def _named_by_page(desk: Desk, wanted: DeepLink) -> Entry | None:
    """The certificate of the link's user ID with the link's serial number."""
    own = (
        entry
        for entry in desk.inventory.entries
        if entry.owner.user_id == wanted.user_id
        and entry.stored.key is not None
        and not entry.stored.archived
    )
    return next((e for e in own if e.certificate.serial_hex == wanted.serial), None)


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
