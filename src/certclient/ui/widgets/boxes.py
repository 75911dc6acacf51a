"""Message boxes: what all have in common, and the question before typed text is lost."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from certclient.ui.widgets import icons
from certclient.ui.widgets.banner import insert_banner
from certclient.ui.widgets.buttons import ButtonRank, dress
from certclient.ui.widgets.input_guard import InputGuard
from certclient.ui.widgets.tokens import Severity, tokens

_ICON = 40
"""Pixels."""


def new_box(icon: QMessageBox.Icon, title: str, window: QWidget) -> QMessageBox:
    """Returns a message box over `window` that takes its texts as they are, never as HTML."""
    box = QMessageBox(window)
    box.setTextFormat(Qt.TextFormat.PlainText)  # of all its texts, if it comes first
    box.setIcon(icon)
    box.setWindowTitle(title)
    return box


def finish_box(box: QMessageBox, rehearsal: bool) -> None:
    """Completes a message box before it opens: the banner, and no answer by a click or a key that
    was meant for the window below."""
    _dress(box)
    insert_banner(box, rehearsal)
    InputGuard(box)


def _dress(box: QMessageBox) -> None:
    """Gives the box the icon and the buttons of our own windows."""
    severity = _SEVERITIES.get(box.icon(), Severity.INFORMATION)
    ratio = box.devicePixelRatioF()
    colour = tokens().state(severity).text
    picture = icons.pixmap(_ICONS.get(box.icon(), severity.value), colour, round(_ICON * ratio))
    picture.setDevicePixelRatio(ratio)
    box.setIconPixmap(picture)
    dangerous = (QMessageBox.ButtonRole.DestructiveRole, QMessageBox.ButtonRole.YesRole)
    for button in box.buttons():
        if isinstance(button, QPushButton):
            danger = box.buttonRole(button) in dangerous
            dress(button, ButtonRank.DANGER if danger else ButtonRank.SECONDARY)


_SEVERITIES = {
    QMessageBox.Icon.Warning: Severity.WARNING,
    QMessageBox.Icon.Critical: Severity.ERROR,
    QMessageBox.Icon.Question: Severity.WARNING,
}
_ICONS = {QMessageBox.Icon.Question: "help"}


class LossQuestion(QMessageBox):
    """Asks whether typed text may be lost. Enter and Esc keep it."""

    def __init__(self, window: QWidget, rehearsal: bool, *, stopping: bool = False) -> None:
        """`stopping`: the procedure stops and the window stays; otherwise the window closes."""
        super().__init__(window)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setIcon(QMessageBox.Icon.Question)
        self.setWindowTitle(self.tr("Stop here?") if stopping else self.tr("Close?"))
        self.setText(
            self.tr("What you have typed will be lost. Stop here?")
            if stopping
            else self.tr("What you have typed will be lost. Close the window?")
        )
        buttons = QMessageBox.StandardButton
        self.setStandardButtons(buttons.Yes | buttons.No)
        self.setDefaultButton(buttons.No)
        self.setEscapeButton(buttons.No)
        finish_box(self, rehearsal)

    def agreed(self) -> bool:
        """Blocks until it is answered; returns whether the text may be lost."""
        answer = self.exec()
        self.deleteLater()
        return answer == QMessageBox.StandardButton.Yes
