"""`certclient restore`: restores an archived certificate."""

from __future__ import annotations

import click

from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.localized import Command
from certclient.cli.removal import RemovalCommand, removal_parameters
from certclient.enrollment import cleanup


@click.pass_obj
def restore(
    invocation: Invocation, certificate: str, yes: bool, pin_stdin: bool, store: str
) -> int:
    """Unarchives exactly one certificate; returns the exit code."""
    invocation.command = "restore"
    target = RemovalCommand(invocation, certificate, store, agreed=yes, pin_stdin=pin_stdin)
    target.confirm("remove.ask-restore")
    cleanup.restore(target.store, target.stored, target.interaction.pin)
    target.report("restored")
    return DONE


command = Command(name="restore", callback=restore, params=removal_parameters())
