"""Pictures of windows that are the same in every run: settled, without random values, on one date.

Bank, TLS and certificates live by the machine's time; what the windows write is moved to `NOW`.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from shiboken6 import isValid

from certclient.i18n.catalogue import Catalogue
from certclient.model.japan_time import TOKYO, in_tokyo
from support.wizards import wait

NOW = datetime(2026, 12, 1, 10, 0, tzinfo=TOKYO)
_END_OF_DAY = (23, 59)

_RANDOM = re.compile(r"\b[0-9a-f]{8}(?: ?[0-9a-f]{8})+(?:[0-9a-f]{1,7}\b)?")
"""Serial numbers, fingerprints and identifiers of keys, as the windows show them."""

_PAUSE = 60
"""Milliseconds between two looks at a window that should not change any more."""
_LOOKS = 30
"""Then something in it moves, as styles of Windows do; the picture is taken as it is."""


def settled_picture(window: QWidget) -> QPixmap:
    """A picture of `window` once its layout is final, with fixed values for random ones."""
    QApplication.setCursorFlashTime(0)  # else a text cursor is at times invisible
    with fixed_values(window) as values:
        picture = window.grab()
        for _ in range(_LOOKS):
            wait(_PAUSE)
            values.fix()
            before, picture = picture.toImage(), window.grab()
            if before == picture.toImage():
                break
        return picture


class PictureDates:
    """Moves the dates that windows write so that `clock`, which stands still, would be at `NOW`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._real = datetime.now(UTC)
        self._days = NOW.date() - in_tokyo(self._real).date()
        minute, day = Catalogue.minute, Catalogue.day
        monkeypatch.setattr(Catalogue, "minute", lambda own, at: minute(own, self._moved(at)))
        monkeypatch.setattr(Catalogue, "day", lambda own, at: day(own, at + self._days))

    def clock(self) -> datetime:
        """The time at which the pictures were begun."""
        return self._real

    def _moved(self, moment: datetime) -> datetime:
        """Ends of validity stay ends of days in Japan; other moments keep their distance."""
        local = in_tokyo(moment)
        if (local.hour, local.minute) == _END_OF_DAY:
            return moment + self._days
        return moment + (NOW - self._real)


@contextmanager
def fixed_values(window: QWidget) -> Iterator[FixedValues]:
    """Replaces random values in the labels of `window` by fixed ones of the same length."""
    values = FixedValues(window)
    values.fix()
    try:
        yield values
    finally:
        values.restore()


class FixedValues:
    """The labels of a window whose random values are replaced.

    A page may fill itself while its picture is taken: labels go, come and get other texts.
    """

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._replaced: list[tuple[QLabel, str, str]] = []
        """Each label with its own text and what it shows instead."""
        self._known: dict[str, str] = {}
        self._numbers = itertools.count(1)

    def fix(self) -> None:
        """Replaces the values of all labels that there are now."""
        self._replaced = [one for one in self._replaced if _still_shows(one)]
        done = [label for label, _, _ in self._replaced]
        for label in self._window.findChildren(QLabel):
            if label not in done and _RANDOM.search(label.text()):
                own = label.text()
                label.setText(_RANDOM.sub(self._fixed, own))
                self._replaced.append((label, own, label.text()))

    def restore(self) -> None:
        """Gives the labels their own texts again."""
        for label, own, _ in filter(_still_shows, self._replaced):
            label.setText(own)
        self._replaced.clear()

    def _fixed(self, found: re.Match[str]) -> str:
        text = found[0]
        if text not in self._known:
            self._known[text] = _of_same_form(text, next(self._numbers))
        return self._known[text]


def _still_shows(replaced: tuple[QLabel, str, str]) -> bool:
    label, _, shown = replaced
    return isValid(label) and label.text() == shown


def _of_same_form(text: str, number: int) -> str:
    digits = iter(hashlib.sha256(str(number).encode()).hexdigest())
    return "".join(character if character == " " else next(digits) for character in text)
