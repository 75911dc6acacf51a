"""Prints an error and returns its exit code."""

from __future__ import annotations

import click

from certclient.cli.exit_codes import EXIT_CODES
from certclient.cli.invocation import Invocation
from certclient.cli.records import JsonObject, error_record, print_json
from certclient.model.certificate import Owner
from certclient.model.errors import Actor, CertclientError
from certclient.platform import log


def report(invocation: Invocation, error: CertclientError) -> int:
    """Logs the error, prints it to stderr (or as JSON to stdout) and returns its exit code."""
    code = EXIT_CODES[error.code.kind]
    log.error(error)
    if invocation.json:
        record: JsonObject = {"error": error_record(invocation, error)}
        print_json(invocation.command, code, record)
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
