"""`certclient version`: this version and, with `--check`, the bank's announcement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import click

from certclient import __version__
from certclient.cli.enrollment import proxy_parameter
from certclient.cli.errors import print_error
from certclient.cli.exit_codes import EXIT_CODES, worst
from certclient.cli.interaction import PresetAnswers, TerminalInteraction
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import JsonObject, error_record, print_json
from certclient.cli.localized import Command, Option, common_parameters
from certclient.cli.records import bank_record, moment
from certclient.enrollment.proxy_login import with_proxy_login
from certclient.model.errors import CertclientError
from certclient.model.profile import Profile
from certclient.model.update import Announcement, UpdateState, Version, update_state
from certclient.model.visible_text import visible
from certclient.platform import log


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one bank announces; None for a bank that announces nothing."""

    profile: Profile
    announced: Announcement | None
    error: CertclientError | None = None


@click.pass_obj
def version(invocation: Invocation, check: bool, proxy_user: str) -> int:
    """Prints the version; with `check` queries the bank chosen, or all banks, now.

    Returns exit code 0 even if there is a newer version, else the worst of the errors. With one
    bank, raises UPDATE_INVALID and the network errors.
    """
    invocation.command = "version"
    answers = _ask_banks(invocation, proxy_user) if check else []
    code = worst(EXIT_CODES[one.error.code.kind] for one in answers if one.error is not None)
    if invocation.json:
        print_json(invocation, code, _record(invocation, answers, check=check))
        return code
    click.echo(f"certclient {__version__}")
    for answer in answers:
        _print_answer(invocation, answer, named=len(answers) > 1)
    return code


def _ask_banks(invocation: Invocation, proxy_user: str) -> list[_Answer]:
    """Asks for a proxy's login if one is wanted."""
    person = TerminalInteraction(invocation, PresetAnswers(proxy_user=proxy_user))
    profiles = invocation.usable_banks()
    if len(profiles) == 1:
        return [_Answer(profiles[0], _announced(invocation, profiles[0], person))]
    answers = []
    for profile in profiles:
        try:
            answers.append(_Answer(profile, _announced(invocation, profile, person)))
        except CertclientError as error:
            log.error(error)
            answers.append(_Answer(profile, None, error))
    return answers


def _announced(
    invocation: Invocation, profile: Profile, person: TerminalInteraction
) -> Announcement | None:
    if profile.updates is None:
        return None
    services = invocation.services
    return with_proxy_login(lambda: services.announcement(profile), person, services.proxy_logins())


def _print_answer(invocation: Invocation, answer: _Answer, *, named: bool) -> None:
    """`named`: with the bank's name, because there are several."""
    at_bank, catalogue = invocation.at_bank(answer.profile), invocation.catalogue
    if named and (answer.error is not None or answer.announced is not None):
        click.echo(catalogue.text("version.bank", bank=at_bank.bank()))
    if answer.error is not None:
        print_error(at_bank, answer.error)
    elif answer.announced is not None:
        _print(at_bank, answer.announced)
    else:
        click.echo(catalogue.text("version.silent", bank=at_bank.bank()))


def _print(invocation: Invocation, announced: Announcement) -> None:
    catalogue, stands = invocation.catalogue, update_state(_own(), announced)
    click.echo(catalogue.text(f"version.{stands.value}", version=announced.version))
    if stands is not UpdateState.CURRENT:
        if announced.text is not None:
            click.echo(visible(announced.text.for_language(invocation.language.value), lines=True))
        click.echo(catalogue.text("version.page", page=announced.page))


def _record(invocation: Invocation, answers: Sequence[_Answer], *, check: bool) -> JsonObject:
    record: JsonObject = {"version": __version__}
    if check:
        first = answers[0].announced if len(answers) == 1 else None
        record["announcement"] = _announcement(first) if first else None
        record["banks"] = [_bank_record(invocation, answer) for answer in answers]
    return record


def _bank_record(invocation: Invocation, answer: _Answer) -> JsonObject:
    at_bank = invocation.at_bank(answer.profile)
    return {
        **bank_record(answer.profile),
        "announcement": _announcement(answer.announced) if answer.announced else None,
        "error": error_record(at_bank, answer.error) if answer.error else None,
    }


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
