"""Loads what stands behind the first window, each part in the thread where that is safe.

PySide6 makes Qt's types when they are first used, and classes made of them in any other thread than
the one that handles events end the program at times (SIGSEGV, about one start of a hundred on a
busy machine). So a worker loads all that needs no Qt, and then the GUI thread the windows, a
few milliseconds at a time (docs/adr/0049).
"""

from __future__ import annotations

import importlib
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from certclient.ui.shell import loading_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_STEP_SECONDS = 0.005
"""Between two events the GUI thread loads modules for so long, or one that takes longer."""

_LAST = object()


def load_behind_program() -> None:
    """Loads what the main window needs and that has nothing to do with Qt; call it in a worker."""
    _load(loading_order.BEHIND_PROGRAM)


def load_behind_next_click() -> None:
    """Loads what the next click needs, as above."""
    _load(loading_order.BEHIND_NEXT_CLICK)


def program_windows() -> Iterator[None]:
    """Loads the main window and what acts behind it, in steps; in the GUI thread."""
    return _loading(loading_order.PROGRAM)


def next_click_windows() -> Iterator[None]:
    """Loads the windows that the next click opens, as above: it would stall while they load."""
    return _loading(loading_order.NEXT_CLICK)


def in_steps(steps: Iterator[None], done: Callable[[], None] = lambda: None) -> None:
    """Takes one step per turn of the event loop, so that none of them stalls the windows, then
    calls `done`."""
    if next(steps, _LAST) is _LAST:
        done()
    else:
        QTimer.singleShot(0, lambda: in_steps(steps, done))


def _load(names: Sequence[str]) -> None:
    for name in names:
        importlib.import_module(name)


def _loading(names: Sequence[str]) -> Iterator[None]:
    end = time.perf_counter() + _STEP_SECONDS
    for name in names:
        importlib.import_module(name)
        if time.perf_counter() > end:
            yield
            end = time.perf_counter() + _STEP_SECONDS
