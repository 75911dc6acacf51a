"""Message boxes: what all have in common, and the question before typed text is lost."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from certclient.ui.widgets.banner import insert_banner
from certclient.ui.widgets.input_guard import InputGuard


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
    insert_banner(box, rehearsal)
    InputGuard(box)


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
