"""Prints an error and returns its exit code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from certclient.cli.exit_codes import DONE, EXIT_CODES
from certclient.cli.json_output import JsonObject, error_record, print_json
from certclient.model.errors import Actor, CertclientError, ErrorCode
from certclient.platform import log

if TYPE_CHECKING:
    from certclient.cli.invocation import Invocation
    from certclient.cli.streams import TolerantOutput
    from certclient.model.certificate import Owner


def report(invocation: Invocation, error: CertclientError) -> int:
    """Logs the error, prints it to stderr (or as JSON to stdout) and returns its exit code."""
    code = EXIT_CODES[error.code.kind]
    log.error(error)
    invocation.reported.append(error)
    if invocation.json:
        record: JsonObject = {"error": error_record(invocation, error)}
        print_json(invocation, code, record)
    else:
        print_error(invocation, error)
    return code


def print_error(invocation: Invocation, error: CertclientError, owner: Owner | None = None) -> None:
    """Prints to stderr what happened, why, what to do next, whom to contact, and the code."""
    shown = invocation.catalogue.error(error, invocation.contact(owner))
    lines = [
        shown.title,
        f"  {shown.sentence}",
        f"  {shown.next_step}",
        *(f"  {detail}" for detail in shown.details),
        *([f"  {shown.help}"] if error.code.actor is not Actor.NOBODY else []),
        f"  [{shown.code}]",
    ]
    click.echo("\n".join(lines), err=True)


def print_warnings(invocation: Invocation) -> None:
    """Logs why banks could not be used that this run has looked for, and prints it to stderr, once
    for each file; with `--json`, the result contains it."""
    for error in invocation.warnings:
        log.error(error)
        if invocation.json:
            continue
        shown = invocation.catalogue.error(error)
        heading = invocation.catalogue.text("banks.warning", title=shown.title, code=shown.code)
        details = [f"  {line}" for line in (*shown.details, shown.next_step)]
        click.echo("\n".join([heading, *details]), err=True)


def report_lost_output(invocation: Invocation, output: TolerantOutput, code: int) -> int:
    """Reports in one line if the result of a command that returned `code` could not be written.

    Returns the exit code: that of OUTPUT_LOST if the command itself succeeded.
    """
    sys.stdout.flush()
    if output.failure is None:
        return code
    reason = output.failure.strerror or type(output.failure).__name__
    error = CertclientError(ErrorCode.OUTPUT_LOST, reason=reason, exit_code=str(code))
    log.error(error)
    shown = invocation.catalogue.error(error)
    done = [shown.sentence] if code == DONE else []
    click.echo(" ".join([shown.title, *done, *shown.details, f"[{shown.code}]"]), err=True)
    return EXIT_CODES[error.code.kind] if code == DONE else code
