"""What the main window's menus do to a certificate: show, put away, delete, revoke, give up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from certclient.ui.overview.archiving import ArchiveAction, ArchiveTask, confirm_delete
from certclient.ui.overview.card_menu import Entry
from certclient.ui.overview.cleanup import ProcedureCleanup
from certclient.ui.overview.notes import ActionLine
from certclient.ui.overview.pin_change import PinChangeTask
from certclient.ui.overview.revoking import RevocationTask, can_revoke

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from certclient.enrollment.overview import Overview, Row
    from certclient.enrollment.procedure_status import ProcedureStatus
    from certclient.model.errors import CertclientError
    from certclient.ui.context import AppContext


class CardActions(QObject):
    """Asks over `window` and works in workers; one action of a kind at a time."""

    done = Signal(str)
    """What to tell the user; the stores have changed."""
    failed = Signal(object, object)
    """The CertclientError, and the Row or None."""
    changed = Signal()
    """The contents of a store have changed, or may have."""

    def __init__(self, context: AppContext, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self.undo = ActionLine(context)
        self.removals = ArchiveTask(context, window)
        self.pin_changes = PinChangeTask(context, window)
        self.revocations = RevocationTask(context, window)
        self.cleanup = ProcedureCleanup(context, window)
        self._connect()

    def close(self) -> None:
        """The window is closing: cancels open prompts."""
        for task in (self.removals, self.pin_changes, self.revocations, self.cleanup):
            task.close()

    def act(self, row: Row, entry: Entry) -> None:
        """Does what a menu's entry says to a certificate."""
        match entry:
            case Entry.DETAILS:
                self._show_details(row)
            case Entry.CHANGE_PIN:
                self.pin_changes.start(row)
            case Entry.PUT_AWAY:
                self._remove(ArchiveAction.ARCHIVE, row)
            case Entry.BRING_BACK:
                self._remove(ArchiveAction.RESTORE, row)
            case Entry.DELETE:
                delete = ArchiveAction.DELETE
                confirm_delete(self._context, row, self._window, lambda: self._remove(delete, row))
            case Entry.REVOKE:
                self._revoke(row)
            case Entry.RENEW | Entry.GIVE_UP:
                pass  # of the procedure: the window's own

    def give_up(self, status: ProcedureStatus) -> None:
        """Asks for confirmation, then abandons the procedure."""
        self.cleanup.confirm_abandon(status, self._overview.stores)

    @property
    def _overview(self) -> Overview:
        return self._context.state.overview

    def _connect(self) -> None:
        self.undo.undo_requested.connect(self._undo)
        self.removals.done.connect(self._removed)
        self.removals.failed.connect(self.failed)
        for task in (self.pin_changes, self.revocations):
            task.done.connect(self.done)
            task.failed.connect(self._failed_at_store)
        self.cleanup.done.connect(self.done)
        self.cleanup.failed.connect(lambda error: self._failed_at_store(error, None))

    def _show_details(self, row: Row) -> None:
        from certclient.ui.dialogs.details import DetailsDialog

        place = self._context.place(row.entry.store)
        details = DetailsDialog(self._context, row, place, self._window, revocable=can_revoke(row))
        details.revocation_requested.connect(self._revoke)
        details.open()

    def _revoke(self, row: Row) -> None:
        self.revocations.start(row, self._context.place(row.entry.store), self._overview)

    def _failed_at_store(self, error: CertclientError, row: Row | None) -> None:
        """The token may say something else of itself now, such as of its PIN."""
        self.failed.emit(error, row)
        self.changed.emit()

    def _undo(self, row: Row) -> None:
        """Looks the row up again, because it is archived by now."""
        archived = next((one for one in self._overview.rows if one.name == row.name), None)
        if archived is not None:
            self._remove(ArchiveAction.RESTORE, archived)

    def _remove(self, action: ArchiveAction, row: Row) -> None:
        self.undo.hide()
        self.removals.start(action, row, self._overview)

    def _removed(self, action: ArchiveAction, row: Row) -> None:
        self.undo.report(action, row)
        self.changed.emit()
