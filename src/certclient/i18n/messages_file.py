"""A messages file (resources/i18n/messages.*.toml), of which only the tables in use are parsed.

A command shows a few of the 1 600 texts, and the parser is written in Python: the whole file would
cost each start more than click does. What every file contains is checked by tests, not here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

_HEADER = r"^\[([^\]\n]+)\]\s*$"
"""The line that begins a table. No text of a messages file goes over several lines."""


class MessagesFile:
    """The tables of one file, each parsed when it is first asked for."""

    def __init__(self, text: str) -> None:
        top, *rest = re.split(_HEADER, text, flags=re.MULTILINE)
        self._sources = {"": top}
        for header, body in zip(rest[::2], rest[1::2], strict=True):
            key = _key(header)
            self._sources[key] = f"{self._sources.get(key, '')}\n[{header}]\n{body}"
        self._parsed: dict[str, Mapping[str, Any]] = {}

    @property
    def tables(self) -> Sequence[str]:
        """The names that `table` takes, "" for what stands before the first table."""
        return list(self._sources)

    def table(self, name: str) -> Mapping[str, Any]:
        """The values of a table, such as `step`, or of one of the many `cli.…`, `error.…`, `how.…`.

        Raises KeyError for an unknown table (a bug).
        """
        if name not in self._parsed:
            found: Mapping[str, Any] = tomllib.loads(self._sources[name])
            for part in name.split(".") if name else ():
                found = found[part]
            self._parsed[name] = found
        return self._parsed[name]

    def entry(self, table: str, name: str) -> str:
        """One text of a table. Raises KeyError for an unknown one (a bug)."""
        text: str = self.table(table)[name]
        return text


def _key(header: str) -> str:
    """The table that is parsed as a whole: `error.CC-X.problem.y` belongs to `error.CC-X`."""
    first, *rest = header.split(".")
    return f"{first}.{rest[0]}" if rest else first


@cache
def read(path: str) -> MessagesFile:
    """The file at `path` (UTF-8), read once per process. Raises OSError."""
    with open(path, encoding="utf-8") as file:
        return MessagesFile(file.read())
