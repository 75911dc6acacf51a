"""docs/reference/profile-keys.md: every key of a bank's profile, from its types."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from certclient.model.profile_syntax import ProfileTable
from tools.docs.markdown import GENERATED, table

_HEAD = ("key", "required", "type and limits", "default", "meaning")


def page() -> str:
    """The page as Markdown."""
    schema = msgspec.json.schema(ProfileTable)
    return (
        f"# Keys of a profile\n\n{GENERATED}\n"
        "[profile.md](../profile.md) explains them with an example. Any other key is an error.\n\n"
        f"{table(_HEAD, _rows(schema, _resolved(schema, schema), ''))}"
    )


def _rows(
    root: Mapping[str, Any], shape: Mapping[str, Any], prefix: str, needed: str = "yes"
) -> Iterator[list[str]]:
    """`needed`: what a required key of this table says."""
    required = set(shape.get("required", ()))
    for name, value in shape["properties"].items():
        resolved = _resolved(root, value)
        if "properties" in resolved:
            inside = needed if name in required else f"in `{prefix}{name}`"
            yield from _rows(root, resolved, f"{prefix}{name}.", inside)
            continue
        item = _resolved(root, resolved.get("items", {}))
        if "properties" in item:
            most = f", at most {resolved['maxItems']} times" if "maxItems" in resolved else ""
            yield from _rows(
                root, item, f"{prefix}{name}[].", f"in each `[[{prefix}{name}]]`{most}"
            )
            continue
        yield [
            f"`{prefix}{name}`",
            needed if name in required else "",
            _type(root, resolved),
            _default(value, _choices(root, resolved)),
            str(value.get("description", resolved.get("description", ""))),
        ]


def _resolved(root: Mapping[str, Any], value: Mapping[str, Any]) -> Mapping[str, Any]:
    """The shape that a value refers to; of a value that may be missing, the one if it is there."""
    for choice in value.get("anyOf", ()):
        if choice.get("type") != "null":
            return _resolved(root, choice)
    if "$ref" not in value:
        return value
    return _resolved(root, root["$defs"][value["$ref"].rpartition("/")[2]])


def _type(root: Mapping[str, Any], shape: Mapping[str, Any]) -> str:
    if "enum" in shape:
        return " or ".join(f"`{choice}`" for choice in shape["enum"])
    if shape.get("type") == "array":
        limits = _limits(shape, "minItems", "maxItems", "items")
        return f"list of {_type(root, _resolved(root, shape['items']))}{limits}"
    if shape.get("type") == "integer":
        return f"whole number{_limits(shape, 'minimum', 'maximum', '')}"
    if shape.get("type") == "boolean":
        return "`true` or `false`"
    return f"text{_limits(shape, 'minLength', 'maxLength', 'characters')}"


def _limits(shape: Mapping[str, Any], least: str, most: str, unit: str) -> str:
    low, high = shape.get(least), shape.get(most)
    if low is None and high is None:
        return ""
    words = f"{low}–{high}" if high is not None else f"at least {low}"
    return f", {words} {unit}".rstrip()


def _choices(root: Mapping[str, Any], shape: Mapping[str, Any]) -> int:
    """How many values an item of the list may have; 0 if any."""
    return len(_resolved(root, shape.get("items", {})).get("enum", ()))


def _default(value: Mapping[str, Any], choices: int) -> str:
    if "default" not in value or value["default"] is None:
        return ""
    default = value["default"]
    plain = default.value if isinstance(default, enum.Enum) else default
    if isinstance(plain, (list, tuple)) and plain and len(plain) == choices:
        return "all"
    if isinstance(plain, (list, tuple)):
        return ", ".join(f"`{getattr(one, 'value', one)}`" for one in plain) or "none"
    if isinstance(plain, bool):
        return f"`{str(plain).lower()}`"
    return f"`{plain}`" if plain != "" else "none"
