"""Opens wizards, one per user ID, and tracks those open or running without their window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Signal

from certclient.model.errors import CertclientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from certclient.enrollment.overview import Row
    from certclient.enrollment.procedure_status import ProcedureStatus
    from certclient.model.secret import Secret
    from certclient.ui.context import AppContext
    from certclient.ui.enrollment.batch.dialog import RenewAllDialog
    from certclient.ui.enrollment.wizard import EnrollmentWizard


class WizardManager(QObject):
    """The windows of procedures. Each deletes itself once it is closed and nothing runs in it."""

    failed = Signal(object)
    """A CertclientError: the wizard could not be opened."""
    ticket_too_late = Signal()
    """A link carried a ticket for a procedure that has already sent its request."""
    other_link_open = Signal()
    """A link would open a second window while that of another link waits for consent."""
    ended = Signal(object)
    """The result of a run: Finished, Pending or a CertclientError."""
    batch_ended = Signal()
    """すべて更新 is over; its results have been shown if its window is open."""
    left_unconfirmed = Signal()
    """A wizard was closed before the bank received the confirmation."""
    changed = Signal()
    """A window opened or closed, or a run began or ended."""

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._wizards: dict[tuple[str, str], EnrollmentWizard] = {}
        """By the bank and user ID for which each was opened; "" for what was not known then."""
        self._batch: RenewAllDialog | None = None

    @property
    def wizards(self) -> list[EnrollmentWizard]:
        """All existing wizards, including hidden ones."""
        return [one for one in self._wizards.values() if shiboken6.isValid(one)]

    @property
    def running(self) -> bool:
        """Whether a procedure is running, with or without its window."""
        batch = self.batch is not None and self.batch.batch.working
        return batch or any(wizard.session.run is not None for wizard in self.wizards)

    @property
    def busy(self) -> bool:
        """Whether a wizard is visible or running without its window."""
        windows = [*self.wizards, *([self.batch] if self.batch else [])]
        return self.running or any(window.isVisible() for window in windows)

    def is_batch_running(self, batch_id: str) -> bool:
        """Whether すべて更新 with this id is still working."""
        batch = self.batch
        return batch is not None and batch.batch.batch_id == batch_id and batch.batch.working

    @property
    def batch(self) -> RenewAllDialog | None:
        """The すべて更新 dialog, or None if it does not exist."""
        batch = self._batch
        return batch if batch is not None and shiboken6.isValid(batch) else None

    def renew(self, row: Row) -> None:
        """Opens the wizard for 更新, or for what the expiry date allows instead.

        If its procedure runs already, raises the window of that.
        """
        self._open(row.key, lambda: _wizard().renew(self._context, row.entry.stored))

    def renew_by_link(self, row: Row, ticket: Secret | None) -> None:
        """Opens the wizard for a link, which nobody here has asked for: it begins with the notice.
        `ticket`: the link's."""
        self._open_by_link(
            row.key,
            lambda: _wizard().renew(self._context, row.entry.stored, notice=True, ticket=ticket),
            ticket,
        )

    def obtain_again(self, row: Row) -> None:
        """取得 in place of a certificate that has expired or that the bank has refused; 更新 of any
        other."""
        if row.needs_another:
            user_id, profile_id = row.entry.owner.user_id, row.profile.id
            self._open(
                (profile_id, user_id),
                lambda: _wizard().obtain(self._context, user_id, profile_id=profile_id),
            )
        else:
            self.renew(row)

    def obtain(self) -> None:
        """Opens the wizard for 取得 with the bank's letter."""
        self._open(("", ""), lambda: _wizard().obtain(self._context))

    def obtain_for_move(self) -> None:
        """The same for 「新しいパソコンに移る」, on the new computer."""
        self._open(("", ""), lambda: _wizard().obtain(self._context, moving=True))

    def obtain_for(
        self, user_id: str, *, profile_id: str = "", ticket: Secret | None = None
    ) -> None:
        """Opens 取得 for a link; "" for what the link did not name."""
        self._open_by_link(
            (profile_id, user_id),
            lambda: _wizard().obtain(self._context, user_id, profile_id=profile_id, ticket=ticket),
            ticket,
        )

    def resume(self, status: ProcedureStatus) -> None:
        """Opens the wizard for 続ける. A procedure that runs without a window of its own (in the
        background or in another program) is shown until it ends."""
        self._open(status.key, lambda: _wizard().resume(self._context, status))

    def renew_all(self) -> None:
        """Opens すべて更新, or raises the existing dialog."""
        batch = self.batch
        if batch is None:
            from certclient.ui.enrollment.batch.dialog import RenewAllDialog

            batch = RenewAllDialog(self._context)
            self._batch = batch
            batch.finished_with.connect(self._run_ended)
            batch.all_done.connect(self.batch_ended)
            batch.finished.connect(self.changed)
            batch.destroyed.connect(self.changed)
        _raise(batch)
        self.changed.emit()

    def stop_after_step(self) -> None:
        """Stops procedures after their current step; open prompts stay open."""
        for wizard in self.wizards:
            if wizard.session.run is not None:
                wizard.session.run.interaction.stop()
        if self.batch is not None:
            self.batch.batch.stop()

    def close(self) -> None:
        """Closes everything on exit: declines prompts, stops procedures after their step."""
        for wizard in self.wizards:
            if wizard.session.run is not None:
                wizard.session.run.interaction.close()
            wizard.hide()
            wizard.deleteLater()
        self._wizards.clear()
        batch = self.batch
        if batch is not None:
            batch.batch.close()
            batch.hide()
            batch.deleteLater()

    def _find(self, key: tuple[str, str]) -> EnrollmentWizard | None:
        """The wizard of this bank and user ID. A wizard for 取得 belongs to whom its run is for."""
        for wizard in self.wizards:
            opened_for = next(name for name, one in self._wizards.items() if one is wizard)
            if key in (opened_for, wizard.session.target.key):
                return wizard
        return None

    def _open_by_link(
        self, key: tuple[str, str], make: Callable[[], EnrollmentWizard], ticket: Secret | None
    ) -> None:
        """As `_open`, with a link's `ticket`; of those that a link has opened, one at a time waits
        for consent, whatever user IDs the links name."""
        waiting = [one for one in self.wizards if one.waits_for_consent_to_link]
        wizard = self._find(key)
        if waiting and wizard not in waiting:
            _raise(waiting[0])
            self.other_link_open.emit()
            return
        opened = self._open(key, make)
        if opened is None:
            return
        opened.opened_by_link()
        if ticket is not None and wizard is opened and not opened.offer_ticket(ticket):
            self.ticket_too_late.emit()

    def _open(
        self, key: tuple[str, str], make: Callable[[], EnrollmentWizard]
    ) -> EnrollmentWizard | None:
        """Opens the wizard of a bank and user ID, or raises the existing one and returns it; None
        if there is none, or while すべて更新, which is raised, renews it."""
        status = self._context.state.overview.status(key)
        if status is not None and status.batch and self.batch is not None:
            _raise(self.batch)
            return None
        wizard = self._find(key)
        if wizard is None:
            try:
                wizard = make()
            except CertclientError as error:
                self.failed.emit(error)
                return None
            self._wizards[key] = wizard
            wizard.finished_with.connect(self._run_ended)
            wizard.left_unconfirmed.connect(self.left_unconfirmed)
            wizard.finished.connect(self.changed)
            wizard.destroyed.connect(self.changed)
        _raise(wizard)
        self.changed.emit()
        return wizard

    def _run_ended(self, end: object) -> None:
        self.ended.emit(end)
        self.changed.emit()


def _wizard() -> type[EnrollmentWizard]:
    """Loaded at the first use (`loading` does it before)."""
    from certclient.ui.enrollment.wizard import EnrollmentWizard

    return EnrollmentWizard


def _raise(window: QWidget) -> None:
    window.show()
    window.raise_()
    window.activateWindow()
