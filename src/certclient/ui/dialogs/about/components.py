"""Third-party licences: a list of components, a search, and the selected component's text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRegularExpression, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor, QTextDocument
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from certclient.ui.dialogs.about.notices import Component, third_party_notices
from certclient.ui.widgets.fields import TextField
from certclient.ui.widgets.labels import PlainLabel, Sentence
from certclient.ui.widgets.read_only_text import read_only_text
from certclient.ui.widgets.selection import keep_selection_visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.ui.context import AppContext


class SearchField(TextField):
    """Emits `wanted` on Enter. In a dialog, Enter would also press the default button."""

    wanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Consumes Enter and emits `wanted`."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.wanted.emit()
        else:
            super().keyPressEvent(event)


class NoticesPage(QWidget):
    """Empty until `load`. Typing filters the list to components that contain all words; Enter moves
    to the next match in the text."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._components: Sequence[Component] = ()
        self._loading = False
        self._label = PlainLabel()
        self.search = SearchField()
        self._label.setBuddy(self.search)
        self.search.setClearButtonEnabled(True)
        self.found = Sentence()
        self.parts = QListWidget()
        keep_selection_visible(self.parts)
        self.text = read_only_text()
        self._lay_out()
        self.search.textChanged.connect(self._filter)
        self.search.wanted.connect(self._go_on)
        self.parts.currentItemChanged.connect(self._show)
        self._retranslate()

    def load(self) -> None:
        """Reads the notices in a worker, once."""
        if not self._loading:
            self._loading = True
            self._context.tasks.run(third_party_notices, done=self._loaded)

    @property
    def visible_parts(self) -> list[str]:
        """Titles of the components that match the search."""
        items = [self.parts.item(row) for row in range(self.parts.count())]
        return [item.text() for item in items if not item.isHidden()]

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _lay_out(self) -> None:
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setChildrenCollapsible(False)
        halves.addWidget(self.parts)
        halves.addWidget(self.text)
        halves.setStretchFactor(0, 2)
        halves.setStretchFactor(1, 3)
        self.parts.setWordWrap(True)
        layout = QVBoxLayout(self)
        for part in (self._label, self.search, self.found):
            layout.addWidget(part)
        layout.addWidget(halves, 1)

    def _loaded(self, components: Sequence[Component]) -> None:
        self._components = components
        for component in components:
            item = QListWidgetItem(component.title, self.parts)
            item.setData(Qt.ItemDataRole.UserRole, component)
        self.parts.setCurrentRow(0)
        self._filter()

    def _filter(self) -> None:
        """Keeps components whose title, licence or text contains all words."""
        words = self.search.text().casefold().split()
        rows = range(self.parts.count())
        for row, component in zip(rows, self._components, strict=True):
            whole = f"{component.title} {component.licence} {component.text}".casefold()
            self.parts.item(row).setHidden(not all(word in whole for word in words))
        current = self.parts.currentItem()
        if current is None or current.isHidden():
            left = [row for row in rows if not self.parts.item(row).isHidden()]
            self.parts.setCurrentRow(left[0] if left else -1)
        self._find_from(QTextCursor(self.text.document()))
        self._retranslate()

    def _show(self, item: QListWidgetItem | None) -> None:
        component = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        self.text.setPlainText(_whole(component) if isinstance(component, Component) else "")
        self._find_from(QTextCursor(self.text.document()))

    def _go_on(self) -> None:
        if not self._find_from(self.text.textCursor()):
            self._find_from(QTextCursor(self.text.document()))

    def _find_from(self, start: QTextCursor) -> bool:
        """Selects the first word's next match after `start`; returns whether there is one."""
        word = next(iter(self.search.text().split()), "")
        if not word:
            return False
        pattern = QRegularExpression(
            QRegularExpression.escape(word), QRegularExpression.PatternOption.CaseInsensitiveOption
        )
        found = self.text.document().find(pattern, start, QTextDocument.FindFlag(0))
        if found.isNull():
            return False
        self.text.setTextCursor(found)
        return True

    def _retranslate(self) -> None:
        self._label.setText(self.tr("&Search in the licences"))
        self.parts.setAccessibleName(self.tr("Parts by others"))
        self.text.setAccessibleName(self.tr("The text of the licence"))
        self.found.setText(self.tr("%n part(s)", "", len(self.visible_parts)))


def _whole(component: Component) -> str:
    head = [component.title, component.licence, component.home]
    return "\n".join(line for line in head if line) + f"\n\n{component.text}"
