"""What the pages of 「新しいパソコンに移る」 have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from certclient.model.visible_text import visible
from certclient.ui.widgets.button_bar import Buttons
from certclient.ui.widgets.card import Card
from certclient.ui.widgets.fields import RadioButton
from certclient.ui.widgets.labels import CardTitle, Heading, PlainLabel, Sentence
from certclient.ui.widgets.paper import print_document
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.i18n.move_sheet import Sheet
    from certclient.ui.overview.moving.flow import MoveFlow


class MovePage(QWidget):
    """A page; the window shows its buttons and sets the focus."""

    changed = Signal()
    """Its buttons mean something else."""

    def __init__(self, flow: MoveFlow) -> None:
        super().__init__()
        self.flow = flow
        self.heading = Heading()
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(Space.L, Space.L, Space.L, Space.M)
        self.body.setSpacing(Space.M)
        self.body.addWidget(self.heading)

    def enter(self) -> None:
        """Called when the page comes into view, before `retranslate`."""

    def retranslate(self) -> None:
        """Sets all texts."""

    def buttons(self) -> Buttons:
        """The buttons that are needed now."""
        return Buttons(close=self.tr("&Close"))

    def close_window(self) -> None:
        """The last page's button."""
        self.window().close()

    def first_field(self) -> QWidget | None:
        """The field to fill in, None without one."""
        return None

    def spoken(self) -> str:
        """What a screen reader says when the page comes into view."""
        return self.heading.text()


class RadioList(Card):
    """Radio buttons, one below the other, of which one is chosen."""

    def __init__(self) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self.radios: list[RadioButton] = []

    def offer(self, number: int) -> None:
        """Replaces the radio buttons by `number` new ones; the first is chosen."""
        for radio in self.radios:
            self._group.removeButton(radio)
            self.body.removeWidget(radio)
            radio.hide()  # not without a parent: it would be a window for a moment
            radio.deleteLater()
        self.radios = [RadioButton() for _ in range(number)]
        for radio in self.radios:
            self._group.addButton(radio)
            self.body.addWidget(radio)
        for radio in self.radios[:1]:
            radio.setChecked(True)

    def set_texts(self, texts: Sequence[str]) -> None:
        """One text per radio button, as it is: parts of it may come from outside."""
        for radio, text in zip(self.radios, texts, strict=True):
            radio.setText(visible(text).replace("&", "&&"))

    @property
    def chosen(self) -> int | None:
        """The index of the chosen one, None if there is none."""
        return next((n for n, radio in enumerate(self.radios) if radio.isChecked()), None)


class SheetView(QWidget):
    """The steps of a sheet: what to do in bold, how below it."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.XS)

    def show_sheet(self, sheet: Sheet) -> None:
        """Replaces what is shown."""
        while item := self._column.takeAt(0):
            if widget := item.widget():
                widget.hide()  # not without a parent: it would be a window for a moment
                widget.deleteLater()
        for number, step in enumerate(sheet.steps, start=1):
            title: PlainLabel = CardTitle()
            title.setText(f"{number}. {step.title}")
            text = Sentence()
            text.setText(step.text)
            text.setContentsMargins(Space.L, 0, 0, Space.S)
            self._column.addWidget(title)
            self._column.addWidget(text)


def print_sheet(sheet: Sheet, parent: QWidget) -> None:
    """Asks for a printer and prints the page."""
    document = QTextDocument()
    document.setPlainText("\n".join(sheet.lines))  # texts from outside are no markup
    print_document(document, parent)
