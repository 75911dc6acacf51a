"""Locations of this program's files on each operating system. Creates nothing."""

from __future__ import annotations

import contextlib
import os
import sys
from importlib.resources import files
from pathlib import Path

import platformdirs

from certclient.platform import program_data
from certclient.platform.rehearsal import rehearsal_folder

if sys.platform != "win32":
    import pwd

_NAME = "certclient"


def home() -> Path:
    """Returns this user's home folder, always absolute.

    HOME if it is an absolute path, else the one in the user database; a folder that cannot exist if
    there is none (a container's user without an entry), so that the first write names it.
    """
    if sys.platform == "win32":
        return Path.home()
    else:  # noqa: RET505 - as mypy reads what is for other systems only
        named = os.environ.get("HOME", "")
        if os.path.isabs(named):
            return Path(named)
        with contextlib.suppress(KeyError, OSError):
            return Path(pwd.getpwuid(os.getuid()).pw_dir)
        return Path(os.devnull) / "home"


def base_folder(variable: str, default: str) -> Path:
    """Returns a base folder of the XDG specification, which ignores relative paths."""
    named = os.environ.get(variable, "")
    return Path(named) if os.path.isabs(named) else home() / default


def journal_file() -> Path:
    """Returns this user's journal on this computer; other procedure files lie next to it."""
    rehearsal = rehearsal_folder()
    if rehearsal is not None:
        data = rehearsal / "data"
    elif sys.platform != "linux":
        data = platformdirs.user_data_path(_NAME, appauthor=False, roaming=False)
    else:
        data = base_folder("XDG_DATA_HOME", ".local/share") / _NAME
    return data / "journal.sqlite"


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
    rehearsal = rehearsal_folder()
    if rehearsal is not None:
        folder = rehearsal / "settings"
    elif sys.platform != "linux":
        folder = platformdirs.user_config_path(_NAME, appauthor=False, roaming=True)
    else:
        folder = base_folder("XDG_CONFIG_HOME", ".config") / _NAME
    return folder / "settings.ini"


def preferred_store_file() -> Path:
    """Returns the file with the store that the user chose for new certificates."""
    return settings_file().with_name("store.json")


def log_file() -> Path:
    """Returns the current log file; older ones lie next to it (`log.writing_to`)."""
    rehearsal = rehearsal_folder()
    if rehearsal is not None:
        folder = rehearsal / "log"
    elif sys.platform != "linux":
        folder = platformdirs.user_log_path(_NAME, appauthor=False)
    else:
        folder = base_folder("XDG_STATE_HOME", ".local/state") / _NAME / "log"
    return folder / "certclient.log"


def own_folders() -> tuple[Path, ...]:
    """Returns all folders with this user's data; they contain nothing else."""
    if rehearsal_folder() is not None:
        return (settings_file().parent, log_file().parent, data_folder())
    if sys.platform != "linux":
        state = platformdirs.user_state_path(_NAME, appauthor=False, roaming=False)
    else:
        state = base_folder("XDG_STATE_HOME", ".local/state") / _NAME
    return tuple(dict.fromkeys((settings_file().parent, log_file().parent, state, data_folder())))


def profile_folders() -> tuple[Path, ...]:
    """Returns the folders of bank profiles, highest precedence first.

    Outside a rehearsal. These are the administrator's folder, then (frozen program only) the banks
    chosen during installation, beside the program, then the profiles shipped with the program.
    """
    ours = Path(str(files("certclient.resources") / "profiles"))
    if getattr(sys, "frozen", False):
        return (_administrators_folder(), Path(sys.executable).parent / "profiles", ours)
    return (_administrators_folder(), ours)


def documentation_folder() -> Path | None:
    """Returns the folder of the installed documentation (HTML); None if none was installed."""
    if sys.platform != "linux":
        return None
    folder = Path("/usr/share/doc") / _NAME / "html"
    return folder if folder.is_dir() else None


def _administrators_folder() -> Path:
    if sys.platform == "win32":
        return program_data.folder() / _NAME / "profiles"
    return Path("/etc") / _NAME / "profiles"
