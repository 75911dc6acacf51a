"""A desktop for windows in this process: window manager, real keys and clicks, a screen reader.

Needs a display and a D-Bus session of its own; `tests/ui/test_on_screen.py` provides both.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from support.wizards import until, wait

_HELD = 700
"""Milliseconds: longer than input is ignored after a page change."""

_LISTENER = Path(__file__).with_name("accessibility_listener.py")


@dataclass(frozen=True)
class Heard:
    """One event of the accessibility bus. `data`: its text, or a repr of what it carries."""

    kind: str
    role: str
    name: str
    description: str
    data: str

    @property
    def everything(self) -> str:
        return "\n".join((self.kind, self.role, self.name, self.description, self.data))


@dataclass(frozen=True)
class ScreenReader:
    """`file`: where the listener writes."""

    file: Path

    @property
    def heard(self) -> list[Heard]:
        lines = self.file.read_text(encoding="utf-8").split("\n")[:-1]
        return [Heard(*json.loads(line)) for line in lines]

    @property
    def announcements(self) -> list[str]:
        return [one.data for one in self.heard if one.kind == "object:announcement"]

    @property
    def focused(self) -> list[Heard]:
        return [one for one in self.heard if one.kind == "object:state-changed:focused"]

    @property
    def text_events(self) -> list[Heard]:
        return [one for one in self.heard if one.kind.startswith("object:text-changed")]

    def hears(self, text: str) -> None:
        """Waits for an announcement that contains `text`."""
        until(lambda: any(text in one for one in self.announcements), lambda: f"{self.heard}")


class Hands:
    """Presses real keys and the real mouse, like a person who has seen the page."""

    def press(self, *keys: str) -> None:
        wait(_HELD)
        _xdotool("key", *keys)

    def type(self, text: str) -> None:
        wait(_HELD)
        _xdotool("type", "--delay", "20", text)

    def double_click(self, widget: QWidget, milliseconds: int = 250) -> None:
        wait(_HELD)
        place = widget.mapToGlobal(QPoint(widget.width() // 2, widget.height() // 2))
        _xdotool("mousemove", str(place.x()), str(place.y()))
        _xdotool("click", "--repeat", "2", "--delay", str(milliseconds), "1")


def _xdotool(*words: str) -> None:
    """Runs the event loop meanwhile, as a program does while a person types."""
    process = subprocess.Popen(("xdotool", *words))
    until(lambda: process.poll() is not None)
    assert process.returncode == 0, words


@contextmanager
def window_manager() -> Iterator[None]:
    """openbox gives new windows the focus, as desktops do."""
    with _running(("openbox",)):
        yield


@contextmanager
def screen_reader(file: Path) -> Iterator[ScreenReader]:
    with _running(("/usr/bin/python3", str(_LISTENER), str(file))):
        until(lambda: file.exists() and '"ready"' in file.read_text(encoding="utf-8"))
        yield ScreenReader(file)


@contextmanager
def _running(command: Sequence[str]) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=sys.stderr)
    try:
        yield
    finally:
        process.terminate()
        process.wait()
