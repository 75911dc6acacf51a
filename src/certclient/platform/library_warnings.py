"""Keeps the warnings of libraries off standard error."""

from __future__ import annotations

import sys
import warnings


def ignore_library_warnings() -> None:
    """Ignores Python warnings in this process, unless `python -W` or PYTHONWARNINGS asks for them.

    They are for developers: `cryptography` warns of somebody's certificate with serial number 0.
    Customers can do nothing about them, and scripts read standard error. Tests run with `-W error`.
    """
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
