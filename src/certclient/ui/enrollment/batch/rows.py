"""A row of 「すべて更新」: box or sign, facts, state, reason, 「この1件をもう一度」."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from certclient.ui.widgets.buttons import SecondaryButton
from certclient.ui.widgets.card import Card
from certclient.ui.widgets.error_panel import ErrorPanel
from certclient.ui.widgets.fields import CheckBox
from certclient.ui.widgets.labels import CardTitle, SecondaryText, Sentence, StrongText, sentences
from certclient.ui.widgets.sign import SignLabel

if TYPE_CHECKING:
    from certclient.ui.enrollment.batch.texts import RowText

_TOP = Qt.AlignmentFlag.AlignTop


class BatchRowView(Card):
    """All texts wrap, so nothing is cut off. Each box and each button is a tab stop."""

    chosen = Signal(bool)
    again = Signal()

    def __init__(self) -> None:
        body = QWidget()
        super().__init__(body)
        self.sign, self.box, self._name = SignLabel(), CheckBox(), CardTitle()
        self._facts, self._state, self._note = SecondaryText(), StrongText(), Sentence()
        self.error, self.again_button = ErrorPanel(), SecondaryButton()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.box, 0, 1)
        parts = (self._name, self._facts, self._state, self._note, self.error)
        for line, part in enumerate(parts, start=1):
            grid.addWidget(part, line, 1)
        grid.addWidget(self.again_button, len(parts) + 1, 1, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(self.sign, 0, 0, len(parts) + 1, 1, _TOP)
        self.box.toggled.connect(self.chosen)
        self.again_button.clicked.connect(self.again)

    @property
    def text(self) -> str:
        """What the row says about its state: state, reason and next step."""
        error = self.error.spoken() if self.error.isVisible() else ""
        return sentences(self._state.text(), self._note.text(), error)

    @property
    def facts(self) -> str:
        """Bank, place and end."""
        return self._facts.text()

    def show_row(self, row: RowText) -> None:
        """Shows `row`; keeps the focus where it is."""
        self.sign.show_sign(row.sign)
        self.sign.setVisible(row.sign is not None)
        self.box.setVisible(row.choice)
        self.box.setText(row.full_id.replace("&", "&&"))
        self.box.setEnabled(row.can_choose)
        self.box.setChecked(row.chosen)
        self._name.set_text("" if row.choice else row.full_id)
        self._facts.setText(row.facts)
        self._state.set_text(row.state)
        self._note.set_text(row.note)
        self.error.setVisible(row.error is not None)
        if row.error is not None:
            self.error.show_error(row.error, row.severity, title=row.error.title)
        self.again_button.setText(row.again)
        self.again_button.setVisible(bool(row.again))
        self.again_button.setAccessibleName(f"{row.again} {row.full_id}")
        said = sentences(row.facts, row.state, row.note, row.error.title if row.error else "")
        self.box.setAccessibleDescription(said)
        self.setAccessibleName(sentences(row.full_id, said))
