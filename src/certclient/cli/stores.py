"""Tells the user which stores could not be read, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from certclient.enrollment.inventory import UNREAD
from certclient.store.names import title_of
from certclient.store.token_absence import Absence

if TYPE_CHECKING:
    from certclient.cli.invocation import Invocation
    from certclient.model.errors import CertclientError
    from certclient.store.base import CertificateStore


def print_unusable(invocation: Invocation, store: CertificateStore, error: CertclientError) -> None:
    """Prints why `store` cannot be used, to stderr.

    Prints details and advice if its certificates are missing from what is shown; a USB token that
    is not plugged in needs none.
    """
    shown = invocation.catalogue.error(error)
    place = invocation.place(store.destination, title_of(store))
    line = invocation.catalogue.text(
        "list.unusable", place=place, title=shown.title, code=shown.code
    )
    click.echo(line, err=True)
    if error.code in UNREAD or error.data.get("problem") == Absence.UNKNOWN_CARD.value:
        for advice in (shown.sentence, *shown.details, shown.next_step):
            click.echo(f"  {advice}", err=True)
