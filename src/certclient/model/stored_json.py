"""Reads JSON into typed values: files of this program, which anything may have damaged."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeVar

import msgspec

T = TypeVar("T")

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time with a time zone: one without cannot be compared with others."""


class UnreadableError(ValueError):
    """Not JSON, or of another shape. Its text is English, for the log."""


def from_json(raw: bytes, kind: type[T]) -> T:
    """Reads `raw` (UTF-8) as `kind`. Raises UnreadableError for anything else.

    msgspec itself has other exceptions for texts that are not UTF-8 and for deep nesting.
    """
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UnreadableError(str(error)[:200] or type(error).__name__) from error
