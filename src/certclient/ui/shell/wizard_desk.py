"""Opens wizards, one per user ID, and knows which are open and which run without their window."""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from certclient.enrollment.overview import Row
from certclient.enrollment.procedure import ProcedureView
from certclient.model.errors import CertclientError
from certclient.model.secret import Secret
from certclient.ui.context import AppContext
from certclient.ui.enrollment.batch import RenewAllDialog
from certclient.ui.enrollment.wizard import EnrollmentWizard

_LETTER = "letter"


class WizardDesk(QObject):
    """Windows of procedures. Each goes by itself when it is closed and nothing runs in it."""

    failed = Signal(object)
    """A CertclientError: the wizard could not be opened."""
    came_too_late = Signal()
    """A link brought a ticket for a procedure that has sent its request already."""
    ended = Signal(object)
    """How a run ended: Finished, Pending or a CertclientError."""
    left_unconfirmed = Signal()
    """A wizard was closed before the bank knew that the new certificate had arrived."""
    changed = Signal()
    """A window came or went, or a run began or ended."""

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._wizards: dict[str, EnrollmentWizard] = {}
        self._batch: RenewAllDialog | None = None

    @property
    def wizards(self) -> list[EnrollmentWizard]:
        """Those that are there, hidden ones included."""
        return [one for one in self._wizards.values() if shiboken6.isValid(one)]

    @property
    def running(self) -> bool:
        """Whether a procedure is at work, with its window or without."""
        batch = self.batch is not None and self.batch.batch.working
        return batch or any(wizard.session.run is not None for wizard in self.wizards)

    @property
    def busy(self) -> bool:
        """Whether a wizard is to be seen, or works without its window."""
        windows = [*self.wizards, *([self.batch] if self.batch else [])]
        return self.running or any(window.isVisible() for window in windows)

    @property
    def batch(self) -> RenewAllDialog | None:
        """すべて更新, if it is there."""
        batch = self._batch
        return batch if batch is not None and shiboken6.isValid(batch) else None

    def renew(self, row: Row, *, notice: bool = False, ticket: Secret | None = None) -> None:
        """更新, or what the date makes of it. `notice`: it was not asked for by a click here;
        `ticket`: what a bank's link brought."""
        owner = row.entry.owner
        self._open(
            f"{row.profile.id} {owner.user_id}",
            lambda: EnrollmentWizard.renew(
                self._context, row.entry.stored, notice=notice, ticket=ticket
            ),
            ticket,
        )

    def obtain(self) -> None:
        """取得 with the bank's letter."""
        self._open(_LETTER, lambda: EnrollmentWizard.obtain(self._context))

    def obtain_for(
        self, user_id: str, *, profile_id: str = "", ticket: Secret | None = None
    ) -> None:
        """取得 of what a link named; "" for what it did not name."""
        self._open(
            f"{_LETTER} {profile_id} {user_id}",
            lambda: EnrollmentWizard.obtain(
                self._context, user_id, profile_id=profile_id, ticket=ticket
            ),
            ticket,
        )

    def resume(self, view: ProcedureView) -> None:
        """続ける."""
        self._open(
            f"{view.profile_id} {view.user_id}",
            lambda: EnrollmentWizard.resume(self._context, view.id, kind=view.kind),
        )

    def renew_all(self) -> None:
        """すべて更新."""
        batch = self.batch
        if batch is None:
            batch = RenewAllDialog(self._context)
            self._batch = batch
            batch.finished_with.connect(self._run_ended)
            batch.finished.connect(self.changed)
            batch.destroyed.connect(self.changed)
        _raise(batch)
        self.changed.emit()

    def stop_after_step(self) -> None:
        """Procedures stop when the step that they are at is done; questions stay open."""
        for wizard in self.wizards:
            if wizard.session.run is not None:
                wizard.session.run.interaction.stop()
        if self.batch is not None:
            self.batch.batch.stop()

    def close(self) -> None:
        """The program ends: questions are answered with no, procedures stop after their step."""
        for wizard in self.wizards:
            if wizard.session.run is not None:
                wizard.session.run.interaction.close()
            wizard.hide()
            wizard.deleteLater()
        self._wizards.clear()
        batch = self.batch
        if batch is not None:
            batch.batch.stop()
            if batch.run is not None:
                batch.run.interaction.close()
            batch.hide()
            batch.deleteLater()

    def _open(
        self, key: str, make: Callable[[], EnrollmentWizard], ticket: Secret | None = None
    ) -> None:
        """Opens the wizard of `key`, or raises the one that is there and hands it the `ticket`."""
        wizard = self._wizards.get(key)
        if wizard is None or not shiboken6.isValid(wizard):
            try:
                wizard = make()
            except CertclientError as error:
                self.failed.emit(error)
                return
            self._wizards[key] = wizard
            wizard.finished_with.connect(self._run_ended)
            wizard.left_unconfirmed.connect(self.left_unconfirmed)
            wizard.finished.connect(self.changed)
            wizard.destroyed.connect(self.changed)
            ticket = None
        _raise(wizard)
        if ticket is not None and not wizard.offer_ticket(ticket):
            self.came_too_late.emit()
        self.changed.emit()

    def _run_ended(self, end: object) -> None:
        self.ended.emit(end)
        self.changed.emit()


def _raise(window: QWidget) -> None:
    window.show()
    window.raise_()
    window.activateWindow()
