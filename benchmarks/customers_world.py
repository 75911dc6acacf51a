"""A customer's computer for benchmarks of a start: certificates in NSS."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from certclient.model.destination import Destination
from certclient.model.secret import Secret
from demo.command_line import CommandLine, practice_bank
from demo.customers import issue_certificate_to, store_for
from demo.world import World


def customers_world(folder: Path, certificates: int, days_left: int) -> tuple[World, Path]:
    """A world in `folder` and the profile of its practice bank, which has ended; `certificates`
    customers have one each, which expires in `days_left` days. This process takes over the world's
    environment."""
    world = World(folder, Secret(f"{secrets.randbelow(10**6):06}"))
    world.prepare()
    os.environ.update(world.environment)
    profile = folder / "practice.toml"
    command_line = CommandLine(folder, world.environment)
    with practice_bank(command_line, folder / "bank", "--profile", str(profile)) as bank:
        store = store_for(Destination.PC)
        for number in range(certificates):
            issue_certificate_to(bank, world, f"BENCH{number}", store, days_left)
    return world, profile
