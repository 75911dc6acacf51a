"""Lines below the list: places that cannot be used, and the undo of what was just done."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from certclient.enrollment.overview import Overview, Row
from certclient.model.destination import Destination
from certclient.ui.context import AppContext
from certclient.ui.widgets.parts import Sentence

_UNDO_SECONDS = 60


class NoteLines(Sentence):
    """Says of each place that cannot be used why, and where help is; hidden while all is well."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._overview = Overview(context.clock())
        self.hide()

    def show_overview(self, overview: Overview) -> None:
        self._overview = overview
        self._retranslate()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.say("\n".join(self._lines()))

    def _lines(self) -> list[str]:
        words, overview = self._context.words, self._overview
        lines: list[str] = []
        for store in overview.stores:
            error = overview.unusable.get(store.store_id)
            if error is None:
                continue
            place = words.destination(store.destination)
            if store.destination is Destination.USB:
                place = self.tr("{0} ({1})").format(place, store.label)
            shown = words.error(error)
            text = self.tr("{place} cannot be used: {title}. {next}")
            named = text.format(place=place, title=shown.title, next=shown.next_step)
            lines.append(f"{named} [{shown.code}]")
        if overview.trouble is not None:
            shown = words.error(overview.trouble)
            lines.append(f"{shown.title}. {shown.next_step} [{shown.code}]")
        return lines


class UndoLine(QWidget):
    """「しまいました」 with a button that takes it back, for a minute."""

    undo_wanted = Signal(object)
    """The Row that was put away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: Row | None = None
        self._text = Sentence()
        self.button = QPushButton()
        self.button.clicked.connect(self._undo)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._text, 1)
        layout.addWidget(self.button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_UNDO_SECONDS * 1000)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def offer(self, row: Row) -> None:
        self._row = row
        self._retranslate()
        self.show()
        self._timer.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.button.setText(self.tr("&Undo"))
        if self._row is not None:
            entry = self._row.entry
            text = self.tr("The certificate of {user} (serial number {serial}) was put away.")
            self._text.setText(text.format(user=entry.full_id, serial=entry.certificate.serial_hex))

    def _undo(self) -> None:
        self.hide()
        if self._row is not None:
            self.undo_wanted.emit(self._row)
