"""A start that only opens the windows: without the command line, which is loaded for all else."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.model.start import Start

_LANGUAGES = ("ja", "en")
_COMPLETION = "_CERTCLIENT_COMPLETE"
"""See `cli.completion`: the shell asks, nobody wants a window."""


def windows_at_once(arguments: Sequence[str]) -> int | None:
    """Opens the windows for a start without a command; returns the exit code when they are closed.

    None if the arguments may be anything else, or there is no display: the command line decides.
    An error is told by the command line as well, as if it had opened the windows itself.
    """
    wanted = plain_start(arguments)
    if wanted is None or _COMPLETION in os.environ:
        return None
    from certclient import __version__
    from certclient.bootstrap import display_problem, open_windows
    from certclient.platform import log
    from certclient.platform.user_folders import log_file

    if display_problem() is not None:
        return None
    with log.writing_to(log_file()):
        log.event("start", version=__version__, system=sys.platform)
        try:
            code = open_windows(wanted)
        except Exception as error:  # noqa: BLE001 - told by the command line's boundary
            return _told(error)
        log.event("command", command="windows", exit_code=str(code))
        return code


def plain_start(arguments: Sequence[str]) -> Start | None:
    """The start for at most a language and a bank; None for any other arguments."""
    from certclient.model.start import Start

    language = bank = ""
    rest = iter(arguments)
    for name in rest:
        value = next(rest, "")
        if name == "--language" and value in _LANGUAGES:
            language = value
        elif name == "--profile" and value and not bank and not value.startswith("-"):
            bank = value
        else:
            return None
    return Start(profile_name=bank, language=language)


def _told(error: Exception) -> int:
    from dataclasses import replace

    from certclient.bootstrap import system_services
    from certclient.cli.main import main

    def failed(_start: Start) -> NoReturn:
        raise error

    return main(replace(system_services(), windows=failed, display_problem=lambda: None))
