"""`certclient token qualify`: tries a test token with everything that certclient asks of it."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from certclient import __version__
from certclient.cli.commands.token.choice import chosen_token, why_not
from certclient.cli.commands.token.info import description_lines, description_record
from certclient.cli.exit_codes import DONE, EXIT_CODES
from certclient.cli.interaction import PresetAnswers, TerminalInteraction
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import JsonObject, JsonValue, error_record, print_json
from certclient.cli.localized import Command, Option, common_parameters
from certclient.cli.records import moment
from certclient.model.errors import CertclientError, ErrorCode, ErrorKind
from certclient.model.keys import KeyAlgorithm
from certclient.model.visible_text import visible
from certclient.qualification.token import TokenResult, TokenTrial, token_passed
from certclient.store.base import CertificateStore, Described
from certclient.store.names import title_of

_RSA = "rsa"
_ALGORITHMS = (_RSA, KeyAlgorithm.EC_P256.value, KeyAlgorithm.EC_P384.value)
_BITS = ("2048", "3072", "4096")


@click.pass_obj
def qualify(
    invocation: Invocation,
    store: str,
    algorithm: str,
    bits: str | None,
    yes: bool,
    pin_stdin: bool,
) -> int:
    """Runs the checks and prints the report.

    Returns exit code 0 if the token qualifies, that of a refusal if not. Raises CONSENT_REQUIRED,
    CONSENT_REFUSED, and as `chosen_token`; click.UsageError for --bits with an EC algorithm.
    """
    invocation.command = "token qualify"
    key_algorithm = _key_algorithm(algorithm, bits)
    token = chosen_token(invocation, store)
    if not isinstance(token, Described):
        raise why_not(token)
    interaction = TerminalInteraction(invocation, PresetAnswers(yes, pin_stdin=pin_stdin))
    interaction.require_consent_possible()
    place = invocation.place(token.destination, title_of(token))
    question = invocation.catalogue.text("qualify-token.ask", place=place)
    if not yes and not interaction.confirm(question):
        raise CertclientError(ErrorCode.CONSENT_REFUSED)
    trial = TokenTrial(
        store=token,
        pin=interaction.pin,
        algorithm=key_algorithm,
        clock=invocation.services.clock,
        random_bytes=os.urandom,
    )
    if invocation.json:
        results = trial.run(lambda _result: None)
    else:
        click.echo("\n".join(map(visible, description_lines(invocation, token.describe()))))
        results = trial.run(lambda result: _print_result(invocation, result))
    passed = token_passed(results)
    code = DONE if passed else EXIT_CODES[ErrorKind.REFUSED]
    if invocation.json:
        print_json(invocation, code, _record(invocation, token, results))
    else:
        click.echo(
            invocation.catalogue.text(f"qualify-token.{'passed-all' if passed else 'failed-some'}")
        )
    return code


def _key_algorithm(algorithm: str, bits: str | None) -> KeyAlgorithm:
    if algorithm == _RSA:
        return KeyAlgorithm(f"rsa-{bits or _BITS[0]}")
    if bits is not None:
        raise click.UsageError(f"--bits is for --algorithm {_RSA} only")
    return KeyAlgorithm(algorithm)


def _print_result(invocation: Invocation, result: TokenResult) -> None:
    catalogue = invocation.catalogue
    verdict = catalogue.text(f"qualify-ca.{result.verdict.value}")
    title = catalogue.text(f"qualify-token-title.{result.check.value}")
    click.echo(f"[{verdict}] {result.check.value}: {title} ({result.seconds:.2f} s)")
    if result.error is not None:
        shown = catalogue.error(result.error)
        for line in (f"{shown.title} [{shown.code}]", *shown.details):
            click.echo(f"    {visible(line)}")


def _record(
    invocation: Invocation, token: CertificateStore, results: Sequence[TokenResult]
) -> JsonObject:
    described = description_record(token.describe()) if isinstance(token, Described) else {}
    checks: list[JsonValue] = [_result_record(invocation, one) for one in results]
    return {
        "version": __version__,
        "time": moment(invocation.services.clock()),
        "passed": token_passed(results),
        "token": {"store": token.store_id, **described},
        "checks": checks,
    }


def _result_record(invocation: Invocation, result: TokenResult) -> JsonObject:
    return {
        "check": result.check.value,
        "title": invocation.catalogue.text(f"qualify-token-title.{result.check.value}"),
        "verdict": result.verdict.value,
        "seconds": round(result.seconds, 3),
        "error": error_record(invocation, result.error) if result.error is not None else None,
    }


command = Command(
    name="token-qualify",
    callback=qualify,
    params=[
        Option(["--store"], default="", metavar="NAME"),
        Option(["--algorithm"], type=click.Choice(_ALGORITHMS), default=_RSA),
        Option(["--bits"], type=click.Choice(_BITS)),
        Option(["--yes", "-y"], is_flag=True),
        Option(["--pin-stdin"], is_flag=True),
        *common_parameters(),
    ],
)
