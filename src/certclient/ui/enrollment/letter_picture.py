"""A drawing of the bank's letter, with the places of the user ID and the issue code marked."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from certclient.ui.widgets.tokens import Radius, Space, tokens

_WIDTH, _HEIGHT = 9.5, 12.5
"""In text line heights."""
_BARS = ((0.7, 0.9), (1.6, 0.75), (8.3, 1.0), (9.2, 0.85), (10.1, 0.93), (11.0, 0.6))
"""Lines of print: distance from the top in line heights, and their share of the width."""


class LetterPicture(QWidget):
    """Decoration for the eyes: the texts beside it say the same."""

    def __init__(self) -> None:
        super().__init__()
        self._code_only = False
        self._user, self._code = "", ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._retranslate()

    def show_code_only(self, code_only: bool) -> None:
        """Marks the issue code alone where only that is asked for."""
        self._code_only = code_only
        self.update()

    def sizeHint(self) -> QSize:
        """Grows with the text."""
        line = self.fontMetrics().height()
        return QSize(round(_WIDTH * line), round(_HEIGHT * line))

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()
        if event.type() is QEvent.Type.FontChange:
            self.updateGeometry()

    def _retranslate(self) -> None:
        self._user, self._code = self.tr("User ID"), self.tr("Issue code")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the paper, lines of print and the two marked places."""
        colours, line = tokens(), float(self.fontMetrics().height())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paper = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(colours.border)
        painter.setBrush(colours.card)
        painter.drawRoundedRect(paper, Radius.CONTROL, Radius.CONTROL)
        inner = paper.adjusted(Space.M, Space.S, -Space.M, -Space.S)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.line)
        for top, share in _BARS:
            bar = QRectF(inner.left(), inner.top() + top * line, inner.width() * share, line * 0.3)
            painter.drawRoundedRect(bar, 2, 2)
        self._paint_place(painter, inner, 2.6, self._user, marked=not self._code_only)
        self._paint_place(painter, inner, 5.2, self._code, marked=True)
        painter.end()

    def _paint_place(
        self, painter: QPainter, inner: QRectF, top: float, name: str, *, marked: bool
    ) -> None:
        colours, line = tokens(), float(self.fontMetrics().height())
        box = QRectF(inner.left() - Space.S, inner.top() + top * line, 0, 2.4 * line)
        box.setRight(inner.right() + Space.S)
        if marked:
            painter.setPen(QPen(colours.accent, 2))
            painter.setBrush(colours.accent_ground)
            painter.drawRoundedRect(box, Radius.CONTROL, Radius.CONTROL)
        painter.setPen(colours.text if marked else colours.secondary)
        area = box.adjusted(Space.S, Space.XS, -Space.S, -Space.XS)
        alignment = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
        fits = QFontMetricsF(painter.font()).elidedText(
            name, Qt.TextElideMode.ElideRight, area.width()
        )
        painter.drawText(area, alignment, fits)
        self._paint_characters(painter, area, colours.accent if marked else colours.line)

    def _paint_characters(self, painter: QPainter, area: QRectF, colour: QColor) -> None:
        """Blocks in place of characters, in groups of four."""
        line = float(self.fontMetrics().height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        side = min(area.width() / 20, line * 0.5)
        for number in range(16):
            x = area.left() + number * side + (number // 4) * side
            block = QRectF(x, area.bottom() - line * 0.45, side * 0.72, line * 0.45)
            painter.drawRoundedRect(block, 1, 1)
