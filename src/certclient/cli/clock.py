"""Warns of a clock that is certainly wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certclient.cli.errors import print_error
from certclient.enrollment.preflight import profile_clock
from certclient.platform import log

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.cli.invocation import Invocation
    from certclient.model.profile import Profile


def warn_of_clock(invocation: Invocation, profiles: Sequence[Profile]) -> None:
    """Prints to stderr if the clock is certainly wrong: days left and stages are then, too."""
    now = invocation.services.clock()
    errors = (profile_clock(profile, now) for profile in profiles)
    error = next((one for one in errors if one is not None), None)
    if error is not None:
        log.error(error)
        print_error(invocation, error)
