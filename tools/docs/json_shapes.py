"""docs/reference/json.md: the fields of every output of `--json`, from cli/json_shapes.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from certclient.cli.json_output import SCHEMA
from certclient.cli.json_shapes import OUTPUTS
from tools.docs.markdown import GENERATED, table
from tools.schemas import output_schema

_HEAD = ("field", "type", "always there")


def page() -> str:
    """The page as Markdown."""
    shapes = _shapes()
    outputs = {name for command in OUTPUTS for name in _alternatives(command)}
    parts = [
        f"# Output of `--json`\n\n{GENERATED}\n"
        f"Version {SCHEMA} (`schema`). [cli.md](../cli.md#json) says what each field means. Each "
        "command's\nJSON Schema is `resources/schemas/output/COMMAND.schema.json`; later versions "
        "may add fields.\n\n",
        table(("command", "prints one of"), _commands()),
        "\n## Outputs\n\n",
        *(_section(name, shapes[name]) for name in sorted(outputs)),
        "## Values in them\n\n",
        *(_section(name, shapes[name]) for name in sorted(shapes.keys() - outputs)),
    ]
    return "".join(parts).rstrip("\n") + "\n"


def _shapes() -> Mapping[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for command in OUTPUTS:
        found |= output_schema(command)["$defs"]
    return found


def _alternatives(command: str) -> list[str]:
    return [one["$ref"].rpartition("/")[2] for one in output_schema(command)["anyOf"]]


def _commands() -> Iterator[list[str]]:
    for command in OUTPUTS:
        yield [f"`{command}`", ", ".join(_link(name) for name in _alternatives(command))]


def _section(name: str, shape: Mapping[str, Any]) -> str:
    head = f"### {name}\n\n"
    if about := shape.get("description"):
        head += f"{' '.join(about.split())}\n\n"
    if "enum" in shape:
        return f"{head}One of {', '.join(f'`{value}`' for value in shape['enum'])}.\n\n"
    return f"{head}{table(_HEAD, _rows(shape))}\n"


def _rows(shape: Mapping[str, Any]) -> Iterator[list[str]]:
    required = set(shape["required"])
    for name, value in shape["properties"].items():
        yield [f"`{name}`", _type(value), "yes" if name in required else ""]


def _type(value: Mapping[str, Any]) -> str:
    if "$ref" in value:
        return _link(value["$ref"].rpartition("/")[2])
    if "anyOf" in value:
        return " or ".join(_type(one) for one in value["anyOf"])
    if "enum" in value:
        return " or ".join(f"`{one}`" for one in value["enum"])
    kind = value.get("type")
    if kind == "array":
        return f"list of {_type(value['items'])}"
    if kind == "object":
        return f"object of {_type(value['additionalProperties'])}"
    words = {
        "string": "text",
        "integer": "whole number",
        "null": "`null`",
        "boolean": "`true` or `false`",
    }
    about = value.get("description", "").rstrip(".")
    word = words.get(str(kind), str(kind))
    return f"{word} ({about})" if about and "docs/" not in about else word


def _link(name: str) -> str:
    return f"[{name}](#{name.lower()})"
