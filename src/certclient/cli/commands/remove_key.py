"""`certclient remove-key`: deletes one of our keys that no certificate or procedure uses."""

from __future__ import annotations

import click

from certclient.cli.exit_codes import DONE
from certclient.cli.interaction import PresetAnswers, TerminalInteraction
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import JsonObject, print_json
from certclient.cli.localized import Command, Option, common_parameters
from certclient.cli.records import leftover_record
from certclient.enrollment.leftovers import named
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform import log
from certclient.store.names import title_of


@click.pass_obj
def remove_key(invocation: Invocation, key: str, yes: bool, pin_stdin: bool) -> int:
    """Deletes exactly the key with the number shown by `status`; returns the exit code."""
    invocation.command = "remove-key"
    services, catalogue = invocation.services, invocation.catalogue
    profiles = invocation.banks().some()
    stores = services.stores(profiles)
    # A key without a procedure belongs to no bank.
    procedures = services.procedures(profiles[0], stores, 0.0)
    leftover = named(procedures.leftovers(stores), key)
    interaction = TerminalInteraction(invocation, PresetAnswers(agreed=yes, pin_stdin=pin_stdin))
    interaction.require_consent_possible()
    place = invocation.place(leftover.store.destination, title_of(leftover.store))
    question = catalogue.text("remove-key.ask", number=leftover.name, place=place)
    if not yes and not interaction.confirm(question):
        raise CertclientError(ErrorCode.CONSENT_REFUSED)
    procedures.remove_leftover(leftover, interaction.pin)
    log.event("key-removed", procedure=leftover.name)
    if invocation.json:
        record: JsonObject = {"action": "key-removed", "leftover": leftover_record(leftover)}
        print_json(invocation, DONE, record)
    else:
        click.echo(catalogue.text("remove-key.done", number=leftover.name))
    return DONE


command = Command(
    name="remove-key",
    callback=remove_key,
    params=[
        click.Argument(["key"], metavar="KEY"),
        Option(["--yes", "-y"], is_flag=True),
        Option(["--pin-stdin"], is_flag=True),
        *common_parameters(),
    ],
)
