"""The yellow banner リハーサル on every window while a practice bank is in use."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QMessageBox, QWidget

# Black on yellow in every colour scheme: a warning sign that is not to be mistaken.
_YELLOW = QColor("#ffd400")
_BLACK = QColor("#000000")


class RehearsalBanner(QLabel):
    """One line across the top of a window; hidden unless it is a rehearsal."""

    def __init__(self, rehearsal: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, _YELLOW)
        palette.setColor(QPalette.ColorRole.WindowText, _BLACK)
        self.setPalette(palette)
        self.setAutoFillBackground(True)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setMargin(4)
        self._retranslate()
        self.setVisible(rehearsal)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.setText(self.tr("Rehearsal with the practice bank. Nothing here is real."))


def put_banner_into(box: QMessageBox, rehearsal: bool) -> None:
    """The banner below a finished message box, whose layout leaves no room above."""
    layout = box.layout()
    if rehearsal and isinstance(layout, QGridLayout):
        banner = RehearsalBanner(rehearsal, box)
        layout.addWidget(banner, layout.rowCount(), 0, 1, layout.columnCount())
