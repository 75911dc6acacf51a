"""`certclient remove`: puts an old certificate away, undoable; with `--delete` for good."""

from __future__ import annotations

import click

from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.putting_away import Shelf, putting_away_parameters
from certclient.cli.translated import Command, Option
from certclient.enrollment import cleanup


@click.pass_obj
def remove(
    invocation: Invocation, certificate: str, delete: bool, yes: bool, pin_stdin: bool
) -> int:
    """Archives or deletes exactly one certificate; returns the exit code."""
    invocation.command = "remove"
    shelf = Shelf(invocation, certificate, agreed=yes, pin_stdin=pin_stdin)
    act = cleanup.delete if delete else cleanup.archive
    check = cleanup.check_deletable if delete else cleanup.may_delete
    check(shelf.stored, shelf.all_stored, shelf.now, shelf.statuses)
    shelf.confirm("remove.ask-delete" if delete else "remove.ask-archive")
    act(
        shelf.store,
        shelf.stored,
        shelf.all_stored,
        shelf.now,
        shelf.statuses,
        shelf.dialogue.pin,
    )
    shelf.report("deleted" if delete else "archived")
    return DONE


command = Command(
    name="remove",
    callback=remove,
    params=[Option(["--delete"], is_flag=True), *putting_away_parameters()],
)
