"""Opens the windows from the command line."""

from __future__ import annotations

import click

from certclient.cli.invocation import Invocation
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.start import Start


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
        windows = invocation.services.windows
        if windows is None:
            reason = invocation.catalogue.text("reason.no-display")
            raise CertclientError(ErrorCode.USAGE, reason=reason)
        return windows(start(invocation, link=link))

    return click.Command(name="link", callback=follow, hidden=True)
