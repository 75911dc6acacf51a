"""`certclient check`: 更新できますか？ on any day, without changing anything."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

import click

from certclient.cli.enrollment import proxy_parameter
from certclient.cli.exit_codes import DONE, EXIT_CODES, worst
from certclient.cli.interaction import PresetAnswers, TerminalInteraction
from certclient.cli.json_output import JsonObject, JsonValue, error_record, print_json
from certclient.cli.localized import Command, common_parameters
from certclient.cli.records import moment
from certclient.enrollment.full_check.run import run_all
from certclient.enrollment.preflight import Check, Verdict
from certclient.i18n.check_report import CheckWords
from certclient.model.errors import CertclientError, ErrorCode

if TYPE_CHECKING:
    from certclient.cli.invocation import Invocation
    from certclient.enrollment.full_check.board import Board
    from certclient.enrollment.full_check.values import Finding
    from certclient.model.banks import Banks
    from certclient.model.profile import Profile


@click.pass_obj
def check(invocation: Invocation, proxy_user: str) -> int:
    """Makes all checks at once and prints each result as soon as it is known.

    Returns exit code 0 if nothing failed, warnings or not, else that of the worst failure. Raises
    as `Services.profile` for a bank chosen that does not exist.
    """
    invocation.command = "check"
    services = invocation.services
    full = services.full_check()
    banks = _banks(invocation)
    words = CheckWords(invocation.catalogue, _contacts(invocation))
    show = _silent if invocation.json else _printer(words)
    if not invocation.json:
        for line in words.top(services.clock(), platform.platform(terse=True)):
            click.echo(line)
    board = run_all(full.groups(banks), show)
    for bank in _unasked(board):
        # Only now: two banks at once could not ask, and the time limit is not for typing.
        answers = PresetAnswers(proxy_user=proxy_user)
        person = TerminalInteraction(invocation, answers)
        groups = [
            group
            for group in full.groups(banks, person)
            if any(item.bank == bank and item.check is Check.PROXY for item in group.items)
        ]
        for finding in run_all(groups, show).findings:
            board.note(finding)
    code = worst(_exit_codes(board))
    if invocation.json:
        print_json(invocation, code, _record(invocation, words, board))
    else:
        click.echo()
        click.echo(words.summary(board))
        if board.failures:
            click.echo(invocation.catalogue.text("check.again"))
    return code


def _banks(invocation: Invocation) -> Callable[[], Banks] | None:
    """The bank chosen, which has to exist, else all, whatever is wrong with them."""
    if invocation.profile_name:
        chosen = invocation.banks(ask_ca_first=True)
        return lambda: chosen
    return None


def _contacts(invocation: Invocation) -> Callable[[str], str]:
    """Whom a bank's customers contact, by the bank's id. Reads the profiles once, if need be."""

    @cache
    def profiles() -> Sequence[Profile]:
        try:
            return invocation.services.banks().profiles
        except CertclientError:
            return ()

    def contact(bank: str) -> str:
        found = next((one for one in profiles() if one.id == bank), None)
        return invocation.at_bank(found).contact() if found is not None else ""

    return contact


def _silent(_finding: Finding) -> None:
    """The report of a JSON run comes at the end."""


def _printer(words: CheckWords) -> Callable[[Finding], None]:
    """Prints a heading whenever the results go on with another bank or certificate."""
    last: list[str] = [""]

    def show(finding: Finding) -> None:
        heading = words.heading(finding.item)
        if heading != last[0]:
            last[0] = heading
            click.echo(f"\n{heading}")
        for line in words.lines(finding):
            click.echo(line)

    return show


def _unasked(board: Board) -> list[str]:
    """The banks whose proxy wants a login that this process does not have."""
    return [
        one.item.bank
        for one in board.failures
        if one.error is not None and one.error.code is ErrorCode.PROXY_AUTHENTICATION
    ]


def _exit_codes(board: Board) -> Iterator[int]:
    yield DONE
    for finding in board.failures:
        error = finding.error or CertclientError(ErrorCode.INTERNAL)
        yield EXIT_CODES[error.code.kind]


# JSON


def _record(invocation: Invocation, words: CheckWords, board: Board) -> JsonObject:
    checks: list[JsonValue] = [_check_record(invocation, words, one) for one in board.findings]
    verdicts = [one.verdict for one in board.findings]
    return {
        "time": moment(invocation.services.clock()),
        "ready": not board.failures,
        "summary": words.summary(board),
        "counts": {one.value: verdicts.count(one) for one in Verdict},
        "checks": checks,
    }


def _check_record(invocation: Invocation, words: CheckWords, finding: Finding) -> JsonObject:
    item, error = finding.item, finding.error
    note = " ".join(words.advice(finding).sentences) if finding.note is not None else None
    return {
        "check": item.check.value,
        "title": words.title(item),
        "verdict": finding.verdict.value,
        "bank": item.bank or None,
        "certificate": item.serial or None,
        "user_id": item.full_id or None,
        "store": item.store or None,
        "folder": item.folder or None,
        "note": note,
        "error": error_record(invocation, error) if error is not None else None,
    }


command = Command(name="check", callback=check, params=[proxy_parameter(), *common_parameters()])
