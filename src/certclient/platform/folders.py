"""Locations of this program's files on each operating system. Creates nothing."""

from __future__ import annotations

import sys
from pathlib import Path

from certclient.platform import program_data
from certclient.platform.rehearsal import rehearsal_folder
from certclient.platform.resources import resources_folder
from certclient.platform.user_folders import (
    NAME,
    base_folder,
    data_folder,
    home,
    journal_file,
    log_file,
)

if sys.platform != "linux":
    import platformdirs

__all__ = [
    "base_folder",
    "data_folder",
    "documentation_folder",
    "home",
    "journal_file",
    "log_file",
    "own_folders",
    "preferred_store_file",
    "profile_folders",
    "reminders_file",
    "results_file",
    "settings_file",
]


def results_file() -> Path:
    """Returns the file with the ends of procedures that the user has not seen yet."""
    return data_folder() / "results.json"


def reminders_file() -> Path:
    """Returns the file that records which reminders were shown."""
    return data_folder() / "reminders.json"


def daily_reminder_file(folder: Path) -> Path:
    """Returns the file in the data folder `folder` which records that Windows' daily task was
    created."""
    return folder / "daily-reminder.txt"


def settings_file() -> Path:
    """Returns the file with the user's choices in the windows; roams with a Windows profile."""
    rehearsal = rehearsal_folder()
    if rehearsal is not None:
        folder = rehearsal / "settings"
    elif sys.platform != "linux":
        folder = platformdirs.user_config_path(NAME, appauthor=False, roaming=True)
    else:
        folder = base_folder("XDG_CONFIG_HOME", ".config") / NAME
    return folder / "settings.ini"


def preferred_store_file() -> Path:
    """Returns the file with the store that the user chose for new certificates."""
    return settings_file().with_name("store.json")


def own_folders() -> tuple[Path, ...]:
    """Returns all folders with this user's data; they contain nothing else."""
    if rehearsal_folder() is not None:
        return (settings_file().parent, log_file().parent, data_folder())
    if sys.platform != "linux":
        state = platformdirs.user_state_path(NAME, appauthor=False, roaming=False)
    else:
        state = base_folder("XDG_STATE_HOME", ".local/state") / NAME
    return tuple(dict.fromkeys((settings_file().parent, log_file().parent, state, data_folder())))


def profile_folders() -> tuple[Path, ...]:
    """Returns the folders of bank profiles, highest precedence first.

    Outside a rehearsal. These are the administrator's folder, then (frozen program only) the banks
    chosen during installation, beside the program, then the profiles shipped with the program.
    """
    ours = resources_folder() / "profiles"
    if getattr(sys, "frozen", False):
        return (_administrators_folder(), Path(sys.executable).parent / "profiles", ours)
    return (_administrators_folder(), ours)


def documentation_folder() -> Path | None:
    """Returns the folder of the installed documentation (HTML); None if none was installed."""
    if sys.platform != "linux":
        return None
    folder = Path("/usr/share/doc") / NAME / "html"
    return folder if folder.is_dir() else None


def _administrators_folder() -> Path:
    if sys.platform == "win32":
        return program_data.folder() / NAME / "profiles"
    return Path("/etc") / NAME / "profiles"
