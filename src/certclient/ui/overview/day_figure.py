"""The days left as a number that can be read from a metre away."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from certclient.ui.overview.card_texts import Number
from certclient.ui.widgets.parts import BigNumber, CardTitle, SecondaryText, SmallText
from certclient.ui.widgets.tokens import Space

_NO_NUMBER = Number("")


class DayFigure(QWidget):
    """The number with its words, and the deadline to the minute below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before, self._figure, self._after = SecondaryText(), BigNumber(), SecondaryText()
        self._words, self._caption, self._until = CardTitle(), SmallText(), SecondaryText()
        self._lines = (self._words, self._caption, self._until)
        for one in (self._before, self._figure, self._after, *self._lines):
            one.setWordWrap(False)
        self._number_row = QHBoxLayout()
        self._number_row.setSpacing(Space.XS)
        for part in (self._before, self._figure, self._after):
            self._number_row.addWidget(part, 0, Qt.AlignmentFlag.AlignBaseline)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._number_row)
        for label in self._lines:
            column.addWidget(label)
        self.align(right=True)

    def show_days(self, number: Number, caption: str, until: str) -> None:
        """Shows the number, and the deadline under its caption; "" for none."""
        figure = number if number.figure else _NO_NUMBER
        self._before.set_text(figure.before)
        self._figure.set_text(figure.figure)
        self._after.set_text(figure.after)
        self._words.set_text("" if number.figure else number.before)
        self._caption.set_text(caption if until else "")
        # What follows in brackets, such as the hour at which renewal closes, stands below.
        self._until.set_text(until.replace(" (", "\n(").replace("（", "\n（"))

    def align(self, *, right: bool) -> None:
        """At the card's right edge, or below its texts."""
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        self._number_row.setAlignment(side)
        for label in self._lines:
            label.setAlignment(side)

    @property
    def figure(self) -> str:
        """The number as it is shown, "" for none."""
        return self._figure.text() if not self._figure.isHidden() else ""
