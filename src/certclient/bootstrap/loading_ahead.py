"""Loads modules while the program waits for a key to be made."""

from __future__ import annotations

from contextlib import suppress
from threading import Thread


def load_ahead() -> None:
    """Begins to load, in a thread of its own, what a procedure needs once it has its key.

    Never raises. Whoever needs one of these modules meanwhile waits for it (Python's import locks).
    A module that cannot be loaded is met again there, where the error is reported.
    """
    # No daemon: Python lets it end before the exit, instead of stopping it within a library.
    # Without a thread (RuntimeError) each module is loaded when it is needed, as usual.
    with suppress(RuntimeError):
        Thread(target=_load, name="load-ahead").start()


def _load() -> None:
    with suppress(ImportError, OSError):
        import certclient.ca.pkix.validation  # noqa: F401 - the import is all that is wanted
