"""`certclient revoke`: the customer's own revocation of one certificate at the bank (失効)."""

from __future__ import annotations

from collections.abc import Sequence

import click

from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import JsonObject, error_record, print_json
from certclient.cli.localized import Command, Option
from certclient.cli.records import entry_record
from certclient.cli.removal import RemovalCommand, removal_parameters
from certclient.enrollment.cleanup import may_delete
from certclient.enrollment.own_revocation import Removal, Revoked
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.model.revocation_reason import RevocationReason
from certclient.store.names import title_of

_REASONS = [reason.value for reason in RevocationReason]


@click.pass_obj
def revoke(
    invocation: Invocation,
    certificate: str,
    reason: str,
    delete_key: bool,
    last_one: bool,
    yes: bool,
    pin_stdin: bool,
    store: str,
) -> int:
    """Revokes exactly one certificate, then archives or deletes it here; returns the exit code.

    Raises what `OwnRevocation` raises, CONSENT_REQUIRED, CONSENT_REFUSED, and
    LAST_VALID_CERTIFICATE for `--yes` without `--last-one`.
    """
    invocation.command = "revoke"
    target = _target(invocation, certificate, store, agreed=yes, pin_stdin=pin_stdin)
    profile = _bank_of(invocation, target)
    invocation = invocation.at_bank(profile)
    procedures = invocation.services.procedures(profile, [target.store], 0.0)
    revocation = procedures.own_revocation()
    revocation.check(target.stored)
    _ask(invocation, target, agreed=yes, last_one=last_one)
    removal = Removal.DELETE if delete_key else Removal.ARCHIVE
    wanted = RevocationReason(reason)
    done = revocation.revoke(target.stored, wanted, removal, target.interaction)
    _report(invocation, target, wanted, done)
    return DONE


def _target(
    invocation: Invocation, name: str, store: str, *, agreed: bool, pin_stdin: bool
) -> RemovalCommand:
    """Raises REVOKE_AT_BANK for a certificate that was obtained here and is not here now."""
    try:
        return RemovalCommand(invocation, name, store, agreed=agreed, pin_stdin=pin_stdin)
    except CertclientError as error:
        if error.code is not ErrorCode.CERTIFICATE_NOT_FOUND:
            raise
        for profile in invocation.banks().some():
            procedures = invocation.services.procedures(profile, [], 0.0)
            elsewhere = procedures.own_revocation().elsewhere(name)
            if elsewhere is not None:
                raise elsewhere from error
        raise


def _bank_of(invocation: Invocation, target: RemovalCommand) -> Profile:
    profiles: Sequence[Profile] = invocation.banks().some()
    return next(one for one in profiles if one.id == target.entry.bank)


def _ask(invocation: Invocation, target: RemovalCommand, *, agreed: bool, last_one: bool) -> None:
    """A plain yes is not enough for the last certificate with which a user ID can log in."""
    try:
        may_delete(target.stored, target.all_stored, target.now, target.statuses)
    except CertclientError as error:
        if agreed and not last_one:
            raise CertclientError(error.code, **error.data, problem="revocation") from error
        if not agreed:
            _ask_for_user_id(invocation, target)
        return
    target.confirm("revoke.ask")


def _ask_for_user_id(invocation: Invocation, target: RemovalCommand) -> None:
    catalogue, entry = invocation.catalogue, target.entry
    question = catalogue.text(
        "revoke.ask-last",
        user_id=entry.full_id,
        serial=entry.certificate.serial_hex,
        until=catalogue.minute(entry.life.deadline),
        place=invocation.place(target.store.destination, title_of(target.store)),
        word=entry.owner.user_id,
    )
    if target.interaction.ask(question).upper() != entry.owner.user_id.upper():
        raise CertclientError(ErrorCode.CONSENT_REFUSED)


def _report(
    invocation: Invocation, target: RemovalCommand, reason: RevocationReason, done: Revoked
) -> None:
    if invocation.json:
        record: JsonObject = {
            "action": done.removed.value if done.removed else None,
            "reason": reason.value,
            "certificate": entry_record(target.entry),
            "error": error_record(invocation, done.error) if done.error else None,
        }
        print_json(invocation, DONE, record)
        return
    catalogue, serial = invocation.catalogue, done.certificate.serial_hex
    if done.removed is not None:
        click.echo(catalogue.text(f"revoke.{done.removed.value}", serial=serial))
    else:
        code = done.error.code.code if done.error else ""
        click.echo(catalogue.text("revoke.left", serial=serial, code=code))


command = Command(
    name="revoke",
    callback=revoke,
    params=[
        Option(
            ["--reason"],
            type=click.Choice(_REASONS),
            default=RevocationReason.NO_LONGER_USED.value,
        ),
        Option(["--delete-key"], is_flag=True),
        Option(["--last-one"], is_flag=True),
        *removal_parameters(),
    ],
)
