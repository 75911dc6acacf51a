"""Names what is wrong with an NSS database."""

from __future__ import annotations

import enum


class Problem(enum.Enum):
    """Why a database, or a token's module, cannot be used: data `problem` of STORE_UNAVAILABLE."""

    PERMISSION = "permission"
    READ_ONLY = "read-only"
    DAMAGED = "damaged"
    MISSING_FILE = "missing-file"
    OLD_FORMAT = "old-format"
    """NSS's Berkeley databases (`dbm:`), which no browser has made since 2018."""
    LOCKED = "locked"
    NOT_A_FOLDER = "not-a-folder"
    BROKEN_LINK = "broken-link"
    NO_LIBRARY = "no-library"
    """libnss3 is not installed."""
    MODULE = "module"
    """A token's module, which has started, cannot say which tokens are there."""
