"""Lines below the list: banks and stores that cannot be used, and what the last action did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal

from certclient.enrollment.inventory import UNREAD
from certclient.enrollment.store_problems import store_notes
from certclient.model.destination import Destination
from certclient.model.errors import ErrorCode
from certclient.model.visible_text import visible
from certclient.ui.overview.archiving import ArchiveAction
from certclient.ui.widgets.buttons import SecondaryButton
from certclient.ui.widgets.callout import Callout
from certclient.ui.widgets.parts import SmallText
from certclient.ui.widgets.tokens import Severity

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from certclient.enrollment.overview import Overview, Row
    from certclient.store.base import StoredCertificate
    from certclient.ui.context import AppContext
    from certclient.ui.overview.checked_actions import CheckedActions

_UNDO_SECONDS = 60
_CHECKING_SECONDS = 2
"""What takes less needs no words."""
_FINGERPRINT_DIGITS = 16


class NoteLines(Callout):
    """States why each unusable bank and store cannot be used and what to do; hidden if all work."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(Severity.WARNING, parent)
        self._context = context
        self._tokens_told = False

    def show_overview(self, *, tokens_told: bool) -> None:
        """Updates the lines from the observed state. `tokens_told`: the page above says why no
        token can be used."""
        self._tokens_told = tokens_told
        self._retranslate()

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.set_text("\n".join(self._lines()))

    def _lines(self) -> list[str]:
        catalogue, overview = self._context.catalogue, self._context.state.overview
        lines = self._banks()
        for store, error in store_notes(overview, self._context.profiles):
            if self._tokens_told and store.destination is Destination.USB:
                continue
            place = self._context.place(store)
            shown = catalogue.error(error)
            text = self.tr("{place} cannot be used: {title}. {next}")
            named = text.format(place=place, title=shown.title, next=shown.next_step)
            lines.append(f"{named} [{shown.code}]")
            if error.code in UNREAD:
                # Certificates are missing from the list: which folder, and why.
                lines += shown.details
        lines += [self._unreadable(stored) for stored in overview.unreadable]
        told = (overview.journal_error, *overview.statuses.damaged, overview.scan_error)
        for shown in (catalogue.error(found) for found in told if found is not None):
            lines.append(f"{shown.title}. {shown.next_step} [{shown.code}]")
        return lines

    def _banks(self) -> list[str]:
        """Banks that cannot be used, with the file's name."""
        lines: list[str] = []
        for error in self._context.bank_errors:
            shown = self._context.catalogue.error(error)
            lines += [f"{shown.title} [{shown.code}]", *shown.details, shown.next_step]
        return lines

    def _unreadable(self, stored: StoredCertificate) -> str:
        text = self.tr(
            "A certificate ({name}, fingerprint {fingerprint}) cannot be renewed, because it cannot"
            " be read whose it is."
        )
        fingerprint = stored.certificate.fingerprint[:_FINGERPRINT_DIGITS]
        shown = text.format(name=stored.friendly_name, fingerprint=fingerprint)
        return f"{shown} [{ErrorCode.CERTIFICATE_DAMAGED.code}]"


class CheckingLine(SmallText):
    """Says that the list shows what was last known, if reading the stores takes long or an action
    waits for it."""

    def __init__(self, context: AppContext, actions: CheckedActions) -> None:
        super().__init__()
        self._context = context
        self._actions = actions
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_CHECKING_SECONDS * 1000)
        self._timer.timeout.connect(self._show)
        self._timer.start()
        actions.changed.connect(self._changed)
        context.state.changed.connect(self._end)
        self.hide()

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange and self.text():
            self._show()

    def _changed(self) -> None:
        if self._actions.waiting:
            self._show()

    def _show(self) -> None:
        overview = self._context.state.overview
        if overview.complete or not overview.rows:
            return
        said = self.text()
        self.set_text(self.tr("This is the list as last seen. It is being checked…"))
        if said != self.text():
            self._context.announce(self, self.text())

    def _end(self, overview: Overview) -> None:
        if overview.complete:
            self._timer.stop()
            self.set_text("")


class ActionLine(Callout):
    """What was just done to a certificate, for 60 seconds; with しまうのを取り消す if it can be
    undone."""

    undo_requested = Signal(object)
    """The Row that was archived."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(Severity.SUCCESS, parent)
        self._context = context
        self._row: Row | None = None
        self._action = ArchiveAction.ARCHIVE
        self.button = SecondaryButton()
        self.button.clicked.connect(self._undo)
        self.column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignRight)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_UNDO_SECONDS * 1000)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def report(self, action: ArchiveAction, row: Row) -> None:
        """Shows the line for what was just done to `row`."""
        self._row, self._action = row, action
        self._retranslate()
        self.button.setVisible(action is ArchiveAction.ARCHIVE)
        self._timer.start()

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange and not self.isHidden():
            self._retranslate()

    def _retranslate(self) -> None:
        self.button.setText(self.tr("&Undo putting away"))
        if self._row is None:
            return
        texts = {
            ArchiveAction.ARCHIVE: self.tr(
                "The certificate of {user} (valid until {until}) was put away."
            ),
            ArchiveAction.RESTORE: self.tr(
                "The certificate of {user} (valid until {until}) was brought back. Browsers offer"
                " it again."
            ),
            ArchiveAction.DELETE: self.tr(
                "The certificate of {user} (valid until {until}) was deleted for good."
            ),
        }
        entry = self._row.entry
        until = self._context.catalogue.minute(entry.certificate.not_after)
        self.set_text(texts[self._action].format(user=visible(entry.full_id), until=until))

    def _undo(self) -> None:
        self.hide()
        if self._row is not None:
            self.undo_requested.emit(self._row)
