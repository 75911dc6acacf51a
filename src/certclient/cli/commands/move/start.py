"""`certclient move start`: begins a move on the old computer, and says what the new one needs."""

from __future__ import annotations

import click

from certclient.cli.candidates import certificates
from certclient.cli.commands.move.target import MoveAt, chosen_entry, profile_of, service_at
from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import print_json
from certclient.cli.localized import Command, common_parameters
from certclient.i18n.move_sheet import moving_sheet


@click.pass_obj
def start(invocation: Invocation, certificate: str) -> int:
    """Returns the exit code. Changes nothing but the journal, so that nothing is asked.

    Raises as `ComputerMove.begin`, and CERTIFICATE_NOT_FOUND, CERTIFICATE_AMBIGUOUS.
    """
    invocation.command = "move start"
    entry = chosen_entry(invocation, certificate)
    profile = profile_of(invocation, entry)
    at_bank = invocation.at_bank(profile)
    service = service_at(invocation, profile)
    begun = MoveAt(at_bank, service, service.begin(entry.stored))
    contact, catalogue = at_bank.contact(entry.owner), invocation.catalogue
    sheet = moving_sheet(catalogue, profile, entry.owner.user_id, contact)
    if invocation.json:
        print_json(at_bank, DONE, {"move": begun.record(), "sheet": list(sheet.lines)})
        return DONE
    texts = (begun.words("started"), "", *sheet.lines, "", begun.words("how-on"))
    click.echo("\n".join((*texts, begun.words("how-undo"))))
    return DONE


command = Command(
    name="move-start",
    callback=start,
    params=[
        click.Argument(
            ["certificate"],
            metavar="CERT",
            required=False,
            default="",
            shell_complete=certificates,
        ),
        *common_parameters(),
    ],
)
