"""Why a customer revokes a certificate."""

from __future__ import annotations

import enum


class RevocationReason(enum.Enum):
    """The values are options of the command line and part of `--json`."""

    NO_LONGER_USED = "no-longer-used"
    """The PC or token is given away or scrapped, or its user has left."""
    LOST = "lost"
    """The PC or token is lost or stolen."""
    SUSPECTED = "suspected"
    """Somebody else may have used the key."""
