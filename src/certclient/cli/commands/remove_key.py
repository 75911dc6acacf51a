"""`certclient remove-key`: deletes a key of ours that no certificate and no procedure needs."""

from __future__ import annotations

import click

from certclient.cli.dialogue import Answers, Dialogue
from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.records import JsonObject, leftover_record, print_json
from certclient.cli.translated import Command, Option, common_parameters
from certclient.enrollment.leftovers import named
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform import log


@click.pass_obj
def remove_key(invocation: Invocation, key: str, yes: bool, pin_stdin: bool) -> int:
    """Deletes exactly the key that `status` names so; returns the exit code."""
    invocation.command = "remove-key"
    services, words = invocation.services, invocation.words
    profile = invocation.profile()
    stores = services.stores(profile)
    procedures = services.procedures(profile, stores, 0.0)
    leftover = named(procedures.leftovers(stores), key)
    dialogue = Dialogue(invocation, Answers(agreed=yes, pin_stdin=pin_stdin))
    dialogue.require_consent_possible()
    place = invocation.place(leftover.store.destination, leftover.store.label)
    question = words.text("remove-key.ask", number=leftover.name, place=place)
    if not yes and not dialogue.yes(question):
        raise CertclientError(ErrorCode.CONSENT_REFUSED)
    procedures.remove_leftover(leftover, dialogue.pin)
    log.event("key-removed", procedure=leftover.name)
    if invocation.json:
        record: JsonObject = {"action": "key-removed", "leftover": leftover_record(leftover)}
        print_json(invocation.command, DONE, record)
    else:
        click.echo(words.text("remove-key.done", number=leftover.name))
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
