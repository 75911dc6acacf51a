"""The values that a shell proposes for arguments and options.

They come from the journal and the PC's own stores: no token, no network, no question.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import click
from click.shell_completion import CompletionItem

from certclient.cli.completion import matching
from certclient.cli.invocation import Invocation
from certclient.cli.localized import invocation_of
from certclient.enrollment.inventory import InventoryEntry, inventory_of, read_stores
from certclient.model.errors import CertclientError


def user_ids(
    ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The user IDs with a certificate on this PC or an unfinished procedure."""
    invocation = invocation_of(ctx)
    known = [(entry.owner.user_id, _until(invocation, entry)) for entry in _on_this_pc(invocation)]
    with contextlib.suppress(CertclientError):
        known += [(user_id, "") for user_id in invocation.services.open_procedures().user_ids]
    return matching(known, incomplete)


def certificates(
    ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The serial numbers of the certificates on this PC, with their owners."""
    invocation = invocation_of(ctx)
    known = (
        (entry.certificate.serial_hex, f"{entry.full_id} {_until(invocation, entry)}")
        for entry in _on_this_pc(invocation)
    )
    return matching(known, incomplete)


def procedures(
    ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The numbers of the unfinished procedures, with their user IDs."""
    with contextlib.suppress(CertclientError):
        views = invocation_of(ctx).services.open_procedures().views
        return matching(((view.id, view.user_id) for view in views), incomplete)
    return []


def destinations(
    _ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """`pc` and `usb`."""
    return matching((("pc", ""), ("usb", "")), incomplete)


def _on_this_pc(invocation: Invocation) -> Iterator[InventoryEntry]:
    """What the PC's stores hold for each bank. Token modules are left out: none is loaded."""
    services, now = invocation.services, invocation.services.clock()
    with contextlib.suppress(CertclientError):
        own = [replace(bank, pkcs11_modules=()) for bank in invocation.banks().profiles]
        readings, statuses = read_stores(services.stores(own)), services.statuses()
        for profile in own:
            yield from inventory_of(profile, readings, now, statuses).entries


def _until(invocation: Invocation, entry: InventoryEntry) -> str:
    return invocation.catalogue.minute(entry.life.expires)
