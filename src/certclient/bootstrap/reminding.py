"""The quick answer of `certclient remind`, and what writes the file that it rests on."""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from certclient.enrollment.overview import Row
    from certclient.enrollment.reminder_index.keeping import IndexKeeper
    from certclient.enrollment.reminder_index.look import Look

_LANGUAGES = ("ja", "en")
_CHECKS = "revocation.json"


def nothing_due(arguments: Sequence[str]) -> bool:
    """Whether this is a reminder, and the last look at the stores proves that none is due now.

    If so, the log says it. Loads neither click nor cryptography nor any window; never raises.
    """
    bank = chosen_bank(arguments)
    if bank is None:
        return False
    from certclient import __version__
    from certclient.enrollment.reminder_index import index
    from certclient.platform import log_lines
    from certclient.platform.quick_folders import quick_places
    from certclient.platform.rehearsal import rehearsal_folder

    places = quick_places() if rehearsal_folder() is None else None
    if places is None:
        return False
    folder, log_file = places
    mine = index.identity(bank, __version__, _program(), os.environ)
    if not index.nothing_due(folder, mine, time.time()):
        return False
    fields = {"command": "remind", "exit_code": "0", "version": __version__}
    # The command that made the index has made the log; root would create one wherever a user's link
    # to the folder leads.
    log_lines.append(log_file, log_lines.line("nothing-due", fields), create=False)
    return True


def _program() -> str:
    """What runs: the interpreter, or the folder of the frozen programs, which are of one build."""
    frozen = getattr(sys, "frozen", False)
    return os.path.dirname(sys.executable) if frozen else sys.executable


def chosen_bank(arguments: Sequence[str]) -> str | None:
    """The bank that `remind` is asked for as an id or absolute path, "" for all.

    None if the arguments may be anything but a plain `remind`; click then decides what they are.
    """
    bank, commands, rest = "", 0, iter(arguments)
    for argument in rest:
        if argument == "remind":
            commands += 1
            continue
        value = next(rest, "")
        known = argument == "--language" and value in _LANGUAGES
        if argument in ("--bank", "--profile") and not bank and _can_be_kept(value):
            bank = value
        elif not known:
            return None
    return bank if commands == 1 else None


def _can_be_kept(bank: str) -> bool:
    """Whether this option's value means the same wherever it is given."""
    return bool(bank) and not bank.startswith("-") and (os.path.isabs(bank) or not _is_path(bank))


def _is_path(name: str) -> bool:
    """As `configuration.profiles.is_path`, which loads more."""
    return "/" in name or "\\" in name or name.endswith(".toml")


def look(bank: str) -> Look:
    """Begins a look at the stores for the bank chosen (id or path) or for all (""); call it before
    profiles are read."""
    return looks(bank)()


def looks(bank: str = "") -> Callable[[], Look]:
    """Begins looks at all stores, for which the banks' profiles are read once, after this call.

    Those of a rehearsal are not remembered, nor those for a bank named by a relative path.
    """
    from certclient.enrollment.reminder_index.look import no_look
    from certclient.platform.rehearsal import rehearsal_folder

    if rehearsal_folder() is not None or (bank and not _can_be_kept(bank)):
        return no_look
    return _index_keeper(bank).look


def _index_keeper(bank: str) -> IndexKeeper:
    from certclient import __version__
    from certclient.enrollment.reminder import ReminderHistory
    from certclient.enrollment.reminder_index.index import identity
    from certclient.enrollment.reminder_index.keeping import IndexKeeper, Surroundings
    from certclient.platform.folders import data_folder, reminders_file

    around = Surroundings(
        folder=data_folder(),
        identity=identity(bank, __version__, _program(), os.environ),
        settings=partial(_settings, bank),
        records=_records(),
        browsers=_browsers,
        history=ReminderHistory(reminders_file()),
        anything_else=_anything_else,
        checks=[str(data_folder() / _CHECKS)],
        next_check=_next_check,
    )
    return IndexKeeper(around)


def _settings(bank: str) -> Sequence[str]:
    from certclient.configuration.policy import policy_places
    from certclient.configuration.profiles import profile_places
    from certclient.platform.folders import profile_folders

    named = [bank] if _is_path(bank) else []
    return (*policy_places(), *named, *profile_places(profile_folders()))


def _browsers() -> Sequence[str]:
    if sys.platform == "win32":
        return ()
    from certclient.platform.folders import home
    from certclient.store.browsers import watched_places

    return watched_places(os.environ, home())


def _records() -> Sequence[str]:
    from certclient.enrollment.journal_file import journal_places
    from certclient.platform.folders import (
        daily_reminder_file,
        data_folder,
        journal_file,
        reminders_file,
        results_file,
    )

    ours = (results_file(), reminders_file(), daily_reminder_file(data_folder()))
    return (*journal_places(journal_file()), *map(str, ours))


def _anything_else() -> bool:
    """Whether the end of a procedure has not been seen yet, or the daily task is missing."""
    from certclient.bootstrap import daily_task, unseen_results

    daily = daily_task()
    return unseen_results() or (daily is not None and not daily.known)


def _next_check(rows: Sequence[Row], now: datetime) -> datetime | None:
    """See `revocation_checks.next_check`."""
    if all(row.profile.revocation is None for row in rows):
        return None
    from certclient.enrollment.revocation_cache import RevocationCache
    from certclient.enrollment.revocation_checks import next_check
    from certclient.platform.folders import data_folder

    return next_check(rows, RevocationCache(data_folder() / _CHECKS), now)
