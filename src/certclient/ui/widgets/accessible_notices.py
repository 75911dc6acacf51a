"""What screen readers see of texts that no widget shows; loaded with the first of them only, as it
makes many of Qt's types."""

from __future__ import annotations

import atexit
from typing import cast

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleInterface,
    QAccessibleObject,
)
from PySide6.QtWidgets import QWidget

_KEPT_SECONDS = 30
"""A screen reader asks for a notification's text when it comes to it."""


def is_listened_to() -> bool:
    """Whether a screen reader, or another such tool, is active."""
    return QAccessible.isActive()


def announce(widget: QWidget, text: str, *, urgent: bool) -> None:
    """Has a screen reader that knows announcements say `text`."""
    event = QAccessibleAnnouncementEvent(widget, text)
    politeness = QAccessible.AnnouncementPoliteness
    event.setPoliteness(politeness.Assertive if urgent else politeness.Polite)
    QAccessible.updateAccessibility(event)


class Notices:
    """Notifications for a screen reader that knows no announcements. One per program."""

    def __init__(self) -> None:
        QAccessible.installFactory(_interface)
        self._bar = _StatusBar(QCoreApplication.instance())
        atexit.register(_delete, self._bar)

    def show(self, text: str) -> None:
        """Has a screen reader say `text`."""
        notification = _Notification(self._bar, text)
        QAccessible.updateAccessibility(
            QAccessibleEvent(notification, QAccessible.Event.ObjectShow)
        )
        QTimer.singleShot(_KEPT_SECONDS * 1000, notification, notification.deleteLater)


def _delete(bar: QObject) -> None:
    """Before Qt ends: PySide crashes if Qt then deletes an accessible object made in Python."""
    if shiboken6.isValid(bar):
        shiboken6.delete(bar)


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
