"""The main window: the certificates on this computer and its tokens, and what is due."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMessageBox, QWidget

from certclient.ui.overview.frame_context import EarlyContext
from certclient.ui.overview.window_frame import WindowFrame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from PySide6.QtGui import QCloseEvent

    from certclient.enrollment.overview import Overview, Row
    from certclient.enrollment.procedure_status import ProcedureStatus
    from certclient.enrollment.run_results import RunResult
    from certclient.model.errors import CertclientError
    from certclient.ui.context import AppContext
    from certclient.ui.overview.contents import ArchiveAction


class MainWindow(WindowFrame):
    """Shows the observed state and emits the user's requests; the shell opens the windows for them.

    Created with an `EarlyContext`, it is a frame until `fill` is called.
    """

    renew_requested = Signal(object)
    """The Row to renew; it may have expired."""
    obtain_requested = Signal()
    """電子証明書取得 with the bank's letter."""
    batch_requested = Signal()
    """すべて更新."""
    resume_requested = Signal(object)
    """The ProcedureStatus to resume, or whose window to open."""
    replacement_wanted = Signal(object)
    """The Row whose owner has to obtain a new certificate."""
    postponed = Signal(object)
    """The Rows whose reminder the user postponed."""
    stores_changed = Signal()
    """The contents of a store may have changed."""
    closed = Signal()

    def __init__(self, context: AppContext | EarlyContext) -> None:
        super().__init__(context)
        self.filled = False
        """Whether the window shows more than its frame."""
        self._settings = context.settings
        self._focused = False
        self._retranslate()
        if not isinstance(context, EarlyContext):
            self.fill(context)

    def fill(self, context: AppContext) -> None:
        """Adds everything that shows the observed state; call it once."""
        for _ in self.filling(context):
            pass

    def filling(self, context: AppContext) -> Iterator[None]:
        """Fills the window in steps, between which other events can be handled."""
        from certclient.ui.overview import contents

        self._context = context
        self.card = contents.NoticeCard(context)
        self.results = contents.ResultPanel(context)
        self.pending = contents.PendingPanel(context)
        self.leftovers = contents.LeftoverPanel(context)
        yield
        self.table = contents.CertificateTable(context)
        self.empty = contents.EmptyPage(context)
        self.notes = contents.NoteLines(context)
        self.undo = contents.ActionLine(context)
        self.older = contents.OlderCertificatesLine(context, self)
        yield
        self.removals = contents.ArchiveTask(context, self)
        self.pin_changes = contents.PinChangeTask(context, self)
        self.revocations = contents.RevocationTask(context, self)
        self.cleanup = contents.ProcedureCleanup(context, self)
        self.help_window = contents.HelpWindow(context, self)
        yield
        self.updates = contents.UpdateLine(context)
        self.about = contents.AboutCorner(context, self)
        self._checked = contents.CheckedActions(context, self)
        self.checking = contents.CheckingLine(context, self._checked)
        yield
        self._lay_out_contents(contents.RehearsalBanner(context.rehearsal))
        self._connect_requests()
        self._connect_removals()
        yield
        self.actions_row.set_enabled(True)
        self.actions_row.obtain.setEnabled(bool(context.profiles))
        self._choose(None)
        self.filled = True
        self._show()
        context.state.changed.connect(self._show)

    @property
    def _overview(self) -> Overview:
        return self._context.state.overview

    def _show(self) -> None:
        """Shows the observed state, once the stores have been scanned or what was last known of
        them has been read."""
        from certclient.ui.overview.contents import any_pin

        overview = self._overview
        self.results.show_results(overview.results)
        if not overview.complete and not overview.rows:
            self._pages.setCurrentWidget(self.empty)
            return
        if overview.complete:
            self.empty.scan_finished()
        self._pages.setCurrentWidget(self.table if overview.rows else self.empty)
        self.table.show_overview(overview)
        self.card.show_overview()
        self.pending.show_procedures(overview.procedures)
        self.leftovers.show_leftovers(overview.leftovers)
        self.older.show_overview(overview)
        self.notes.show_overview()
        self.help_window.show_overview(overview)
        # While a batch goes on, the button raises its window.
        goes_on = any(one.batch and one.local for one in overview.procedures)
        self.actions_row.renew_all.setEnabled(goes_on or len(overview.due) > 1)
        self.selection_row.change_pin.setVisible(any_pin(overview))
        self._choose(self.table.row)
        self._focus_first()

    def _focus_first(self) -> None:
        """After the first scan, focuses what is most likely wanted: the card's button, the list, or
        電子証明書を取得する."""
        if self._focused:
            return
        self._focused = True
        wanted = (self.card.act_button, self.table, self.empty.obtain, self.empty.practise)
        for one in wanted:
            if one.isVisibleTo(self):
                one.setFocus()
                return

    def show_error(self, error: CertclientError, row: Row | None = None) -> None:
        """Shows an error, once at a time; `row` is the certificate concerned, if any."""
        from certclient.ui.overview.contents import ErrorDialog

        if any(one.isVisible() and one.shows(error) for one in self.findChildren(ErrorDialog)):
            return
        profile = row.profile if row else next(iter(self._context.profiles), None)
        owner = row.entry.owner if row else None
        contact = self._context.contact(profile, owner) if profile else ""
        ErrorDialog(self._context, error, contact, self).open()

    def show_message(self, text: str) -> None:
        """Shows an information box without blocking; the same text once at a time."""
        from certclient.ui.overview.contents import finish_box, new_box

        boxes = self.findChildren(QMessageBox)
        if any(box.isVisible() and box.text() == text for box in boxes):
            return
        box = new_box(QMessageBox.Icon.Information, self.windowTitle(), self)
        box.setText(text)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        finish_box(box, self._context.rehearsal)
        # Queued: it is still visible while it closes.
        box.finished.connect(self.closed, Qt.ConnectionType.QueuedConnection)
        box.open()

    @property
    def says_something(self) -> bool:
        """Whether a message is open, with or without this window behind it."""
        from certclient.ui.overview.contents import ErrorDialog

        boxes = (*self.findChildren(QMessageBox), *self.findChildren(ErrorDialog))
        return any(box.isVisible() for box in boxes)

    # Layout and connections

    def _lay_out_contents(self, banner: QWidget) -> None:
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.table)
        above = (self.card, self.updates, self.results, self.pending, self.leftovers)
        for number, part in enumerate(above):
            self._content.insertWidget(number, part)
        below = self._content.indexOf(self._pages) + 1
        for number, part in enumerate((self.undo, self.older, self.checking, self.notes)):
            self._content.insertWidget(below + number, part)
        self._last_row.addWidget(self.about, 0, Qt.AlignmentFlag.AlignBottom)
        self._outer.insertWidget(0, banner)
        middle = (self.actions_row, self._pages, self.undo, self.older)
        _order_focus((*above, *middle, self.selection_row, self.about))

    def _connect_requests(self) -> None:
        checked = self._checked
        self.card.renew_requested.connect(checked.on_row(self.renew_requested.emit))
        self.card.obtain_requested.connect(checked.on_row(self.replacement_wanted.emit))
        self.card.postponed.connect(self.postponed)
        self.pending.resume_requested.connect(self.resume_requested)
        self.table.chosen.connect(self._choose)
        self.table.opened.connect(checked.on_row(self._open_row))
        self.results.seen.connect(self._confirm_results)
        refresh = QShortcut(QKeySequence(QKeySequence.StandardKey.Refresh), self)
        refresh.activated.connect(self.stores_changed)
        actions = self.actions_row
        actions.renew.clicked.connect(self._on_chosen(self._renew))
        actions.obtain.clicked.connect(lambda: checked.run(self.obtain_requested.emit))
        actions.renew_all.clicked.connect(lambda: checked.run(self.batch_requested.emit))
        actions.help.clicked.connect(self._show_help)
        self.empty.obtain.clicked.connect(self.obtain_requested)
        self.selection_row.details.clicked.connect(self._on_chosen(self._show_details))
        self.help_window.about_requested.connect(self.about.open_window)

    def _connect_removals(self) -> None:
        row = self.selection_row
        row.archive.clicked.connect(self._on_chosen(self._archive))
        row.restore.clicked.connect(self._on_chosen(self._restore))
        row.delete.clicked.connect(self._on_chosen(self._confirm_delete))
        self.undo.undo_requested.connect(self._undo_archive)
        self.removals.done.connect(self._removed)
        self.removals.failed.connect(self.show_error)
        row.change_pin.clicked.connect(self._on_chosen(self.pin_changes.start))
        self.pin_changes.done.connect(self._cleanup_done)
        self.pin_changes.failed.connect(self._failed_at_store)
        self.revocations.done.connect(self._cleanup_done)
        self.revocations.failed.connect(self._failed_at_store)
        self.pending.abandon_requested.connect(self._confirm_abandon)
        self.leftovers.removal_requested.connect(self.cleanup.confirm_removal)
        self.cleanup.done.connect(self._cleanup_done)
        self.cleanup.failed.connect(self._cleanup_failed)
        self.older.done.connect(self._cleanup_done)
        self.older.failed.connect(self._cleanup_failed)

    # Qt events

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Saves the geometry, cancels open prompts and emits `closed`. Procedures have windows of
        their own and continue."""
        self._settings.geometry = self.saveGeometry()
        if self.filled:
            for task in (self.removals, self.pin_changes, self.revocations, self.cleanup):
                task.close()
            self.older.close_prompt()
        super().closeEvent(event)
        self.closed.emit()

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Client certificates"))

    # User actions

    def _choose(self, row: Row | None) -> None:
        from certclient.ui.overview import contents

        obstacle = contents.renewal_obstacle(self._context, row)
        renew = self.actions_row.renew
        renew.setEnabled(row is not None and not obstacle)
        renew.setToolTip(contents.tool_tip(obstacle))
        renew.setAccessibleDescription(obstacle)
        buttons = self.selection_row
        buttons.details.setEnabled(row is not None)
        can: frozenset[ArchiveAction] = frozenset()
        if row is not None:
            can = contents.possible(row, self._overview, self._context.clock())
        action = contents.ArchiveAction
        buttons.archive.setEnabled(action.ARCHIVE in can)
        buttons.restore.setEnabled(action.RESTORE in can)
        buttons.delete.setEnabled(action.DELETE in can)
        buttons.change_pin.setEnabled(contents.can_change_pin(row))

    def _on_chosen(self, action: Callable[[Row], None]) -> Callable[[], None]:
        """A slot that calls `action` with the selected row, once the stores have been read."""
        return lambda: self._checked.run_on(self.table.row, action)

    def _renew(self, row: Row) -> None:
        if row.procedure is not None:
            self.resume_requested.emit(row.procedure)
        else:
            self.renew_requested.emit(row)

    def _open_row(self, row: Row) -> None:
        """Enter or a double click: the window of what runs, else the details."""
        if row.procedure is not None and row.procedure.running:
            self.resume_requested.emit(row.procedure)
        else:
            self._show_details(row)

    def _confirm_results(self, results: Sequence[RunResult]) -> None:
        self._context.state.state.see(*results)
        self.closed.emit()

    def _show_help(self) -> None:
        self.help_window.show()
        self.help_window.raise_()

    def _show_details(self, row: Row) -> None:
        from certclient.ui.overview.contents import DetailsDialog, can_revoke

        place = self.table.certificates.place(row)
        details = DetailsDialog(self._context, row, place, self, revocable=can_revoke(row))
        details.revocation_requested.connect(
            lambda row: self.revocations.start(row, place, self._overview)
        )
        details.open()

    def _failed_at_store(self, error: CertclientError, row: Row) -> None:
        """The token may say something else of itself now, such as of its PIN."""
        self.show_error(error, row)
        self.stores_changed.emit()

    def _archive(self, row: Row) -> None:
        from certclient.ui.overview.contents import ArchiveAction

        self._remove(ArchiveAction.ARCHIVE, row)

    def _restore(self, row: Row) -> None:
        from certclient.ui.overview.contents import ArchiveAction

        self._remove(ArchiveAction.RESTORE, row)

    def _undo_archive(self, row: Row) -> None:
        """Undo. Looks the row up again, because it is archived by now."""
        from certclient.ui.overview.contents import row_at

        index = self.table.certificates.find(row.name)
        archived = row_at(index)
        if archived is not None:
            self._restore(archived)

    def _confirm_delete(self, row: Row) -> None:
        from certclient.ui.overview.contents import ArchiveAction, confirm_delete

        confirm_delete(self._context, row, self, lambda: self._remove(ArchiveAction.DELETE, row))

    def _remove(self, action: ArchiveAction, row: Row) -> None:
        self.undo.hide()
        self.removals.start(action, row, self._overview)

    def _confirm_abandon(self, status: ProcedureStatus) -> None:
        self.cleanup.confirm_abandon(status, self._overview.stores)

    def _cleanup_done(self, message: str) -> None:
        self.show_message(message)
        self.stores_changed.emit()

    def _cleanup_failed(self, error: CertclientError) -> None:
        self.show_error(error)
        self.stores_changed.emit()

    def _removed(self, action: ArchiveAction, row: Row) -> None:
        self.undo.report(action, row)
        self.stores_changed.emit()


def _order_focus(parts: Sequence[QWidget]) -> None:
    """Lets Tab go through `parts` in this order, though those of the frame were made first."""
    inside = [one for part in parts for one in (part, *part.findChildren(QWidget))]
    takes = [one for one in inside if one.focusPolicy() is not Qt.FocusPolicy.NoFocus]
    for before, after in pairwise(takes):
        QWidget.setTabOrder(before, after)
