"""The ways in which a token's module can be there and its token not."""

from __future__ import annotations

import enum


class Absence(enum.Enum):
    """The value is data `problem` of TOKEN_MISSING."""

    UNKNOWN_CARD = "unknown-card"
    """A card that the module does not know."""
    NO_CARD = "no-card"
    NO_READER = "no-reader"
