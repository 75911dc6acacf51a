"""Generates the JSON Schemas in resources/schemas from the code that reads the files.

python -m tools.schemas

Editors (taplo, Even Better TOML) use them by a line `#:schema PATH` at the top of a file. A test
checks that they are current, and that they and the program agree.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from certclient.cli.json_output import SCHEMA
from certclient.cli.json_shapes import OUTPUTS, Failure
from certclient.model.destination import Destination
from certclient.model.policy import (
    DESTINATIONS,
    PROFILE,
    PROXY,
    REMINDER_DAYS,
    REMOVE_ARCHIVED,
    REVOCATION,
    SPREAD_RENEWALS,
    UNATTENDED_RENEWAL,
    UPDATE_NOTICE,
    VALUES,
    ValueKind,
)
from certclient.model.profile_syntax import ID_PATTERN, LAST_REMINDER, MAX_REMINDERS, ProfileTable
from tools.installer.settings import SettingsFile

FOLDER = Path(__file__).parents[1] / "resources" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def profile_schema() -> Schema:
    """The schema of a bank's profile (docs/profile.md)."""
    return _of_struct(ProfileTable, "Profile of a bank for certclient")


def build_schema() -> Schema:
    """The schema of the settings of `make installer` (docs/deploy.md)."""
    return _of_struct(SettingsFile, "Build settings of certclient")


def policy_schema() -> Schema:
    """The schema of /etc/certclient/policy.toml (docs/fleet.md)."""
    return {
        "$schema": DIALECT,
        "title": "Policy of certclient",
        "description": "What a company's administrator decides for this computer.",
        "type": "object",
        "properties": {name: _policy_value(name, kind) for name, kind in VALUES.items()},
        "additionalProperties": False,
    }


def output_schema(command: str) -> Schema:
    """The schema of what `command` prints with `--json` (docs/cli.md).

    It allows further fields, as later versions may add some.
    """
    shapes = [*OUTPUTS[command], Failure]
    references, definitions = msgspec.json.schema_components(shapes, ref_template="#/$defs/{name}")
    return {
        "$schema": DIALECT,
        "title": f"certclient {command} --json",
        "description": f"Version {SCHEMA}. See docs/cli.md.",
        "anyOf": list(references),
        "$defs": dict(definitions),
    }


SCHEMAS: Mapping[str, Callable[[], Schema]] = {
    "profile.schema.json": profile_schema,
    "policy.schema.json": policy_schema,
    "build.schema.json": build_schema,
    **{
        f"output/{command.replace(' ', '-')}.schema.json": partial(output_schema, command)
        for command in OUTPUTS
    },
}
"""File name to content."""


def text(schema: Schema) -> str:
    """A schema as it stands in its file."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _of_struct(struct: type[msgspec.Struct], title: str) -> Schema:
    definitions: dict[str, Schema] = msgspec.json.schema(struct)["$defs"]
    root = definitions.pop(struct.__name__)
    whole = {"$schema": DIALECT, **root, "title": title, "$defs": definitions}
    without_null: Schema = _without_null(whole)
    return without_null


def _without_null(node: Any) -> Any:
    """Without the alternatives that are null, and null defaults: TOML has none."""
    if isinstance(node, list):
        return [_without_null(one) for one in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _without_null(value) for key, value in node.items() if key != "anyOf"}
    if kept.get("default", ...) is None:
        del kept["default"]
    alternatives = [one for one in node.get("anyOf", []) if one != {"type": "null"}]
    if len(alternatives) > 1:
        return {**kept, "anyOf": [_without_null(one) for one in alternatives]}
    for one in alternatives:
        kept |= _without_null(one)
    return kept


_ITEMS: Mapping[str, Schema] = {
    PROFILE: {"type": "string", "pattern": ID_PATTERN},
    DESTINATIONS: {"enum": [destination.value for destination in Destination]},
    REMINDER_DAYS: {
        "anyOf": [
            {"type": "integer", "minimum": 0, "maximum": LAST_REMINDER},
            {"type": "string", "pattern": "^[0-9]{1,3}$"},
        ]
    },
}
_ABOUT = {
    PROFILE: "The ids of the only permitted banks.",
    DESTINATIONS: "The only permitted ones of the bank's destinations.",
    REMINDER_DAYS: "Days left at which to remind, in place of the bank's.",
    PROXY: "system, none, or the proxy's address: http://host:port.",
    UNATTENDED_RENEWAL: "The company's consent to renewals without user interaction.",
    SPREAD_RENEWALS: "false: unattended renewals begin on the first possible day, all at once.",
    UPDATE_NOTICE: "false: no update notices, because the administrator manages versions.",
    REMOVE_ARCHIVED: "true: older archived certificates are deleted after a renewal.",
    REVOCATION: "false: users cannot revoke their certificates with the program.",
}


def _policy_value(name: str, kind: ValueKind) -> Schema:
    about = {"description": _ABOUT[name]}
    if kind is ValueKind.SWITCH:
        return {**about, "type": "boolean"}
    if kind is ValueKind.TEXT:
        return {**about, "type": "string", "minLength": 1, "pattern": r"^[\x21-\x3f\x41-\x7e]+$"}
    items = {"type": "array", "minItems": 1, "uniqueItems": True, "items": _ITEMS[name]}
    if name == REMINDER_DAYS:
        items["maxItems"] = MAX_REMINDERS
    separated = {"type": "string", "minLength": 1, "description": "Separated by commas or spaces."}
    return {**about, "anyOf": [items, separated]}


def main(arguments: Sequence[str]) -> int:
    """Writes the files."""
    parser = argparse.ArgumentParser(prog="python -m tools.schemas", description=__doc__)
    parser.parse_args(arguments)
    for name, schema in SCHEMAS.items():
        (FOLDER / name).parent.mkdir(exist_ok=True)
        (FOLDER / name).write_text(text(schema()), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
