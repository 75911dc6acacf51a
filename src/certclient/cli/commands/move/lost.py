"""`certclient move lost`: what to do if the old computer is lost or broken."""

from __future__ import annotations

import click

from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import JsonValue, print_json
from certclient.cli.localized import Command, common_parameters
from certclient.i18n.move_sheet import Sheet, lost_sheet


@click.pass_obj
def lost(invocation: Invocation, user_id: str) -> int:
    """Prints it for each bank that is set up, or for the one chosen; returns the exit code."""
    invocation.command = "move lost"
    sheets = [
        (profile.id, _sheet(invocation.at_bank(profile), user_id.strip().upper()))
        for profile in invocation.banks().some()
    ]
    if invocation.json:
        records: list[JsonValue] = [
            {"profile": bank, "sheet": list(sheet.lines)} for bank, sheet in sheets
        ]
        print_json(invocation, DONE, {"banks": records})
    else:
        click.echo("\n\n".join("\n".join(sheet.lines) for _, sheet in sheets))
    return DONE


def _sheet(invocation: Invocation, user_id: str) -> Sheet:
    profile = invocation.profile()
    return lost_sheet(invocation.catalogue, profile, user_id, invocation.contact())


command = Command(
    name="move-lost",
    callback=lost,
    params=[
        click.Argument(["user_id"], metavar="USER_ID", required=False, default=""),
        *common_parameters(),
    ],
)
