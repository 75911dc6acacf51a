"""TOML with the place of every key, which `tomllib` does not keep, and its errors as reasons."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from certclient.model.faults import FaultError, Reason
from certclient.model.toml_limits import MOST_CHARACTERS, MOST_LEVELS, excess_in


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a text: line and column, both from 1, in characters."""

    line: int
    column: int


def places(position: Position | None) -> dict[str, str]:
    """The error data of a place: `line` and `column`, or nothing if it is not known."""
    if position is None:
        return {}
    return {"line": str(position.line), "column": str(position.column)}


@dataclass(frozen=True)
class TomlText:
    """A parsed text. `table`: its values; `text`: as it was, with LF line ends."""

    table: Mapping[str, object]
    text: str = field(repr=False)

    @cached_property
    def positions(self) -> Mapping[str, Position]:
        """Where each key and list item stands, by its dotted path (`storage.destinations[0]`); a
        table of its own stands at its header. Looked for only once something is wrong."""
        try:
            return _Scanner(self.text).scan()
        except (_LostError, RecursionError):
            return {}

    def position(self, key: str) -> Position | None:
        """Where `key` stands, or the nearest table or list around it; None for the whole file."""
        while key and key not in self.positions:
            key = parent(key)
        return self.positions.get(key)


class TomlSyntaxError(FaultError):
    """The text is not TOML, or exceeds `toml_limits`. `position`: where; None if it is unknown."""

    def __init__(self, reason: Reason, position: Position | None, **data: str) -> None:
        super().__init__(reason, **data)
        self.position = position


def parse(text: str) -> TomlText:
    """Parses TOML 1.0. Raises TomlSyntaxError for the first fault."""
    # As tomllib does; positions have to refer to the same text.
    text = text.replace("\r\n", "\n")
    _check_limits(text)
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: of a month 13, for example
        raise TomlSyntaxError(*_reason_and_position(str(error), text)) from error
    return TomlText(table, text)


def _check_limits(text: str) -> None:
    excess = excess_in(text)
    if excess is None:
        return
    at = excess.at
    position = Position(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
    if excess.is_nested:
        raise TomlSyntaxError(Reason.TOO_DEEP, position, most=str(MOST_LEVELS))
    raise TomlSyntaxError(Reason.TOO_LONG, position, most=str(MOST_CHARACTERS))


def parent(key: str) -> str:
    """The table or list around `key`: `ca` for `ca.url`, "" for a key of the file."""
    around = re.sub(r"(?:\.?[^.\[\]]*|\[\d+\])$", "", key)
    # A quoted name may hold a bracket of its own.
    return around if len(around) < len(key) else ""


# The errors of tomllib (CPython's Lib/tomllib/_parser.py), by the beginnings of their messages.
_REASONS = (
    ("Cannot overwrite", Reason.SYNTAX_TWICE),
    ("Cannot declare", Reason.SYNTAX_TWICE),
    ("Cannot redefine", Reason.SYNTAX_TWICE),
    ("Cannot mutate", Reason.SYNTAX_TWICE),
    ("Duplicate inline", Reason.SYNTAX_TWICE),
    ("Expected '='", Reason.SYNTAX_EQUALS),
    ("Expected newline", Reason.SYNTAX_REST),
    ("Expected ']", Reason.SYNTAX_BRACKET),
    ("Unclosed", Reason.SYNTAX_BRACKET),
    ("Unterminated string", Reason.SYNTAX_STRING),
    ("Expected \"'", Reason.SYNTAX_STRING),
    ("Expected '", Reason.SYNTAX_STRING),
    ("Unescaped", Reason.SYNTAX_ESCAPE),
    ("Invalid hex", Reason.SYNTAX_ESCAPE),
    ("Escaped character", Reason.SYNTAX_ESCAPE),
    ("Illegal character '\\n'", Reason.SYNTAX_STRING),
    ("Illegal character", Reason.SYNTAX_CHARACTER),
    ("Found invalid", Reason.SYNTAX_CHARACTER),
    ("Invalid value", Reason.SYNTAX_VALUE),
    ("Invalid date", Reason.SYNTAX_VALUE),
)
_AT = re.compile(r"\(at line (\d+), column (\d+)\)$")


def _reason_and_position(message: str, text: str) -> tuple[Reason, Position | None]:
    reasons = (reason for start, reason in _REASONS if message.startswith(start))
    found = _AT.search(message)
    position = Position(int(found[1]), int(found[2])) if found else None
    if position is None and message.endswith("(at end of document)"):
        position = Position(text.count("\n") + 1, len(text) - text.rfind("\n"))
    return next(reasons, Reason.SYNTAX), position


_BLANKS = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_KEY_PART = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_STRING = re.compile(
    r'"{3}(?:\\.|[^\\])*?"{3,5}' r"|'{3}.*?'{3,5}" r"""|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""", re.DOTALL
)
_SCALAR = re.compile(r"[^,\]}#\n]*")


_MOST_POSITIONS = 10_000
"""Keys and list items whose place is looked for: a bank's profile has fewer than a hundred."""


class _LostError(Exception):
    """The scanner does not understand what tomllib does: there are no positions, then."""


class _EnoughError(Exception):
    """There are _MOST_POSITIONS; those of later keys stay unknown."""


@dataclass(slots=True)
class _Scanner:
    """Finds the keys in a text that tomllib has accepted, so that little can go wrong here."""

    text: str
    at: int = 0
    found: dict[str, Position] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    line_ends: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.line_ends = [match.start() for match in re.finditer(r"\n", self.text)]

    def scan(self) -> Mapping[str, Position]:
        with suppress(_EnoughError):
            self._scan()
        return self.found

    def _scan(self) -> None:
        table = ""
        self._skip(_BLANKS)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANKS)

    def _header(self) -> str:
        start, array = self.at, self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        path = ""
        for part in self._key():
            path = self._element(_joined(path, part))
            self._note(path, start)
        if array:
            path = re.sub(r"\[\d+\]$", "", path)
            number = self.counted.get(path, -1) + 1
            self.counted[path] = number
            self._note(path, start)
            path = f"{path}[{number}]"
        self._note(path, start)
        self.at += 2 if array else 1
        return path

    def _element(self, path: str) -> str:
        """The last table so far of an array of tables; any other path is unchanged."""
        return f"{path}[{self.counted[path]}]" if path in self.counted else path

    def _pair(self, table: str) -> None:
        start, path = self.at, table
        for part in self._key():
            path = _joined(path, part)
            self._note(path, start)
        self._skip(_SPACE)
        self.at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(path)

    def _key(self) -> list[str]:
        parts = []
        while True:
            self._skip(_SPACE)
            raw = self._skip(_KEY_PART)
            if not raw:
                raise _LostError
            parts.append(_name(raw))
            self._skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def _value(self, path: str) -> None:
        match self.text[self.at : self.at + 1]:
            case "{":
                self._items(path, "}")
            case "[":
                self._items(path, "]")
            case '"' | "'":
                self._skip(_STRING)
            case _:
                self._skip(_SCALAR)

    def _items(self, path: str, end: str) -> None:
        self.at += 1
        number = 0
        self._skip(_BLANKS)
        while not self.text.startswith(end, self.at):
            before = self.at
            if end == "}":
                self._pair(path)
            else:
                self._note(f"{path}[{number}]", self.at)
                self._value(f"{path}[{number}]")
                number += 1
            self._skip(_BLANKS)
            if self.text.startswith(",", self.at):
                self.at += 1
                self._skip(_BLANKS)
            if self.at == before:
                raise _LostError
        self.at += 1

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return match[0] if match else ""

    def _note(self, path: str, at: int) -> None:
        if path in self.found:
            return
        if len(self.found) == _MOST_POSITIONS:
            raise _EnoughError
        before = bisect_left(self.line_ends, at)
        start = self.line_ends[before - 1] if before else -1
        self.found[path] = Position(before + 1, at - start)


def _joined(path: str, part: str) -> str:
    return f"{path}.{part}" if path else part


def _name(raw: str) -> str:
    if raw[0] == "'":
        return raw[1:-1]
    if raw[0] != '"':
        return raw
    return str(tomllib.loads(f"name = {raw}")["name"])
