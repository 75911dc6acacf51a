"""`certclient version`: this version and, with `--check`, the bank's announcement."""

from __future__ import annotations

import click

from certclient import __version__
from certclient.cli.enrollment import proxy_parameter
from certclient.cli.exit_codes import DONE
from certclient.cli.interaction import PresetAnswers, TerminalInteraction
from certclient.cli.invocation import Invocation
from certclient.cli.localized import Command, Option, common_parameters
from certclient.cli.records import JsonObject, moment, print_json
from certclient.enrollment.proxy_login import with_proxy_login
from certclient.model.update import Announcement, UpdateState, Version, update_state
from certclient.model.visible_text import visible


@click.pass_obj
def version(invocation: Invocation, check: bool, proxy_user: str) -> int:
    """Prints the version; with `check` queries the bank now.

    Returns exit code 0 even if there is a newer version. Raises UPDATE_INVALID and the network
    errors.
    """
    invocation.command = "version"
    announced = _announced(invocation, proxy_user) if check else None
    if invocation.json:
        print_json("version", DONE, _record(announced, check=check))
        return DONE
    click.echo(f"certclient {__version__}")
    if announced is not None:
        _print(invocation, announced)
    elif check:
        click.echo(invocation.catalogue.text("version.silent", bank=invocation.bank()))
    return DONE


def _announced(invocation: Invocation, proxy_user: str) -> Announcement | None:
    """None for a bank that announces nothing. Asks for a proxy's login if one is wanted."""
    profile = invocation.profile()
    if profile.updates is None:
        return None
    services = invocation.services
    person = TerminalInteraction(invocation, PresetAnswers(proxy_user=proxy_user))
    return with_proxy_login(lambda: services.announcement(profile), person, services.proxy_logins())


def _print(invocation: Invocation, announced: Announcement) -> None:
    catalogue, stands = invocation.catalogue, update_state(_own(), announced)
    click.echo(catalogue.text(f"version.{stands.value}", version=announced.version))
    if stands is not UpdateState.CURRENT:
        if announced.text is not None:
            click.echo(visible(announced.text.for_language(invocation.language.value), lines=True))
        click.echo(catalogue.text("version.page", page=announced.page))


def _record(announced: Announcement | None, *, check: bool) -> JsonObject:
    record: JsonObject = {"version": __version__}
    if check:
        record["announcement"] = _announcement(announced) if announced else None
    return record


def _announcement(announced: Announcement) -> JsonObject:
    text = announced.text
    return {
        "standing": update_state(_own(), announced).value,
        "newest": str(announced.version),
        "minimum": str(announced.minimum) if announced.minimum else None,
        "published": moment(announced.published),
        "page": announced.page,
        "text": {"ja": text.ja, "en": text.en} if text else None,
    }


def _own() -> Version:
    return Version.parse(__version__)


command = Command(
    name="version",
    callback=version,
    params=[Option(["--check"], is_flag=True), proxy_parameter(), *common_parameters()],
)
