"""The rehearsal that this process belongs to, if `certclient practice try` has started one.

Then all of this program's files are in the rehearsal's folder, the only bank is the practice bank
that runs there, and its certificate stores are the only ones: nothing of the user's own is touched.
"""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "CERTCLIENT_PRACTICE"
"""The environment variable with the rehearsal's folder, an absolute path."""
PREFIX = "certclient-practice-"
"""How the names of rehearsals' folders begin, and those of their stores on Windows."""
LOCK = "running.lock"
"""The file in the folder that is locked while the rehearsal runs."""


def rehearsal_folder() -> Path | None:
    """Returns the folder; None outside a rehearsal.

    After the rehearsal's end, a folder that cannot exist: no bank is set up there, and nothing is
    written. A terminal in which the variable is still set must not fall back on the user's own
    certificates.
    """
    named = os.environ.get(VARIABLE, "")
    if not named:
        return None
    folder = Path(named)
    return folder if folder.is_absolute() and folder.is_dir() else Path(os.devnull) / "rehearsal"


def profiles_in(folder: Path) -> Path:
    """Returns the folder of the practice bank's profile in a rehearsal."""
    return folder / "profiles"
