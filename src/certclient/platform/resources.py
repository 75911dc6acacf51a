"""Where the program's resources lie: icons, texts, licences, profiles.

`importlib.resources`, which also reads archives, costs every command more than it gives: this
program is always installed as files.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

_PACKAGE = "certclient.resources"


@cache
def resources_folder() -> Path:
    """Returns the folder of the resources. Raises FileNotFoundError if they are not installed."""
    found = find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError(_PACKAGE)
    return Path(next(iter(found.submodule_search_locations)))
