"""`certclient remove`: archives an old certificate (undoable), or deletes it with `--delete`."""

from __future__ import annotations

import click

from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.localized import Command, Option
from certclient.cli.removal import RemovalCommand, removal_parameters
from certclient.enrollment import cleanup


@click.pass_obj
def remove(
    invocation: Invocation, certificate: str, delete: bool, yes: bool, pin_stdin: bool, store: str
) -> int:
    """Archives or deletes exactly one certificate; returns the exit code."""
    invocation.command = "remove"
    target = RemovalCommand(invocation, certificate, store, agreed=yes, pin_stdin=pin_stdin)
    act = cleanup.delete if delete else cleanup.archive
    check = cleanup.check_deletable if delete else cleanup.may_delete
    check(target.stored, target.all_stored, target.now, target.statuses)
    target.confirm("remove.ask-delete" if delete else "remove.ask-archive")
    act(
        target.store,
        target.stored,
        target.all_stored,
        target.now,
        target.statuses,
        target.interaction.pin,
    )
    target.report("deleted" if delete else "archived")
    return DONE


command = Command(
    name="remove",
    callback=remove,
    params=[Option(["--delete"], is_flag=True), *removal_parameters()],
)
