"""`certclient completion`: prints the script with which a shell completes certclient's lines."""

from __future__ import annotations

import click

from certclient.cli.completion import SHELLS, script
from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.localized import Command, common_parameters


@click.pass_obj
def completion(invocation: Invocation, shell: str) -> int:
    """Prints the script for `shell`, which is the same in every language."""
    invocation.command = "completion"
    click.echo(script(shell), nl=False)
    return DONE


command = Command(
    name="completion",
    callback=completion,
    params=[
        click.Argument(["shell"], type=click.Choice(SHELLS), metavar="SHELL"),
        *common_parameters(),
    ],
)
