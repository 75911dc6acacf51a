"""The result of a diagnosis: parts with facts, each a name and a text."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Kind(enum.Enum):
    """What a part is about, in the order of the report. The values are words in JSON."""

    PROGRAM = "program"
    COMPUTER = "computer"
    POLICY = "policy"
    BANK = "bank"
    STORE = "store"
    CERTIFICATE = "certificate"
    PROCEDURE = "procedure"
    ERRORS = "errors"


@dataclass(frozen=True, slots=True)
class Fact:
    """One line. `name`: what the catalogue calls it; `value`: as it is, for people who support.

    `personal`: identifies the customer, so that it is shown only if the customer agrees.
    """

    name: str
    value: str
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """The facts about one bank, store, certificate … `title` tells it from others of its kind."""

    kind: Kind
    facts: tuple[Fact, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`made`: aware UTC. `with_ids`: user IDs and serial numbers are in it."""

    made: datetime
    parts: tuple[Part, ...]
    with_ids: bool
