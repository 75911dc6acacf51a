"""`certclient register-links`: makes this program open the user's `certclient:` links."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.localized import Command, common_parameters
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.desktop_entry import register
from certclient.platform.folders import base_folder
from certclient.platform.own_command import isolated_program


@click.pass_obj
def register_links(invocation: Invocation) -> int:
    """Writes the desktop entry; returns the exit code. On Windows the installer does this."""
    invocation.command = "register-links"
    if sys.platform == "win32":
        reason = invocation.catalogue.text("reason.installer")
        raise CertclientError(ErrorCode.USAGE, reason=reason)
    data = base_folder("XDG_DATA_HOME", ".local/share")
    config = base_folder("XDG_CONFIG_HOME", ".config")
    try:
        entry = register(_command(invocation.profile_name), data, config)
    except ValueError as error:
        reason = invocation.catalogue.text("reason.entry-path")
        raise CertclientError(ErrorCode.USAGE, reason=reason) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CertclientError(ErrorCode.DATA_FOLDER, path=str(data), reason=reason) from error
    click.echo(invocation.catalogue.text("register.done", path=entry))
    return DONE


def _command(profile_name: str) -> list[str]:
    """The command line of this program, with the bank if one was given."""
    if "/" in profile_name or profile_name.endswith(".toml"):
        profile_name = str(Path(profile_name).absolute())
    return [*isolated_program(), *(["--profile", profile_name] if profile_name else [])]


command = Command(name="register-links", callback=register_links, params=common_parameters())
