"""The tray icon: fewest days left, notifications on the bank's reminder days, renewal by one
click."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from certclient.enrollment.overview import Condition, Overview, Row
from certclient.enrollment.procedure_status import ProcedurePhase
from certclient.model.deep_link import DeepLink, LinkError, Verb, parse
from certclient.model.visible_text import visible
from certclient.platform.toasts import Toast, ToastButton
from certclient.ui.shell.tray_icon import label_of, tray_icon
from certclient.ui.widgets.parts import notification

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.ui.context import AppContext

_NOTICE_MILLISECONDS = 15_000
_REMINDER_TAG = "reminder"
"""A newer reminder replaces the older one."""


def due_rows(overview: Overview) -> Sequence[Row]:
    """Returns the certificates that are due or expired but obtainable, the most urgent first."""
    found = [
        row
        for row in overview.rows
        if not row.absent and (row.condition.due or row.condition is Condition.OBTAINABLE)
    ]
    return sorted(found, key=lambda row: row.entry.certificate.not_after)


def worst(overview: Overview) -> Row | None:
    """Returns the most urgent of `due_rows`, else None."""
    return next(iter(due_rows(overview)), None)


def _obtains(row: Row) -> bool:
    return row.needs_another or row.condition is Condition.OBTAINABLE


class Tray(QObject):
    """The tray icon with its menu and notifications. The shell decides when it is visible."""

    renew_requested = Signal(object)
    """The Row to renew, or to obtain anew where that is the only way."""
    notice_requested = Signal()
    """The user clicked the notification."""
    open_requested = Signal()
    quit_requested = Signal()

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._worst: Row | None = None
        self._look: tuple[str, Condition | None, int] = (label_of(None), None, 0)
        self._drawn: object = None
        """The look of the icon, which takes long to draw: only when it is seen."""
        self.menu = QMenu()
        self.renew = self.menu.addAction("", self._renew)
        self.menu.setDefaultAction(self.renew)
        self.head = self.menu.addAction("", self.open_requested.emit)
        self.open = self.menu.addAction("", self.open_requested.emit)
        self.menu.addSeparator()
        self.quit = self.menu.addAction("", self.quit_requested.emit)
        self.icon = QSystemTrayIcon(self)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        self.icon.messageClicked.connect(self.notice_requested)
        context.languages.changed.connect(self._retranslate)
        self._retranslate()

    @staticmethod
    def available() -> bool:
        """Whether the desktop has a tray; some do not."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show_overview(self) -> None:
        """Updates icon, menu and tooltip from the observed state."""
        rows = due_rows(self._overview)
        row = rows[0] if rows else None
        self._look = (label_of(row), row.condition if row is not None else None, len(rows))
        self._worst = row
        if self.icon.isVisible():
            self._draw()
        self._retranslate()

    @property
    def _overview(self) -> Overview:
        return self._context.state.overview

    def show(self) -> None:
        self.set_visible(visible=True)

    def hide(self) -> None:
        self.set_visible(visible=False)

    def set_visible(self, *, visible: bool) -> None:
        """Shows or hides the icon."""
        if visible:
            self._draw()
        self.icon.setVisible(visible)

    def _draw(self) -> None:
        if self._drawn != self._look:
            self._drawn = self._look
            self.icon.setIcon(tray_icon(self._worst, self._look[2]))

    def remind(self, rows: Sequence[Row]) -> None:
        """Shows a notification about the first three of `rows`, with a button for the first one
        where the system's notifications have buttons."""
        text = "\n".join(self.sentence(row) for row in rows[:3])
        title = (
            self.tr("Please obtain a new certificate")
            if _obtains(rows[0])
            else self.tr("Please renew your certificate")
        )
        first = rows[0]
        act = ToastButton(self._act_text(first), self._link_to(first).text)
        later = ToastButton(self.tr("Later"))
        link = DeepLink(Verb.OPEN).text
        self._show(Toast(title, text, _REMINDER_TAG, link, (act, later)))

    def notify(self, title: str, text: str) -> None:
        """Shows a notification for 15 seconds."""
        tag = hashlib.sha256(title.encode()).hexdigest()[:16]
        self._show(Toast(visible(title), visible(text, lines=True), tag, DeepLink(Verb.OPEN).text))

    def _show(self, toast: Toast) -> None:
        """By the system's own mechanism or, where it has none, by Qt's, which has no buttons."""

        def shown(by_system: bool) -> None:
            if not by_system:
                self.icon.showMessage(
                    notification(toast.title),
                    notification(toast.text),
                    self.icon.icon(),
                    _NOTICE_MILLISECONDS,
                )

        self._context.tasks.run(partial(self._context.toast, toast), done=shown)

    def _act_text(self, row: Row) -> str:
        if _obtains(row):
            return self.tr("Obtain now")
        return self.tr("Renew now")

    @staticmethod
    def _link_to(row: Row) -> DeepLink:
        """The link to the wizard for `row`; where it cannot be written, to the main window."""
        verb = Verb.OBTAIN if _obtains(row) else Verb.RENEW
        certificate = row.entry.certificate
        link = DeepLink(
            verb, row.profile.id, row.entry.owner.user_id, serial=certificate.serial_hex
        )
        try:
            return parse(link.text)
        except LinkError:
            return DeepLink(Verb.OPEN)

    def sentence(self, row: Row) -> str:
        """Returns one sentence: bank, user ID, expiry and days left."""
        if row.needs_another:
            return self.tr("{bank}, {user}: the bank does not accept the certificate.").format(
                bank=self._context.bank(row.profile), user=visible(row.entry.full_id)
            )
        days = row.entry.life.days_left
        names = {
            "bank": self._context.bank(row.profile),
            "user": visible(row.entry.full_id),
            "until": self._context.catalogue.until(row.entry.life),
        }
        text = self.tr("{bank}, {user}: valid until {until}.").format(**names)
        left = self.tr("It has expired.")
        if row.condition is Condition.NO_GAIN:
            left = self.tr("A renewal would not make it valid for longer. Please ask your bank.")
        elif row.entry.life.closed:
            left = self.tr("It can only be obtained anew, with an issue code.")
        elif days >= 0:
            today = self.tr("Today is the last day.")
            left = self.tr("%n day(s) are left.", "", days) if days > 0 else today
        begun = self.tr("Its renewal is not finished yet.") if row.procedure is not None else ""
        return " ".join(part for part in (text, left, begun) if part)

    def _retranslate(self) -> None:
        row = worst(self._overview)
        self.head.setText(self._head(row).replace("&", "&&"))
        self.head.setVisible(row is not None)
        obtains = row is not None and _obtains(row)
        texts = {True: self.tr("Obtain a &new certificate"), False: self.tr("&Renew now")}
        self.renew.setText(texts[obtains])
        self.renew.setVisible(row is not None)
        self.open.setText(self.tr("&Open"))
        self.quit.setText(self.tr("&Quit"))
        self.icon.setToolTip(notification(self._tool_tip(row)))

    def _tool_tip(self, row: Row | None) -> str:
        running = sum(status.running for status in self._overview.procedures)
        if running:
            return self.tr("%n certificate(s) being renewed or obtained", "", running)
        if row is not None:
            return "\n".join(part for part in (self.sentence(row), self._others()) if part)
        procedures = self._overview.procedures
        waiting = sum(status.phase is ProcedurePhase.WAITING for status in procedures)
        if waiting:
            return self.tr("%n certificate(s) waiting to be issued", "", waiting)
        return self.tr("Client certificates")

    def _head(self, row: Row | None) -> str:
        """Whose certificate is the most urgent, the days left, and how many others are due."""
        if row is None:
            return ""
        days = row.entry.life.days_left
        left = self.tr("%n day(s) left", "", days) if days > 0 else self.tr("expired")
        if days == 0:
            left = self.tr("last day")
        text = f"{visible(row.entry.full_id)}: {left}"
        return "  ".join(part for part in (text, self._others()) if part)

    def _others(self) -> str:
        others = len(due_rows(self._overview)) - 1
        return self.tr("%n more due", "", others) if others > 0 else ""

    def _renew(self) -> None:
        row = worst(self._overview)
        if row is not None:
            self.renew_requested.emit(row)

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is not QSystemTrayIcon.ActivationReason.Context:
            self.open_requested.emit()
