"""`certclient token`: the group of the commands about one token."""

from __future__ import annotations

from collections.abc import Mapping

from certclient.cli.localized import LazyGroup, common_parameters
from certclient.cli.ports import CommandLoader


def token_group(commands: Mapping[str, CommandLoader]) -> LazyGroup:
    """The command `certclient token` with these subcommands."""
    return LazyGroup(name="token", lazy=commands, left_out=(), params=common_parameters())
