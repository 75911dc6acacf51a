"""The main window: the certificates on this computer and its tokens, and what is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QMessageBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from certclient.ui.dialogs.details import DetailsDialog
from certclient.ui.dialogs.error_dialog import ErrorDialog
from certclient.ui.dialogs.help_window import HelpWindow
from certclient.ui.overview.about_corner import AboutCorner
from certclient.ui.overview.actions import ActionRow, SelectionRow
from certclient.ui.overview.archiving import (
    ArchiveAction,
    ArchiveTask,
    confirm_delete,
    possible,
)
from certclient.ui.overview.certificate_table import CertificateTable
from certclient.ui.overview.cleanup import ProcedureCleanup
from certclient.ui.overview.empty_page import EmptyPage
from certclient.ui.overview.leftover_panel import LeftoverPanel
from certclient.ui.overview.models import row_at
from certclient.ui.overview.notes import ActionLine, NoteLines
from certclient.ui.overview.notice_card import NoticeCard
from certclient.ui.overview.older_archived import OlderCertificatesLine
from certclient.ui.overview.pending_panel import PendingPanel
from certclient.ui.overview.pin_change import PinChangeTask, can_change_pin
from certclient.ui.overview.renewal_obstacle import renewal_obstacle
from certclient.ui.overview.result_panel import ResultPanel
from certclient.ui.overview.revoking import RevocationTask, can_revoke
from certclient.ui.overview.update_notice import UpdateLine
from certclient.ui.widgets import icons
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.boxes import finish_box, new_box
from certclient.ui.widgets.default_button import DefaultFollowsFocus
from certclient.ui.widgets.input_guard import InputGuard
from certclient.ui.widgets.parts import Scroll, tool_tip
from certclient.ui.widgets.sizes import fitting_size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.enrollment.overview import Overview, Row
    from certclient.enrollment.procedure_status import ProcedureStatus
    from certclient.enrollment.run_results import RunResult
    from certclient.model.errors import CertclientError
    from certclient.ui.context import AppContext

_SIZE = (67, 42)
"""In text line heights: 1005 × 630 pixels at the default size, which fits 1024 × 768."""


class MainWindow(QMainWindow):
    """Shows the observed state and emits the user's requests; the shell opens the windows for
    them."""

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

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self.setWindowIcon(icons.app_icon())
        self.card = NoticeCard(context)
        self.results = ResultPanel(context)
        self.pending = PendingPanel(context)
        self.leftovers = LeftoverPanel(context)
        self.actions_row = ActionRow(context)
        self.table = CertificateTable(context)
        self.selection_row = SelectionRow()
        self.empty = EmptyPage(context)
        self.notes = NoteLines(context)
        self.undo = ActionLine(context)
        self.older = OlderCertificatesLine(context, self)
        self.removals = ArchiveTask(context, self)
        self.pin_changes = PinChangeTask(context, self)
        self.revocations = RevocationTask(context, self)
        self.cleanup = ProcedureCleanup(context, self)
        self.help_window = HelpWindow(context, self)
        self.updates = UpdateLine(context)
        self.about = AboutCorner(context, self)
        self._pages = QStackedWidget()
        self._lay_out()
        self._connect_requests()
        self._connect_removals()
        self._retranslate()
        self._choose(None)
        InputGuard(self)
        DefaultFollowsFocus(self)
        self._focused = False
        self._show()
        context.state.changed.connect(self._show)
        self.resize(fitting_size(self, *_SIZE))
        self.restoreGeometry(context.settings.geometry)

    @property
    def _overview(self) -> Overview:
        return self._context.state.overview

    def _show(self) -> None:
        """Shows the observed state, once the stores have been scanned."""
        overview = self._overview
        self.results.show_results(overview.results)
        if not overview.complete:
            return
        self.empty.scan_finished()
        self._pages.setCurrentIndex(1 if overview.rows else 0)
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
        self.selection_row.change_pin.setVisible(any(map(can_change_pin, overview.rows)))
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
        if any(one.isVisible() and one.shows(error) for one in self.findChildren(ErrorDialog)):
            return
        profile = row.profile if row else next(iter(self._context.profiles), None)
        owner = row.entry.owner if row else None
        contact = self._context.contact(profile, owner) if profile else ""
        ErrorDialog(self._context, error, contact, self).open()

    def show_message(self, text: str) -> None:
        """Shows an information box without blocking; the same text once at a time."""
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
        boxes = (*self.findChildren(QMessageBox), *self.findChildren(ErrorDialog))
        return any(box.isVisible() for box in boxes)

    def raise_window(self) -> None:
        """Shows the window above others, restoring it if minimised."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    # Layout and connections

    def _lay_out(self) -> None:
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.table)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.addWidget(self.card)
        layout.addWidget(self.updates)
        layout.addWidget(self.results)
        layout.addWidget(self.pending)
        layout.addWidget(self.leftovers)
        layout.addWidget(self.actions_row)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self.undo)
        layout.addWidget(self.older)
        layout.addWidget(self.notes)
        last = QHBoxLayout()
        last.addWidget(self.selection_row, 1)
        last.addWidget(self.about, 0, Qt.AlignmentFlag.AlignBottom)
        layout.addLayout(last)
        central = QWidget()
        outer = QVBoxLayout(central)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(RehearsalBanner(self._context.rehearsal))
        outer.addWidget(Scroll(content), 1)
        self.setCentralWidget(central)

    def _connect_requests(self) -> None:
        self.card.renew_requested.connect(self.renew_requested)
        self.card.obtain_requested.connect(self.replacement_wanted)
        self.card.postponed.connect(self.postponed)
        self.pending.resume_requested.connect(self.resume_requested)
        self.table.chosen.connect(self._choose)
        self.table.opened.connect(self._open_row)
        self.results.seen.connect(self._confirm_results)
        refresh = QShortcut(QKeySequence(QKeySequence.StandardKey.Refresh), self)
        refresh.activated.connect(self.stores_changed)
        actions = self.actions_row
        actions.renew.clicked.connect(self._renew_chosen)
        actions.obtain.clicked.connect(self.obtain_requested)
        actions.renew_all.clicked.connect(self.batch_requested)
        actions.help.clicked.connect(self._show_help)
        self.empty.obtain.clicked.connect(self.obtain_requested)
        self.selection_row.details.clicked.connect(self._show_chosen)
        self.help_window.about_requested.connect(self.about.open_window)

    def _connect_removals(self) -> None:
        row = self.selection_row
        row.archive.clicked.connect(self._archive)
        row.restore.clicked.connect(self._restore)
        row.delete.clicked.connect(self._confirm_delete)
        self.undo.undo_requested.connect(self._undo_archive)
        self.removals.done.connect(self._removed)
        self.removals.failed.connect(self.show_error)
        row.change_pin.clicked.connect(self._change_pin)
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
        self._context.settings.geometry = self.saveGeometry()
        self.removals.close()
        self.pin_changes.close()
        self.revocations.close()
        self.cleanup.close()
        self.older.close_prompt()
        super().closeEvent(event)
        self.closed.emit()

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Client certificates"))

    # User actions

    def _choose(self, row: Row | None) -> None:
        obstacle = renewal_obstacle(self._context, row)
        renew = self.actions_row.renew
        renew.setEnabled(row is not None and not obstacle)
        renew.setToolTip(tool_tip(obstacle))
        renew.setAccessibleDescription(obstacle)
        buttons = self.selection_row
        buttons.details.setEnabled(row is not None)
        can: frozenset[ArchiveAction] = frozenset()
        if row is not None:
            can = possible(row, self._overview, self._context.clock())
        buttons.archive.setEnabled(ArchiveAction.ARCHIVE in can)
        buttons.restore.setEnabled(ArchiveAction.RESTORE in can)
        buttons.delete.setEnabled(ArchiveAction.DELETE in can)
        buttons.change_pin.setEnabled(can_change_pin(row))

    def _renew_chosen(self) -> None:
        row = self.table.row
        if row is None:
            return
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

    def _show_chosen(self) -> None:
        row = self.table.row
        if row is not None:
            self._show_details(row)

    def _show_details(self, row: Row) -> None:
        place = self.table.certificates.place(row)
        details = DetailsDialog(self._context, row, place, self, revocable=can_revoke(row))
        details.revocation_requested.connect(
            lambda row: self.revocations.start(row, place, self._overview)
        )
        details.open()

    def _change_pin(self) -> None:
        row = self.table.row
        if row is not None:
            self.pin_changes.start(row)

    def _failed_at_store(self, error: CertclientError, row: Row) -> None:
        """The token may say something else of itself now, such as of its PIN."""
        self.show_error(error, row)
        self.stores_changed.emit()

    def _archive(self) -> None:
        self._remove(ArchiveAction.ARCHIVE, self.table.row)

    def _restore(self) -> None:
        self._remove(ArchiveAction.RESTORE, self.table.row)

    def _undo_archive(self, row: Row) -> None:
        """Undo. Looks the row up again, because it is archived by now."""
        index = self.table.certificates.find(row.name)
        self._remove(ArchiveAction.RESTORE, row_at(index))

    def _confirm_delete(self) -> None:
        row = self.table.row
        if row is not None:
            confirm_delete(
                self._context, row, self, lambda: self._remove(ArchiveAction.DELETE, row)
            )

    def _remove(self, action: ArchiveAction, row: Row | None) -> None:
        if row is not None:
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
