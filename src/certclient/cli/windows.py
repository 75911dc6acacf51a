"""Opens the windows from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.start import Start
from certclient.platform import log

if TYPE_CHECKING:
    from collections.abc import Callable

    from certclient.cli.invocation import Invocation


def windows_opener(invocation: Invocation) -> Callable[[Start], int] | None:
    """Opens the windows; None if there is no display on which that is possible.

    Reports a display that is named but does not answer.
    """
    windows = invocation.services.windows
    if windows is None:
        return None
    problem = invocation.services.display_problem()
    if problem is None:
        return windows
    if problem:
        log.event("no-display")
        click.echo(
            invocation.catalogue.text("reason.display-unreachable", reason=problem), err=True
        )
    return None


def start(invocation: Invocation, *, link: str = "", remind: bool = False) -> Start:
    """The start request for these options. The windows parse the link and report a bad one."""
    return Start(
        profile_name=invocation.profile_name,
        language=invocation.language.value if invocation.language_chosen else "",
        link=link,
        remind=remind,
    )


def link_command(link: str) -> click.Command:
    """The command for a `certclient:…` link given in place of a command's name."""

    @click.pass_obj
    def follow(invocation: Invocation) -> int:
        invocation.command = "link"
        windows = windows_opener(invocation)
        if windows is None:
            reason = invocation.catalogue.text("reason.no-display")
            raise CertclientError(ErrorCode.USAGE, reason=reason)
        return windows(start(invocation, link=link))

    return click.Command(name="link", callback=follow, hidden=True)
