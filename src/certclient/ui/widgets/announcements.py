"""What a screen reader says without a change of focus: page titles, steps, errors, the end."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING, Protocol, cast

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleInterface,
    QAccessibleObject,
)

from certclient.platform.screen_readers import ScreenReaders

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_KEPT_SECONDS = 30
"""A screen reader asks for a notification's text when it comes to it."""


class Announcer(Protocol):
    """Has a screen reader say a text; see `Announcements`."""

    def __call__(self, widget: QWidget, text: str, *, urgent: bool = False) -> None: ...


class Announcements:
    """Has screen readers say a text: an announcement (Qt 6.8: UIA notification on Windows,
    `object:announcement` on AT-SPI), or a notification for an Orca that knows no announcements.

    Never both, or a newer Orca says it twice. See docs/adr/0022.
    """

    def __init__(self, readers: ScreenReaders | None = None) -> None:
        self._readers = readers or ScreenReaders()
        self._bar: _StatusBar | None = None

    def __call__(self, widget: QWidget, text: str, *, urgent: bool = False) -> None:
        """Says `text`, which belongs to `widget`'s window. `urgent`: at once, in place of what is
        being said."""
        if not text or not QAccessible.isActive():
            return
        if self._readers.take_announcements():
            _announce(widget, text, urgent=urgent)
        else:
            self._notify(text)

    def _notify(self, text: str) -> None:
        if self._bar is None:
            QAccessible.installFactory(_interface)
            self._bar = _StatusBar(QCoreApplication.instance())
            atexit.register(_delete, self._bar)
        notification = _Notification(self._bar, text)
        QAccessible.updateAccessibility(
            QAccessibleEvent(notification, QAccessible.Event.ObjectShow)
        )
        QTimer.singleShot(_KEPT_SECONDS * 1000, notification, notification.deleteLater)


def _delete(bar: QObject) -> None:
    """Before Qt ends: PySide crashes if Qt then deletes an accessible object made in Python."""
    if shiboken6.isValid(bar):
        shiboken6.delete(bar)


def _announce(widget: QWidget, text: str, *, urgent: bool) -> None:
    event = QAccessibleAnnouncementEvent(widget, text)
    politeness = QAccessible.AnnouncementPoliteness
    event.setPoliteness(politeness.Assertive if urgent else politeness.Polite)
    QAccessible.updateAccessibility(event)


class _StatusBar(QObject):
    """Contains the notifications: Orca then speaks their text without the word "notification" and
    without the window's name. Exists for screen readers only."""


class _Notification(QObject):
    """A text said once. An object of its own, as Orca may read it after the next one was shown."""

    def __init__(self, bar: _StatusBar, text: str) -> None:
        super().__init__(bar)
        self.text = text


class _Interface(QAccessibleObject):
    """What AT-SPI sees of a `_StatusBar` or a `_Notification`."""

    def parent(self) -> QAccessibleInterface:
        return QAccessible.queryAccessibleInterface(cast("QObject", self.object().parent()))

    def role(self) -> QAccessible.Role:
        said = isinstance(self.object(), _Notification)
        return QAccessible.Role.Notification if said else QAccessible.Role.StatusBar

    def text(self, t: QAccessible.Text, /) -> str:
        subject = self.object()
        if isinstance(subject, _Notification) and t is QAccessible.Text.Name:
            return subject.text
        return ""

    def state(self) -> QAccessible.State:
        return QAccessible.State()

    def childCount(self) -> int:
        return 0

    def child(self, _index: int, /) -> QAccessibleInterface:
        return cast("QAccessibleInterface", None)  # Qt's "none", which its types leave out

    def indexOfChild(self, _child: QAccessibleInterface, /) -> int:
        return -1


def _interface(_class_name: str, subject: QObject) -> QAccessibleInterface | None:
    return _Interface(subject) if isinstance(subject, _StatusBar | _Notification) else None
