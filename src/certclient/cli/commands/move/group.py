"""`certclient move`: the group of the commands about moving to a new PC."""

from __future__ import annotations

from collections.abc import Mapping

from certclient.cli.localized import LazyGroup, common_parameters
from certclient.cli.ports import CommandLoader


def move_group(commands: Mapping[str, CommandLoader]) -> LazyGroup:
    """The command `certclient move` with these subcommands."""
    return LazyGroup(name="move", lazy=commands, left_out=(), params=common_parameters())
