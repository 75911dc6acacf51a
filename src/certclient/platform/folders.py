"""Locations of this program's files on each operating system. Creates nothing."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path

import platformdirs

from certclient.platform import program_data

_NAME = "certclient"


def journal_file() -> Path:
    """Returns this user's journal on this computer; other procedure files lie next to it."""
    return platformdirs.user_data_path(_NAME, appauthor=False, roaming=False) / "journal.sqlite"


def data_folder() -> Path:
    """Returns the folder of the journal and the program's other per-user data."""
    return journal_file().parent


def results_file() -> Path:
    """Returns the file with the ends of procedures that the user has not seen yet."""
    return data_folder() / "results.json"


def reminders_file() -> Path:
    """Returns the file that records which reminders were shown."""
    return data_folder() / "reminders.json"


def settings_file() -> Path:
    """Returns the file with the user's choices in the windows; roams with a Windows profile."""
    return platformdirs.user_config_path(_NAME, appauthor=False, roaming=True) / "settings.ini"


def preferred_store_file() -> Path:
    """Returns the file with the store that the user chose for new certificates."""
    return settings_file().with_name("store.json")


def log_file() -> Path:
    """Returns the current log file; older ones lie next to it (`log.writing_to`)."""
    return platformdirs.user_log_path(_NAME, appauthor=False) / "certclient.log"


def own_folders() -> tuple[Path, ...]:
    """Returns all folders with this user's data; they contain nothing else."""
    state = platformdirs.user_state_path(_NAME, appauthor=False, roaming=False)
    return tuple(dict.fromkeys((settings_file().parent, log_file().parent, state, data_folder())))


def profile_folders() -> tuple[Path, ...]:
    """Returns the folders of bank profiles, highest precedence first.

    These are the administrator's folder, then (frozen program only) the banks chosen during
    installation, beside the program, then the profiles shipped with the program.
    """
    ours = Path(str(files("certclient.resources") / "profiles"))
    if getattr(sys, "frozen", False):
        return (_administrators_folder(), Path(sys.executable).parent / "profiles", ours)
    return (_administrators_folder(), ours)


def _administrators_folder() -> Path:
    if sys.platform == "win32":
        return program_data.folder() / _NAME / "profiles"
    return Path("/etc") / _NAME / "profiles"
