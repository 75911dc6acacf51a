"""How a desktop starts this program, so that nothing in the session changes its code."""

from __future__ import annotations

import site
import sys
from collections.abc import Sequence
from pathlib import Path

_LONGEST_FIRST_LINE = 200


def isolated_program() -> Sequence[str]:
    """Returns the command line that starts this program, isolated from the session.

    Python then ignores PYTHONPATH and its other variables, and the current folder. A program in the
    user's own site-packages (`pip install --user`) is not found with `-I`; `-E -P` leave nothing
    out but that.
    """
    if getattr(sys, "frozen", False):
        return (sys.executable,)
    script = Path(sys.executable).with_name("certclient")
    if _is_isolated(script):
        return (str(script),)
    options = ("-E", "-P") if _is_in_user_site() else ("-I",)
    return (sys.executable, *options, "-m", "certclient")


def _is_isolated(script: Path) -> bool:
    """Whether it is a script of the package's own (installer/linux/certclient), with `-I`."""
    try:
        with script.open("rb") as file:
            return file.readline(_LONGEST_FIRST_LINE).rstrip().endswith(b"python3 -I")
    except OSError:
        return False


def _is_in_user_site() -> bool:
    folder = site.getusersitepackages()
    return bool(site.ENABLE_USER_SITE) and Path(folder) in Path(__file__).parents
