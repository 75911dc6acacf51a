"""What a screen reader says without a change of focus: page titles, steps, errors, the end."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget


class Announcer(Protocol):
    """Has a screen reader say a text; see `announce`."""

    def __call__(self, widget: QWidget, text: str, *, urgent: bool = False) -> None: ...


def announce(widget: QWidget, text: str, *, urgent: bool = False) -> None:
    """Has screen readers say `text` (Qt 6.8: UIA notification on Windows, `object:announcement` on
    AT-SPI). `urgent`: at once, in place of what is being said."""
    if not text or not QAccessible.isActive():
        return
    event = QAccessibleAnnouncementEvent(widget, text)
    politeness = QAccessible.AnnouncementPoliteness
    event.setPoliteness(politeness.Assertive if urgent else politeness.Polite)
    QAccessible.updateAccessibility(event)
