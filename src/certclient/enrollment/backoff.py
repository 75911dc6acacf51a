"""How long to wait before the next attempt, or the next question, that a CA has asked for."""

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
_LONG_WAIT = 60.0


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
    jittered = ceiling * (0.5 + _fraction(random_bytes) / 2)
    try:
        asked = float(error.data.get("retry_after", "0"))
    except ValueError:
        asked = 0.0
    return asked + jittered


def poll_pause(check_after: float, random_bytes: Callable[[int], bytes]) -> float:
    """Seconds before a CA is polled that asked for `check_after` seconds; never fewer.

    More than a minute, for which a run usually waits, is lengthened by up to a tenth: a CA that
    tells everybody to come back when it has been serviced, at 14:00, is not asked by everybody at
    14:00.
    """
    if check_after <= _LONG_WAIT:
        return check_after
    return check_after * (1 + _fraction(random_bytes) / 10)


def _fraction(random_bytes: Callable[[int], bytes]) -> float:
    """From 0 to below 1, evenly distributed."""
    return int.from_bytes(random_bytes(2), "big") / 2**16
