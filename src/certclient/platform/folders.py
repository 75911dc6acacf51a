"""Where this program keeps its files on this operating system."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path

import platformdirs

from certclient.platform import program_data

_NAME = "certclient"


def journal_file() -> Path:
    """The journal of this user on this computer; other files of the procedure lie next to it."""
    return platformdirs.user_data_path(_NAME, appauthor=False, roaming=False) / "journal.sqlite"


def data_folder() -> Path:
    """Where the journal lies, and what else the program remembers of this user."""
    return journal_file().parent


def reminders_file() -> Path:
    """Which reminders were shown."""
    return data_folder() / "reminders.json"


def settings_file() -> Path:
    """What the user chose in the windows."""
    return platformdirs.user_config_path(_NAME, appauthor=False, roaming=True) / "settings.ini"


def log_file() -> Path:
    return platformdirs.user_log_path(_NAME, appauthor=False) / "certclient.log"


def own_folders() -> tuple[Path, ...]:
    """Everything that this program keeps of its user lies in these, and nothing else does."""
    state = platformdirs.user_state_path(_NAME, appauthor=False, roaming=False)
    return tuple(dict.fromkeys((settings_file().parent, log_file().parent, state, data_folder())))


def profile_folders() -> tuple[Path, ...]:
    """An administrator's folder first, then the banks that were chosen at the installation (beside
    the frozen program), then the profiles that came with the program."""
    ours = Path(str(files("certclient.resources") / "profiles"))
    if getattr(sys, "frozen", False):
        return (_administrators_folder(), Path(sys.executable).parent / "profiles", ours)
    return (_administrators_folder(), ours)


def _administrators_folder() -> Path:
    if sys.platform == "win32":
        return program_data.folder() / _NAME / "profiles"
    return Path("/etc") / _NAME / "profiles"
