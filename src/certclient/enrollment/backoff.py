"""How long to wait after an error that passes by itself, before the next attempt."""

from __future__ import annotations

from collections.abc import Callable

from certclient.model.errors import CertclientError, ErrorCode

MAX_ATTEMPTS = 4
"""Of one exchange in one run."""
PASSING = frozenset(
    {
        ErrorCode.NETWORK_UNREACHABLE,
        ErrorCode.NETWORK_TIMEOUT,
        ErrorCode.SERVER_ERROR,
        ErrorCode.SERVER_BUSY,
        ErrorCode.FOREIGN_ANSWER,
    }
)
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0


def pause_after(
    error: CertclientError, attempt: int, random_bytes: Callable[[int], bytes]
) -> float | None:
    """Seconds before the next attempt, None if there is none.

    `attempt`: of the one that failed, from 0. Exponential with jitter (half to all of the
    interval), on top of what the server asks for (Retry-After): everybody gets the same answer from
    a busy server, and must not come back at the same second.
    """
    if error.code not in PASSING or attempt == MAX_ATTEMPTS - 1:
        return None
    ceiling: float = min(_FIRST_PAUSE * 2.0**attempt, _LONGEST_PAUSE)
    jittered = ceiling * (0.5 + int.from_bytes(random_bytes(2), "big") / 2**17)
    try:
        asked = float(error.data.get("retry_after", "0"))
    except ValueError:
        asked = 0.0
    return asked + jittered
