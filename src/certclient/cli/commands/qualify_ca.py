"""`certclient qualify-ca`: tries a test CA with everything that certclient asks of it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import click

from certclient import __version__
from certclient.cli.enrollment import proxy_parameter
from certclient.cli.exit_codes import DONE, EXIT_CODES
from certclient.cli.interaction import PresetAnswers, TerminalInteraction
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import JsonObject, JsonValue, error_record, print_json
from certclient.cli.localized import Command, Option, common_parameters
from certclient.cli.records import moment
from certclient.enrollment.interaction import SecretKind, SecretRequest
from certclient.enrollment.planner import check_user_id
from certclient.enrollment.proxy_login import with_proxy_login
from certclient.model.errors import CertclientError, ErrorCode, ErrorKind
from certclient.model.issue_code import CodeRule
from certclient.model.profile import Profile
from certclient.model.secret import Secret
from certclient.model.visible_text import visible
from certclient.qualification.fields import received_fields, sent_fields
from certclient.qualification.keys import MemoryKey
from certclient.qualification.line import Exchange
from certclient.qualification.report import Check, Report, Result, Verdict
from certclient.qualification.run import qualify
from certclient.qualification.session import Environment

_DEFAULT_WAIT = 60.0
_CODE_DIGITS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_CODE_LENGTH = 16


@click.pass_obj
def qualify_ca(
    invocation: Invocation,
    user_id: str,
    code_stdin: bool,
    yes: bool,
    skip: Sequence[str],
    ca_wait: float,
    proxy_user: str,
) -> int:
    """Runs the checks and prints the report.

    Returns exit code 0 if the CA qualifies, that of a refusal if not, and the network error's if it
    cannot be reached. Raises USER_ID_IMPOSSIBLE, CONSENT_REQUIRED, CONSENT_REFUSED,
    ISSUE_CODE_REQUIRED, ISSUE_CODE_FORMAT and as `Invocation.profile`.
    """
    invocation.command = "qualify-ca"
    profile = invocation.profile(ask_ca_first=True)
    user_id = check_user_id(profile, user_id)
    answers = PresetAnswers(yes, code_stdin=code_stdin, proxy_user=proxy_user)
    interaction = TerminalInteraction(invocation, answers)
    interaction.require_consent_possible()
    question = invocation.catalogue.text("qualify-ca.ask", url=profile.ca.url, user_id=user_id)
    if not yes and not interaction.confirm(question):
        raise CertclientError(ErrorCode.CONSENT_REFUSED)
    skipped = {Check(name) for name in skip}
    issue_code = (
        _issue_code(interaction, user_id, profile.codes) if Check.OBTAIN not in skipped else None
    )
    environment = _environment(invocation, profile, interaction, user_id, ca_wait, issue_code)
    if not invocation.json:
        _print_heading(invocation, environment)
    show = _silent if invocation.json else partial(_print_result, invocation)
    report = with_proxy_login(
        lambda: _qualified(environment, skipped, show),
        interaction,
        invocation.services.proxy_logins(),
    )
    code = _exit_code(report)
    if invocation.json:
        print_json(invocation, code, _record(invocation, profile, report))
    else:
        _print_summary(invocation, report)
    return code


def _silent(_result: Result) -> None:
    """The report of a JSON run comes at the end."""


def _issue_code(interaction: TerminalInteraction, user_id: str, codes: CodeRule) -> Secret:
    """Asks before anything is sent: without a code, a check would fail that is not the CA's fault.

    Raises ISSUE_CODE_REQUIRED, ISSUE_CODE_FORMAT.
    """
    code = interaction.secret(SecretRequest(SecretKind.ISSUE_CODE, user_id, codes=codes))
    if not code:
        raise CertclientError(ErrorCode.ISSUE_CODE_REQUIRED, user_id=user_id)
    return code


def _environment(
    invocation: Invocation,
    profile: Profile,
    interaction: TerminalInteraction,
    user_id: str,
    wait: float,
    issue_code: Secret | None,
) -> Environment:
    ca, line = invocation.services.tested_ca(profile)

    def secret(kind: SecretKind) -> Secret | None:
        if kind is SecretKind.ISSUE_CODE:
            return issue_code
        return interaction.secret(SecretRequest(kind, user_id))

    return Environment(
        profile=profile,
        user_id=user_id,
        ca=ca,
        line=line,
        secret=secret,
        clock=invocation.services.clock,
        sleep=time.sleep,
        new_key=lambda: MemoryKey(profile.key.algorithm),
        wrong_code=lambda: Secret("".join(map(secrets.choice, [_CODE_DIGITS] * _CODE_LENGTH))),
        max_wait=wait,
    )


def _qualified(
    environment: Environment, skipped: set[Check], show: Callable[[Result], None]
) -> Report:
    """Asks for the proxy's login first, if it wants one: a check would take that for the CA's."""
    try:
        environment.ca.probe()
    except CertclientError as error:
        if error.code is ErrorCode.PROXY_AUTHENTICATION:
            raise
    return qualify(environment, skipped, show)


def _exit_code(report: Report) -> int:
    if report.passed:
        return DONE
    first = report.results[0]
    if first.check is Check.REACHABLE and first.error is not None:
        return EXIT_CODES[first.error.code.kind]
    return EXIT_CODES[ErrorKind.REFUSED]


# Text


def _print_heading(invocation: Invocation, environment: Environment) -> None:
    """What is tried, by what and when, for a report that is kept."""
    heading = invocation.catalogue.text(
        "qualify-ca.heading",
        version=__version__,
        url=environment.profile.ca.url,
        id=environment.profile.id,
        user_id=environment.user_id,
        time=invocation.catalogue.minute(environment.clock()),
    )
    click.echo(heading)


def _print_result(invocation: Invocation, result: Result) -> None:
    catalogue = invocation.catalogue
    verdict = catalogue.text(f"qualify-ca.{result.verdict.value}")
    title = catalogue.text(f"qualify-title.{result.check.value}")
    click.echo(f"[{verdict}] {result.check.value}: {title}")
    for line in _reasons(invocation, result):
        click.echo(f"    {line}")
    for exchange in result.exchanges:
        for line in _exchange_lines(invocation, exchange):
            click.echo(f"    {line}")


def _reasons(invocation: Invocation, result: Result) -> Iterator[str]:
    """What was seen, and of a failure what the program would report and what it means."""
    catalogue = invocation.catalogue
    if result.finding is not None:
        yield catalogue.text(f"qualify-finding.{result.finding.value}")
    if result.error is not None:
        shown = catalogue.error(result.error, begun=False)
        yield f"{shown.title} [{shown.code}]"
        yield from shown.details
    if result.verdict is Verdict.FAILED:
        yield catalogue.text(f"qualify-meaning.{result.check.value}")


def _exchange_lines(invocation: Invocation, exchange: Exchange) -> Iterator[str]:
    yield f"→ {_in_a_line(sent_fields(exchange))}"
    received = received_fields(exchange)
    if received is None:
        yield f"← {invocation.catalogue.text('qualify-ca.no-answer')}"
    else:
        lost = f" ({invocation.catalogue.text('qualify-ca.lost')})" if exchange.lost else ""
        yield f"← {_in_a_line(received)}{lost}"


def _in_a_line(fields: Mapping[str, str]) -> str:
    return visible("  ".join(f"{name}={value}" for name, value in fields.items()))


def _print_summary(invocation: Invocation, report: Report) -> None:
    catalogue, counts = invocation.catalogue, _counts(report)
    if report.passed:
        click.echo(catalogue.text("qualify-ca.passed-all", **counts))
    else:
        click.echo(catalogue.text("qualify-ca.failed-some", **counts))
    if report.left:
        click.echo(catalogue.text("qualify-ca.left", serials=", ".join(report.left)))


def _counts(report: Report) -> dict[str, int]:
    verdicts = [result.verdict for result in report.results]
    return {one.value.replace("-", "_"): verdicts.count(one) for one in Verdict}


# JSON


def _record(invocation: Invocation, profile: Profile, report: Report) -> JsonObject:
    return {
        "profile": profile.id,
        "url": profile.ca.url,
        "version": __version__,
        "time": moment(invocation.services.clock()),
        "passed": report.passed,
        "counts": dict(_counts(report)),
        "checks": [_result_record(invocation, result) for result in report.results],
        "left": list(report.left),
    }


def _result_record(invocation: Invocation, result: Result) -> JsonValue:
    text = invocation.catalogue.text
    failed = result.verdict is Verdict.FAILED
    return {
        "check": result.check.value,
        "title": text(f"qualify-title.{result.check.value}"),
        "verdict": result.verdict.value,
        "finding": result.finding.value if result.finding is not None else None,
        "error": error_record(invocation, result.error) if result.error is not None else None,
        "meaning": text(f"qualify-meaning.{result.check.value}") if failed else None,
        "exchanges": [_exchange_record(exchange) for exchange in result.exchanges],
    }


def _exchange_record(exchange: Exchange) -> JsonValue:
    return {
        "sent": sent_fields(exchange),
        "received": received_fields(exchange),
        "lost": exchange.lost,
        "seconds": round(exchange.seconds, 4),
    }


command = Command(
    name="qualify-ca",
    callback=qualify_ca,
    params=[
        Option(["--user-id"], required=True, metavar="ID"),
        Option(["--code-stdin"], is_flag=True),
        Option(["--skip"], multiple=True, type=click.Choice([check.value for check in Check])),
        Option(["--yes", "-y"], is_flag=True),
        Option(
            ["--wait", "ca_wait"],
            type=click.FloatRange(min=0),
            default=_DEFAULT_WAIT,
            metavar="SECONDS",
        ),
        proxy_parameter(),
        *common_parameters(),
    ],
)
