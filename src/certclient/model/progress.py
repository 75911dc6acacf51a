"""The steps of a procedure as a user sees them."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Step(enum.Enum):
    """What is going on right now; i18n/ has the sentence for each."""

    PREFLIGHT = "preflight"
    CREATE_KEY = "create-key"
    REQUEST = "request"
    WAIT = "wait"
    CHECK = "check"
    INSTALL = "install"
    VERIFY = "verify"
    CONFIRM = "confirm"
    LOGIN = "login"
    ARCHIVE_OLD = "archive-old"
    CLEAN_UP = "clean-up"


class Phase(enum.Enum):
    STARTED = "started"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Progress:
    """One report: a step began or ended. `seconds` is how long the ended step took."""

    step: Step
    phase: Phase
    seconds: float = 0.0
