"""What a help desk asks and does for each error code, from docs/help-desk.toml."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

SOURCE = Path(__file__).parents[2] / "docs" / "help-desk.toml"

Texts = tuple[str, str]
"""Japanese, English."""


class _Code(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    ask: tuple[str, ...]
    do: tuple[str, ...]


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    ask: Mapping[str, Texts]
    do: Mapping[str, Texts]
    code: Mapping[str, _Code]


@dataclass(frozen=True)
class Advice:
    """What to ask the customer, then what to do."""

    questions: Sequence[Texts]
    actions: Sequence[Texts]


def advice(code: str) -> Advice:
    """The advice for a public code; the longest pattern that matches it counts."""
    file = _file()
    entry = file.code[max((p for p in file.code if fnmatchcase(code, p)), key=len)]
    return Advice([file.ask[one] for one in entry.ask], [file.do[one] for one in entry.do])


def patterns() -> Sequence[str]:
    """The patterns of codes that have advice."""
    return tuple(_file().code)


def unused_texts() -> Sequence[str]:
    """The names of texts that no code refers to."""
    file = _file()
    asked = {name for entry in file.code.values() for name in entry.ask}
    done = {name for entry in file.code.values() for name in entry.do}
    return [*(file.ask.keys() - asked), *(file.do.keys() - done)]


@functools.cache
def _file() -> _File:
    return msgspec.toml.decode(SOURCE.read_bytes(), type=_File)
