"""`certclient remove-old`: deletes what logs nobody in any more from this PC, for good.

For the uninstaller, where somebody wished it. What `remove --delete` refuses stays: a certificate
that is neither expired nor put away, or the last one that logs in.
"""

from __future__ import annotations

from collections.abc import Sequence

import click

from certclient import log
from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.records import JsonValue, entry_record, print_json
from certclient.cli.translated import Command, Option, common_parameters
from certclient.enrollment.cleanup import check_deletable, delete
from certclient.enrollment.inventory import Entry, take_inventory
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.store.base import no_pin


@click.pass_obj
def remove_old(invocation: Invocation, yes: bool) -> int:
    """Deletes them, of every bank that is set up or of the one that was named. Raises
    CONSENT_REQUIRED without `yes`."""
    invocation.command = "remove-old"
    if not yes:
        raise CertclientError(ErrorCode.CONSENT_REQUIRED)
    every = () if invocation.profile_name else invocation.services.profiles()
    gone = [
        entry
        for profile in every or [invocation.profile()]
        for entry in _remove(invocation, profile)
    ]
    if invocation.json:
        records: list[JsonValue] = [entry_record(entry) for entry in gone]
        print_json("remove-old", DONE, {"certificates": records})
    else:
        click.echo(invocation.words.text("remove-old.done", number=len(gone)))
    return DONE


def _remove(invocation: Invocation, profile: Profile) -> Sequence[Entry]:
    """What was deleted. Of a user ID whose procedure is open nothing is touched."""
    services = invocation.services
    stores = services.stores(profile)
    now = services.clock()
    inventory = take_inventory(profile, stores, now)
    pending = {view.user_id for view in services.procedures(profile, stores, 0.0).pending()}
    gone: list[Entry] = []
    for entry in inventory.entries:
        if entry.store.destination is not Destination.PC or entry.owner.user_id in pending:
            continue
        try:
            check_deletable(entry.stored, inventory.stored, now)
            delete(entry.store, entry.stored, inventory.stored, now, no_pin)
        except CertclientError as error:
            log.error(error)
            continue
        log.event("deleted", serial=entry.certificate.serial_hex)
        gone.append(entry)
    return gone


command = Command(
    name="remove-old",
    callback=remove_old,
    params=[Option(["--yes", "-y"], is_flag=True), *common_parameters()],
)
