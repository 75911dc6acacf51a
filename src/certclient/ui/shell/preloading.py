"""Loads, in a worker, what the next click needs: a window would stall while it loads."""

from __future__ import annotations

import importlib

_MODULES = (
    "certclient.ui.enrollment.wizard",
    "certclient.ui.enrollment.batch.dialog",
)


def preload() -> None:
    """Call it when the list has been filled, not before."""
    for name in _MODULES:
        importlib.import_module(name)
