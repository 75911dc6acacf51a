"""`certclient remove-old`: deletes what logs nobody in any more from this PC, for good.

For the uninstaller, where somebody wished it. What `remove --delete` refuses stays: a certificate
that is neither expired nor put away, the last one that logs in, and every one of a user ID whose
procedure is not finished. What is on USB tokens stays as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from certclient.cli.commands.listing import stage_words
from certclient.cli.dialogue import Answers, Dialogue
from certclient.cli.errors import tell
from certclient.cli.exit_codes import EXIT_CODES, worst
from certclient.cli.invocation import Invocation
from certclient.cli.records import JsonValue, entry_record, error_record, print_json
from certclient.cli.translated import Command, Option, common_parameters
from certclient.enrollment.bank_status import BankStatuses
from certclient.enrollment.cleanup import check_deletable, delete
from certclient.enrollment.inventory import Entry, take_inventory
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.platform import log
from certclient.store.base import StoredCertificate, no_pin


@dataclass(frozen=True, slots=True)
class _Old:
    """A certificate that may go, and all of its bank, by which it is judged again before."""

    entry: Entry
    all_stored: Sequence[StoredCertificate]
    statuses: BankStatuses

    @property
    def place(self) -> str:
        return f"{self.entry.store.store_id} {self.entry.certificate.fingerprint}"


_Errors = dict[str, CertclientError]
"""By what they are about, so that each is told once."""


@click.pass_obj
def remove_old(invocation: Invocation, yes: bool) -> int:
    """Deletes them, of every bank that is set up or of the one that was named; returns the worst
    exit code. One that cannot be deleted does not stop the others.

    Raises CONSENT_REQUIRED, CONSENT_REFUSED.
    """
    invocation.command = "remove-old"
    dialogue = Dialogue(invocation, Answers(agreed=yes))
    dialogue.require_consent_possible()
    errors: _Errors = {}
    old = list(_find(invocation, errors).values())
    if old and not yes:
        _ask(invocation, dialogue, old)
    gone = list(_delete(invocation, old, errors))
    return _report(invocation, gone, list(errors.values()))


def _find(invocation: Invocation, errors: _Errors) -> dict[str, _Old]:
    """Each once, though two banks' patterns may fit it. `errors`: what could not be looked at."""
    every = () if invocation.profile_name else invocation.services.profiles()
    found: dict[str, _Old] = {}
    for profile in every or [invocation.profile()]:
        found |= {old.place: old for old in _of_bank(invocation, profile, errors)}
    return found


def _of_bank(invocation: Invocation, profile: Profile, errors: _Errors) -> Iterator[_Old]:
    services = invocation.services
    stores = services.stores(profile)
    inventory = take_inventory(profile, stores, services.clock(), services.statuses())
    on_pc = {one.store_id for one in stores if one.destination is Destination.PC}
    errors |= {name: error for name, error in inventory.unusable.items() if name in on_pc}
    pending = {view.user_id for view in services.procedures(profile, stores, 0.0).pending()}
    for entry in inventory.entries:
        if entry.store.store_id in on_pc and entry.owner.user_id not in pending:
            old = _Old(entry, inventory.stored, inventory.statuses)
            if _may_go(invocation, old):
                yield old


def _may_go(invocation: Invocation, old: _Old) -> bool:
    try:
        now = invocation.services.clock()
        check_deletable(old.entry.stored, old.all_stored, now, old.statuses)
    except CertclientError:
        return False
    return True


def _ask(invocation: Invocation, dialogue: Dialogue, old: Sequence[_Old]) -> None:
    """Names each one. Raises CONSENT_REFUSED for anything but yes."""
    words = invocation.words
    for entry in (one.entry for one in old):
        until, serial = words.minute(entry.life.deadline), entry.certificate.serial_hex
        state = stage_words(invocation, entry)
        click.echo(f"  {entry.full_id}  {until}  {state}  {serial}", err=True)
    if not dialogue.yes(words.text("remove-old.ask", number=len(old))):
        raise CertclientError(ErrorCode.CONSENT_REFUSED)


def _delete(invocation: Invocation, old: Sequence[_Old], errors: _Errors) -> Iterator[Entry]:
    """What is gone then. `errors`: why another is not."""
    for one in old:
        entry = one.entry
        try:
            now = invocation.services.clock()
            delete(entry.store, entry.stored, one.all_stored, now, one.statuses, no_pin)
        except CertclientError as error:
            errors[one.place] = error
            continue
        log.event("deleted", serial=entry.certificate.serial_hex)
        yield entry


def _report(
    invocation: Invocation, gone: Sequence[Entry], errors: Sequence[CertclientError]
) -> int:
    code = worst(EXIT_CODES[error.code.kind] for error in errors)
    for error in errors:
        log.error(error)
    if invocation.json:
        records: list[JsonValue] = [entry_record(entry) for entry in gone]
        failures: list[JsonValue] = [error_record(invocation, error) for error in errors]
        print_json("remove-old", code, {"certificates": records, "errors": failures})
        return code
    for error in errors:
        tell(invocation, error)
    click.echo(invocation.words.text("remove-old.done", number=len(gone)))
    return code


command = Command(
    name="remove-old",
    callback=remove_old,
    params=[Option(["--yes", "-y"], is_flag=True), *common_parameters()],
)
