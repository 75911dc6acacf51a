"""Python's cyclic garbage collector in a program that ends after some tenths of a second.

A command creates a hundred thousand objects, nearly all of which live until the end. With Python's
own thresholds the collector looks at them again and again, and once more at the exit: a fifth of
the processor time of `certclient list`, for nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_NEW_OBJECTS = 200_000
"""How many come to life between two collections, instead of 700: more than any command creates."""

USUAL = (700, 10, 10)
"""Python's own thresholds, for what runs for hours: `gc.set_threshold(*USUAL)`."""


@contextmanager
def rare_collections() -> Iterator[None]:
    """For a process's whole work: collects rarely, and not at the exit after the block."""
    _young, *older = gc.get_threshold()
    gc.set_threshold(_NEW_OBJECTS, *older)
    try:
        yield
    finally:
        gc.freeze()
