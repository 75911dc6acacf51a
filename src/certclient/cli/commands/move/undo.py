"""`certclient move undo`: calls a move off on the old computer."""

from __future__ import annotations

import click

from certclient.cli.candidates import user_ids
from certclient.cli.commands.move.target import chosen_move
from certclient.cli.exit_codes import DONE
from certclient.cli.interaction import PresetAnswers, TerminalInteraction
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import print_json
from certclient.cli.localized import Command, Option, common_parameters


@click.pass_obj
def undo(invocation: Invocation, user_id: str, pin_stdin: bool) -> int:
    """Returns the exit code. Raises MOVE_OVER and as `ComputerMove.undo`."""
    invocation.command = "move undo"
    one = chosen_move(invocation, user_id)
    answers = PresetAnswers(pin_stdin=pin_stdin)
    one.service.undo(one.move, TerminalInteraction(one.invocation, answers))
    if invocation.json:
        print_json(one.invocation, DONE, {"move": one.record()})
    else:
        click.echo(one.words("undone"))
    return DONE


command = Command(
    name="move-undo",
    callback=undo,
    params=[
        click.Argument(
            ["user_id"], metavar="USER_ID", required=False, default="", shell_complete=user_ids
        ),
        Option(["--pin-stdin"], is_flag=True),
        *common_parameters(),
    ],
)
