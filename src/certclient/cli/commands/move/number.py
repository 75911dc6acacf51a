"""`certclient move number`: on the new computer, tests the login and shows the number for the old
one."""

from __future__ import annotations

import click

from certclient.cli.candidates import certificates
from certclient.cli.commands.move.target import chosen_entry, profile_of, service_at
from certclient.cli.exit_codes import DONE
from certclient.cli.interaction import PresetAnswers, TerminalInteraction
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import JsonObject, error_record, print_json
from certclient.cli.localized import Command, Option, common_parameters
from certclient.cli.records import entry_record
from certclient.enrollment.login_test import LoginTest, LoginTestResult
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.moving import confirmation_number

_BY_HAND = (LoginTestResult.BROWSER_ONLY, LoginTestResult.NO_ADDRESS)


@click.pass_obj
def number(invocation: Invocation, certificate: str, logged_in: bool, pin_stdin: bool) -> int:
    """Returns the exit code; prints no number before the certificate has logged in.

    Raises the error of the login, CONSENT_REQUIRED and CONSENT_REFUSED where only the customer can
    say that it worked, and as `ComputerMove.test_login`.
    """
    invocation.command = "move number"
    entry = chosen_entry(invocation, certificate)
    profile = profile_of(invocation, entry)
    at_bank = invocation.at_bank(profile)
    interaction = TerminalInteraction(at_bank, PresetAnswers(agreed=logged_in, pin_stdin=pin_stdin))
    test = service_at(invocation, profile).test_login(entry.stored, interaction)
    _check(at_bank, interaction, test)
    shown = confirmation_number(entry.certificate, profile.id, entry.owner.user_id)
    if invocation.json:
        error = error_record(at_bank, test.error) if test.error is not None else None
        login = {"result": test.result.value, "error": error}
        record: JsonObject = {"number": shown, "login": login, "certificate": entry_record(entry)}
        print_json(at_bank, DONE, record)
        return DONE
    text, user_id = invocation.catalogue.text, entry.owner.user_id
    click.echo(text("move.logged-in", user_id=user_id))
    click.echo(text("move.number", number=shown))
    click.echo(text("move.number-next", user_id=user_id))
    return DONE


def _check(invocation: Invocation, interaction: TerminalInteraction, test: LoginTest) -> None:
    if test.error is not None:
        raise test.error
    if test.result in _BY_HAND and not interaction.agreed:
        interaction.require_consent_possible()
        url = invocation.profile().login_url
        if not interaction.confirm(invocation.catalogue.text("move.ask-logged-in", url=url)):
            raise CertclientError(ErrorCode.CONSENT_REFUSED)


command = Command(
    name="move-number",
    callback=number,
    params=[
        click.Argument(
            ["certificate"],
            metavar="CERT",
            required=False,
            default="",
            shell_complete=certificates,
        ),
        Option(["--logged-in"], is_flag=True),
        Option(["--pin-stdin"], is_flag=True),
        *common_parameters(),
    ],
)
