"""Loading on demand, so that `certclient --help` and `list` start at once.

This is the one place that imports by name; everything else imports at the top of its file.
"""

from __future__ import annotations

import importlib


def load_object(where: str) -> object:
    """The object named `package.module:name`."""
    module, _, name = where.partition(":")
    return getattr(importlib.import_module(module), name)
