"""The one JSON object that a command prints with `--json`; documented in docs/cli.md."""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from certclient.cli.exit_codes import DONE

if TYPE_CHECKING:
    from certclient.cli.invocation import Invocation
    from certclient.model.certificate import Owner
    from certclient.model.errors import CertclientError

SCHEMA = 1

JsonValue = str | int | float | bool | None | Sequence["JsonValue"] | Mapping[str, "JsonValue"]
JsonObject = dict[str, JsonValue]


def print_json(invocation: Invocation, exit_code: int, record: Mapping[str, JsonValue]) -> None:
    """Prints the one JSON object of this run to stdout."""
    warnings: list[JsonValue] = [error_record(invocation, one) for one in invocation.warnings]
    envelope: JsonObject = {
        "schema": SCHEMA,
        "command": invocation.command,
        "ok": exit_code == DONE,
        "exit_code": exit_code,
        "warnings": warnings,
    }
    text = json.dumps({**envelope, **record}, ensure_ascii=False, indent=2)
    if not _can_be_written(text):
        # Escapes such as \u4fe1, which every parser reads.
        text = json.dumps({**envelope, **record}, ensure_ascii=True, indent=2)
    click.echo(text)


def _can_be_written(text: str) -> bool:
    """Whether stdout can encode `text`.

    Not in a Windows pipe in the system's code page, nor the bytes of a file name that is no UTF-8.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if codecs.lookup(encoding).name != "utf-8":
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def error_record(
    invocation: Invocation, error: CertclientError, owner: Owner | None = None
) -> JsonObject:
    """An error with its code, its texts in the language of this run, and its data."""
    shown = invocation.catalogue.error(error, invocation.contact(owner))
    return {
        "code": error.code.code,
        "kind": error.code.kind.value,
        "actor": error.code.actor.value,
        "retriable": error.code.retriable,
        "title": shown.title,
        "sentence": shown.sentence,
        "next": shown.next_step,
        "help": shown.help,
        "data": dict(error.data),
    }
