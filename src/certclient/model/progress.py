"""The steps of a procedure as shown to the user."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Step(enum.Enum):
    """The current step; i18n/ has a text for each."""

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
    """Whether a step has begun or ended."""

    STARTED = "started"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Progress:
    """One report: a step began or ended. `seconds` is the duration of an ended step."""

    step: Step
    phase: Phase
    seconds: float = 0.0
