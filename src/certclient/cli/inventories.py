"""The certificates of a command's banks, each at one bank."""

from __future__ import annotations

from collections.abc import Sequence

from certclient.cli.invocation import Invocation
from certclient.enrollment.inventory import Inventory
from certclient.enrollment.several_banks import combined, read_inventories
from certclient.model.profile import Profile


def read_each(invocation: Invocation, profiles: Sequence[Profile]) -> list[Inventory]:
    """The inventory of each of these banks. Reads every store once."""
    services = invocation.services
    stores, statuses = services.stores(profiles), services.statuses()
    return read_inventories(profiles, stores, services.clock(), statuses)


def read_combined(invocation: Invocation, profiles: Sequence[Profile]) -> Inventory:
    """The certificates of all these banks. `profiles`: at least one."""
    inventories = read_each(invocation, profiles)
    return combined(inventories, inventories[0].stores, inventories[0].statuses)
