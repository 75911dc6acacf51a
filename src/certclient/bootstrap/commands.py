"""The commands of the command line, each imported when it is run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

    from certclient.cli.ports import CommandLoader


def _listing() -> click.Command:
    from certclient.cli.commands.listing import command

    return command


def _renew() -> click.Command:
    from certclient.cli.commands.renew import command

    return command


def _obtain() -> click.Command:
    from certclient.cli.commands.obtain import command

    return command


def _resume() -> click.Command:
    from certclient.cli.commands.resume import command

    return command


def _abandon() -> click.Command:
    from certclient.cli.commands.abandon import command

    return command


def _status() -> click.Command:
    from certclient.cli.commands.status import command

    return command


def _banks() -> click.Command:
    from certclient.cli.commands.banks import command

    return command


def _check() -> click.Command:
    from certclient.cli.commands.check import command

    return command


def _diagnose() -> click.Command:
    from certclient.cli.commands.diagnose import command

    return command


def _show() -> click.Command:
    from certclient.cli.commands.show import command

    return command


def _remove() -> click.Command:
    from certclient.cli.commands.remove import command

    return command


def _restore() -> click.Command:
    from certclient.cli.commands.restore import command

    return command


def _revoke() -> click.Command:
    from certclient.cli.commands.revoke import command

    return command


def _remove_key() -> click.Command:
    from certclient.cli.commands.remove_key import command

    return command


def _open_link() -> click.Command:
    from certclient.cli.commands.open_link import command

    return command


def _register_links() -> click.Command:
    from certclient.cli.commands.register_links import command

    return command


def _remind() -> click.Command:
    from certclient.cli.commands.remind import command

    return command


def _version() -> click.Command:
    from certclient.cli.commands.version import command

    return command


def _check_profile() -> click.Command:
    from certclient.cli.commands.check_profile import command

    return command


def _qualify_ca() -> click.Command:
    from certclient.cli.commands.qualify_ca import command

    return command


def _remove_archived() -> click.Command:
    from certclient.cli.commands.remove_archived import command

    return command


def _remove_old() -> click.Command:
    from certclient.cli.commands.remove_old import command

    return command


def _remove_data() -> click.Command:
    from certclient.cli.commands.remove_data import command

    return command


def _register_reminder() -> click.Command:
    from certclient.cli.commands.register_reminder import command

    return command


def _completion() -> click.Command:
    from certclient.cli.commands.completion import command

    return command


def _token_info() -> click.Command:
    from certclient.cli.commands.token.info import command

    return command


def _token_change_pin() -> click.Command:
    from certclient.cli.commands.token.change_pin import command

    return command


def _token_qualify() -> click.Command:
    from certclient.cli.commands.token.qualify import command

    return command


def _token() -> click.Command:
    from certclient.cli.commands.token.group import token_group

    return token_group(
        {"info": _token_info, "change-pin": _token_change_pin, "qualify": _token_qualify}
    )


def _move_start() -> click.Command:
    from certclient.cli.commands.move.start import command

    return command


def _move_finish() -> click.Command:
    from certclient.cli.commands.move.finish import command

    return command


def _move_undo() -> click.Command:
    from certclient.cli.commands.move.undo import command

    return command


def _move_status() -> click.Command:
    from certclient.cli.commands.move.status import command

    return command


def _move_number() -> click.Command:
    from certclient.cli.commands.move.number import command

    return command


def _move_lost() -> click.Command:
    from certclient.cli.commands.move.lost import command

    return command


def _move() -> click.Command:
    from certclient.cli.commands.move.group import move_group

    return move_group(
        {
            "start": _move_start,
            "finish": _move_finish,
            "undo": _move_undo,
            "status": _move_status,
            "number": _move_number,
            "lost": _move_lost,
        }
    )


def _quit() -> click.Command:
    from certclient.cli.commands.quit import command

    return command


def _practice() -> click.Command:
    """Raises CommandLeftOutError in a build without the practice bank."""
    import gc

    from certclient.cli.ports import CommandLeftOutError

    try:
        from certclient_practice.admin.cli import practice
    except ModuleNotFoundError as error:
        if error.name != "certclient_practice":
            raise
        raise CommandLeftOutError from error
    from certclient.cli.commands.practice_try import command
    from certclient.platform.garbage import USUAL

    gc.set_threshold(*USUAL)
    practice.add_command(command)
    return practice


# `certclient --help` lists the commands in this order.
COMMANDS: Mapping[str, CommandLoader] = {
    "list": _listing,
    "renew": _renew,
    "obtain": _obtain,
    "resume": _resume,
    "abandon": _abandon,
    "status": _status,
    "show": _show,
    "banks": _banks,
    "check": _check,
    "diagnose": _diagnose,
    "remove": _remove,
    "restore": _restore,
    "revoke": _revoke,
    "remove-key": _remove_key,
    "move": _move,
    "token": _token,
    "open-link": _open_link,
    "register-links": _register_links,
    "remind": _remind,
    "version": _version,
    "check-profile": _check_profile,
    "qualify-ca": _qualify_ca,
    "remove-archived": _remove_archived,
    "remove-old": _remove_old,
    "remove-data": _remove_data,
    "register-reminder": _register_reminder,
    "completion": _completion,
    "quit": _quit,
    "practice": _practice,
}
