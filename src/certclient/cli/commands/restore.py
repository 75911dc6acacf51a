"""`certclient restore`: restores an archived certificate."""

from __future__ import annotations

import click

from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.putting_away import Shelf, putting_away_parameters
from certclient.cli.translated import Command
from certclient.enrollment import cleanup


@click.pass_obj
def restore(invocation: Invocation, certificate: str, yes: bool, pin_stdin: bool) -> int:
    """Unarchives exactly one certificate; returns the exit code."""
    invocation.command = "restore"
    shelf = Shelf(invocation, certificate, agreed=yes, pin_stdin=pin_stdin)
    shelf.confirm("remove.ask-restore")
    cleanup.restore(shelf.store, shelf.stored, shelf.dialogue.pin)
    shelf.report("restored")
    return DONE


command = Command(name="restore", callback=restore, params=putting_away_parameters())
