"""Where this user's data and log are; the other folders are in `folders`, which loads more.

Imports next to nothing: `certclient remind` asks before anything else is loaded. Creates nothing.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from certclient.platform.rehearsal import rehearsal_folder

if sys.platform != "win32":
    import pwd

if sys.platform != "linux":
    import platformdirs

NAME = "certclient"
"""Of the program's folders."""


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
        data = platformdirs.user_data_path(NAME, appauthor=False, roaming=False)
    else:
        data = base_folder("XDG_DATA_HOME", ".local/share") / NAME
    return data / "journal.sqlite"


def data_folder() -> Path:
    """Returns the folder of the journal and the program's other per-user data."""
    return journal_file().parent


def log_file() -> Path:
    """Returns the current log file; older ones lie next to it (`log.writing_to`)."""
    rehearsal = rehearsal_folder()
    if rehearsal is not None:
        folder = rehearsal / "log"
    elif sys.platform != "linux":
        folder = platformdirs.user_log_path(NAME, appauthor=False)
    else:
        folder = base_folder("XDG_STATE_HOME", ".local/state") / NAME / "log"
    return folder / "certclient.log"
