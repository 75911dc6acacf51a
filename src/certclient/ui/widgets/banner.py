"""The yellow リハーサル banner, shown on every window while a practice bank is in use."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QGridLayout, QMessageBox, QWidget

from certclient.ui.widgets.labels import PlainLabel

# Black on yellow in every colour scheme, like a warning sign.
_YELLOW = QColor("#ffd400")
_BLACK = QColor("#000000")


class RehearsalBanner(PlainLabel):
    """One line across the top of a window; hidden unless `rehearsal` is set."""

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
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.setText(self.tr("Rehearsal with the practice bank. Nothing here is real."))


def insert_banner(box: QMessageBox, rehearsal: bool) -> None:
    """Adds the banner to a finished message box: at the bottom, because its grid layout has no free
    row at the top."""
    layout = box.layout()
    if rehearsal and isinstance(layout, QGridLayout):
        banner = RehearsalBanner(rehearsal, box)
        layout.addWidget(banner, layout.rowCount(), 0, 1, layout.columnCount())
