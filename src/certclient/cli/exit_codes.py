"""The exit codes of the command line; documented in docs/cli.md and stable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certclient.model.errors import ErrorKind

if TYPE_CHECKING:
    from collections.abc import Iterable

DONE = 0

EXIT_CODES = {
    ErrorKind.BUG: 1,
    ErrorKind.USER_ACTION: 2,
    ErrorKind.NOTHING_TO_DO: 3,
    ErrorKind.WAITING: 4,
    ErrorKind.RETRY_LATER: 5,
    ErrorKind.REFUSED: 6,
    ErrorKind.CANCELLED: 7,
    ErrorKind.OUTPUT_LOST: 8,
}

_WORST_FIRST = (1, 6, 2, 5, 7, 4, 3, 8, 0)


def worst(codes: Iterable[int]) -> int:
    """The exit code of a batch: a bug before a refusal before … before done. Done if empty."""
    return min(codes, key=_WORST_FIRST.index, default=DONE)
