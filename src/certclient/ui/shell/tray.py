"""The tray: the worst days left, a notification at the bank's days, one click to the renewal."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from certclient.enrollment.overview import Condition, Overview, Row
from certclient.enrollment.procedure import State
from certclient.ui.context import AppContext
from certclient.ui.shell.tray_icon import tray_icon

_NOTICE_MILLISECONDS = 15_000


def worst(overview: Overview) -> Row | None:
    """The certificate that is the most urgent, None if nothing is due."""
    concerned = [
        row for row in overview.rows if row.condition.due or row.condition is Condition.OBTAINABLE
    ]
    return min(concerned, key=lambda row: row.entry.certificate.not_after, default=None)


class Tray(QObject):
    """Shown by the shell only while there is something to say."""

    renew_wanted = Signal(object)
    """The Row."""
    notice_wanted = Signal()
    """The notification was clicked."""
    open_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._overview = Overview(context.clock())
        self.menu = QMenu()
        self.renew = self.menu.addAction("", self._renew)
        self.open = self.menu.addAction("", self.open_wanted.emit)
        self.menu.addSeparator()
        self.quit = self.menu.addAction("", self.quit_wanted.emit)
        self.icon = QSystemTrayIcon(tray_icon(None), self)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        self.icon.messageClicked.connect(self.notice_wanted)
        context.languages.changed.connect(self._retranslate)
        self._retranslate()

    @staticmethod
    def available() -> bool:
        """Some desktops have no tray."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show_overview(self, overview: Overview) -> None:
        self._overview = overview
        row = worst(overview)
        self.icon.setIcon(tray_icon(row))
        self._retranslate()

    def show(self) -> None:
        self.icon.show()

    def hide(self) -> None:
        self.icon.hide()

    def remind(self, rows: Sequence[Row]) -> None:
        """A notification about these, the first one by name."""
        text = "\n".join(self.sentence(row) for row in rows[:3])
        self.icon.showMessage(
            self.tr("Please renew your certificate"),
            text,
            self.icon.icon(),
            _NOTICE_MILLISECONDS,
        )

    def tell(self, title: str, text: str) -> None:
        self.icon.showMessage(title, text, self.icon.icon(), _NOTICE_MILLISECONDS)

    def sentence(self, row: Row) -> str:
        """Whose certificate ends when."""
        days = row.entry.life.days_left
        names = {
            "bank": self._context.bank(row.profile),
            "user": row.entry.full_id,
            "until": self._context.words.minute(row.entry.life.deadline),
        }
        text = self.tr("{bank}, {user}: valid until {until}.").format(**names)
        if days > 0:
            return text + " " + self.tr("%n day(s) are left.", "", days)
        if days == 0:
            return text + " " + self.tr("Today is the last day.")
        return text + " " + self.tr("It has expired.")

    def _retranslate(self) -> None:
        row = worst(self._overview)
        self.renew.setText(self.tr("&Renew now"))
        self.renew.setVisible(row is not None)
        self.open.setText(self.tr("&Open"))
        self.quit.setText(self.tr("&Quit"))
        self.icon.setToolTip(self._tool_tip(row))

    def _tool_tip(self, row: Row | None) -> str:
        if row is not None:
            return self.sentence(row)
        waiting = sum(view.state is State.WAITING for view in self._overview.pending)
        if waiting:
            return self.tr("%n certificate(s) waiting to be issued", "", waiting)
        return self.tr("Client certificates")

    def _renew(self) -> None:
        row = worst(self._overview)
        if row is not None:
            self.renew_wanted.emit(row)

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is not QSystemTrayIcon.ActivationReason.Context:
            self.open_wanted.emit()
