"""The ages of what is frozen and answers for security: CPython, and each copy of OpenSSL.

A build with one that was released before its date in installer/contents.toml fails, unless the
settings name this very version as known (`contents.known_old`): somebody has assessed it
(docs/deploy.md, "Changing Python").
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from tools.installer.settings import CONTENTS


class AgeError(Exception):
    """Something old is in the program, or does not tell its age. The text says what to do."""


@dataclass(frozen=True, slots=True)
class Release:
    """A library as it ships. `name`: as `known_old` writes it, such as "OpenSSL 3.0.15"."""

    kind: str
    version: str
    released: date
    file: str

    @property
    def name(self) -> str:
        """Kind and version."""
        return f"{self.kind} {self.version}"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a library tells version and date. `file`: a glob pattern; `pattern`: its groups are the
    version and the date, which `form` reads."""

    kind: str
    file: str
    pattern: re.Pattern[bytes]
    form: str


_PLACES = (
    # sys.version: the tag, and when the Foundation compiled it.
    _Place(
        "CPython",
        "python3[0-9][0-9].dll",
        re.compile(rb"tags/v(\d+\.\d+\.\d+)\0.*?([A-Z][a-z]{2} [ \d]\d \d{4})\0", re.DOTALL),
        "%b %d %Y",
    ),
    *(
        _Place(
            "OpenSSL",
            file,
            re.compile(rb"OpenSSL (\d+\.\d+\.\d+)[^\n\0]{0,3} (\d+ [A-Z][a-z]{2} \d{4})"),
            "%d %b %Y",
        )
        for file in ("libcrypto-3.dll", "cryptography/hazmat/bindings/_rust.pyd")
    ),
)


def oldest() -> Mapping[str, date]:
    """The date of each kind before which nothing may have been released, from contents.toml."""
    table = tomllib.loads(CONTENTS.read_text(encoding="utf-8"))["oldest"]
    return {str(kind): day for kind, day in table.items() if isinstance(day, date)}


def releases(contents: Path) -> Iterator[Release]:
    """What the folder with the program's libraries holds. Raises AgeError for a library that is
    not there or does not tell its date."""
    for place in _PLACES:
        files = list(contents.glob(place.file))
        found = [match for file in files if (match := place.pattern.search(file.read_bytes()))]
        if len(found) != 1:
            raise AgeError(f"{contents / place.file} does not tell when {place.kind} was released")
        version, day = (str(group, "ascii") for group in found[0].groups())
        moment = datetime.strptime(" ".join(day.split()), place.form).replace(tzinfo=UTC)
        yield Release(place.kind, version, moment.date(), files[0].name)


def check_ages(
    contents: Path, known_old: Collection[str], limits: Mapping[str, date] | None = None
) -> None:
    """Raises AgeError for a library in `contents` that is older than its limit and not known.

    `known_old`: names of releases. `limits`: by kind; None for those of contents.toml.
    """
    limits = oldest() if limits is None else limits
    for one in releases(contents):
        if one.released < limits[one.kind] and one.name not in known_old:
            raise AgeError(
                f"{one.name} ({one.file}) was released on {one.released}, before"
                f" {limits[one.kind]} (installer/contents.toml). Ship a newer one (docs/deploy.md,"
                f' "Changing Python"), or, once its known vulnerabilities are assessed, add'
                f' "{one.name}" to contents.known_old of the settings.'
            )
