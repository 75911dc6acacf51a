"""The modules that this process has used, each with at most one child."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterable
from pathlib import Path

from certclient.store.isolated.module import IsolatedModule

_modules: dict[Path, IsolatedModule] = {}
_adding = threading.Lock()


def module_at(path: Path) -> IsolatedModule:
    """Returns the module at `path`; starts nothing."""
    with _adding:
        if not _modules:
            atexit.register(_close_all)
        return _modules.setdefault(path, IsolatedModule(path))


def begin_all(paths: Iterable[Path]) -> None:
    """Starts the children and lets them look for tokens while this process does something else."""
    for path in paths:
        module_at(path).begin()


def _close_all() -> None:
    """Lets the children end; this process, which does so as well, waits for none."""
    for module in _modules.values():
        module.close()


def stop_all() -> None:
    """Ends the children. The next use starts new ones."""
    with _adding:
        modules = list(_modules.values())
        _modules.clear()
    for module in modules:
        module.stop()
