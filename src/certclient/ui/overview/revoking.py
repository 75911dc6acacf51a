"""「電子証明書を失効する」: revokes the selected certificate at its bank."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from certclient.enrollment import cleanup
from certclient.enrollment.own_revocation import OwnRevocation, Removal, Revoked, ask_bank
from certclient.model.errors import CertclientError
from certclient.ui.overview.store_task import StoreTask
from certclient.ui.widgets.boxes import finish_box, new_box

if TYPE_CHECKING:
    from certclient.enrollment.overview import Overview, Row
    from certclient.ui.context import AppContext
    from certclient.ui.dialogs.revoke_dialog import RevocationChoice
    from certclient.ui.tasks.interaction import QtInteraction


def can_revoke(row: Row) -> bool:
    """Whether the company's policy leaves it to the user. What else stands in the way is said when
    it is tried, with what to tell the bank."""
    return row.profile.own_revocation


class RevocationTask(QObject):
    """Revokes one certificate at a time; lives as long as the window it prompts over."""

    done = Signal(str)
    """What to tell the user."""
    failed = Signal(object, object)
    """The CertclientError and the Row."""

    def __init__(self, context: AppContext, window: QWidget) -> None:
        super().__init__(window)
        self._context = context
        self._window = window
        self._store_task = StoreTask(context, window)
        self._wait: QMessageBox | None = None

    @property
    def busy(self) -> bool:
        """Whether a certificate is being revoked."""
        return self._store_task.busy

    def start(self, row: Row, place: str, overview: Overview) -> None:
        """Looks whether it can be revoked here, then asks for consent; does nothing while another
        task is running. `place`: the store's name as the main window shows it."""
        if row.absent:
            self.failed.emit(ask_bank(row.entry.certificate, row.profile, "not-here"), row)
            return
        last = self._is_last(row, overview)
        self._store_task.start(
            lambda _interaction: self._service(row).check(row.entry.stored),
            (),
            lambda _nothing: self._ask(row, place, last),
            lambda error: self.failed.emit(error, row),
            row.profile,
        )

    def close(self) -> None:
        """The window is closing: cancels an open prompt."""
        self._store_task.close()

    def _service(self, row: Row) -> OwnRevocation:
        """Reads files: call it in a worker."""
        return self._context.enrollment(row.profile, [row.entry.store]).own_revocation()

    def _is_last(self, row: Row, overview: Overview) -> bool:
        now, stored = self._context.clock(), row.entry.stored
        try:
            cleanup.may_delete(stored, overview.own, now, overview.statuses)
        except CertclientError:
            return True
        return False

    def _ask(self, row: Row, place: str, last: bool) -> None:
        from certclient.ui.dialogs.revoke_dialog import RevokeDialog

        dialog = RevokeDialog(self._context, row, place, last, self._window)
        dialog.accepted.connect(lambda: self._revoke(row, dialog.choice))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _revoke(self, row: Row, choice: RevocationChoice) -> None:
        def work(interaction: QtInteraction) -> Revoked:
            service = self._service(row)
            return service.revoke(row.entry.stored, choice.reason, choice.removal, interaction)

        self._show_wait()
        self._store_task.start(
            work,
            (row.entry.store.store_id,),
            self._finished,
            lambda error: self.failed.emit(error, row),
            row.profile,
            self._end_wait,
        )

    def _show_wait(self) -> None:
        """Says that the bank is asked, which takes seconds; it cannot be cancelled any more."""
        text = self.tr("The bank is being asked to revoke the certificate. Please wait.")
        icon = QMessageBox.Icon.Information
        self._wait = wait = new_box(icon, self._window.windowTitle(), self._window)
        wait.setText(text)
        wait.setStandardButtons(QMessageBox.StandardButton.NoButton)
        wait.setModal(False)
        finish_box(wait, self._context.rehearsal)
        wait.show()
        self._context.announce(wait, text)

    def _end_wait(self) -> None:
        if self._wait is not None:
            self._wait.hide()
            self._wait.deleteLater()
            self._wait = None

    def _finished(self, result: Revoked) -> None:
        texts = {
            Removal.DELETE: self.tr(
                "The certificate has been revoked at the bank. It and its key were deleted here."
            ),
            Removal.ARCHIVE: self.tr(
                "The certificate has been revoked at the bank. It was put away here."
            ),
        }
        left = self.tr(
            "The certificate has been revoked at the bank, but could not be removed here ({0}). "
            "It no longer logs in. You can delete it with “Delete for good”."
        )
        if result.removed is not None:
            self.done.emit(texts[result.removed])
        elif result.error is not None:
            self.done.emit(left.format(result.error.code.code))
