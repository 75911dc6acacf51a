"""`certclient move status`: how far the moves are."""

from __future__ import annotations

import click

from certclient.cli.commands.move.target import moves, state_of
from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import JsonValue, print_json
from certclient.cli.localized import Command, common_parameters
from certclient.model.visible_text import visible


@click.pass_obj
def status(invocation: Invocation) -> int:
    """Lists every move, finished ones included; returns the exit code."""
    invocation.command = "move status"
    known = list(moves(invocation))
    if invocation.json:
        records: list[JsonValue] = [one.record() for one in known]
        print_json(invocation, DONE, {"moves": records})
        return DONE
    for one in known:
        catalogue, move = one.invocation.catalogue, one.move
        line = catalogue.text(
            "move.state",
            bank=one.invocation.bank(),
            user_id=move.user_id,
            serial=move.serial,
            step=one.words(state_of(one)),
        )
        click.echo(visible(line))
    if not known:
        click.echo(invocation.catalogue.text("move.none"))
    return DONE


command = Command(name="move-status", callback=status, params=common_parameters())
