"""やめる and 片付ける: shows what is deleted and what is kept, then does it in a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from certclient.enrollment.procedure import Finished, Leftover, Outcome, ProcedureKind
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.visible_text import visible
from certclient.platform import log
from certclient.ui.overview.store_task import StoreTask
from certclient.ui.widgets.boxes import finish_box, new_box

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from certclient.enrollment.procedure_status import ProcedureStatus
    from certclient.store.base import CertificateStore
    from certclient.ui.context import AppContext
    from certclient.ui.tasks.interaction import QtInteraction


class ProcedureCleanup(QObject):
    """Abandons open procedures and deletes leftover keys; prompts over `window`."""

    done = Signal(str)
    """The message to show about what was done."""
    failed = Signal(object)
    """A CertclientError."""

    def __init__(self, context: AppContext, window: QWidget) -> None:
        super().__init__(window)
        self._context = context
        self._window = window
        self._store_task = StoreTask(context, window)

    def close(self) -> None:
        """The window is closing: cancels an open prompt."""
        self._store_task.close()

    # やめる

    def confirm_abandon(self, status: ProcedureStatus, stores: Sequence[CertificateStore]) -> None:
        """Asks for confirmation, then abandons the procedure; `stores` are those present."""
        box = self._box(
            self.tr("Give up the procedure of {0}?").format(status.user_id),
            self._abandon_task(status),
        )
        texts = self.tr("&Give it up"), self.tr("&Keep it")
        self._confirm(box, texts, lambda: self._abandon(status, tuple(stores)))

    def _abandon_task(self, status: ProcedureStatus) -> list[str]:
        lines = [
            self.tr("The unfinished key and, if it has arrived, the new certificate are deleted."),
            self.tr("The authority that issues certificates is told that it is not wanted."),
        ]
        if status.kind is ProcedureKind.OBTAIN:
            lines.append(self.tr("To obtain one later, you need an issue code again."))
        else:
            lines.append(
                self.tr("The certificate you use now stays as it is. You can renew it again later.")
            )
        return lines

    def _abandon(self, status: ProcedureStatus, stores: tuple[CertificateStore, ...]) -> None:
        profile = self._context.profile(status.profile_id)
        if profile is None:
            return

        def work(interaction: QtInteraction) -> Outcome:
            return self._context.enrollment(profile, stores).abandon(
                status.procedure_id, interaction
            )

        def finish(outcome: Outcome) -> None:
            log.event("abandoned", procedure=status.procedure_id)
            self.done.emit(self._ended(status, outcome))

        ids = [store.store_id for store in stores]
        self._store_task.start(work, ids, finish, self.failed.emit)

    def _ended(self, status: ProcedureStatus, outcome: Outcome) -> str:
        if isinstance(outcome, Finished):
            return self.tr("The procedure of {0} was nearly done, so it was finished.").format(
                status.user_id
            )
        message = [self.tr("The procedure of {0} was given up.").format(status.user_id)]
        for error in self._store_task.warnings:
            # The issue code prompt was declined; the missing confirmation informs the CA instead.
            if error.code is not ErrorCode.ISSUE_CODE_REQUIRED:
                message.append(self._warning(error))
        return "\n\n".join(message)

    def _warning(self, error: CertclientError) -> str:
        shown = self._context.catalogue.error(error)
        return f"{shown.title} [{shown.code}]"

    # 片付ける

    def confirm_removal(self, leftover: Leftover) -> None:
        """Asks for confirmation, then deletes the leftover key; this cannot be undone."""
        place = self._context.place(leftover.store)
        lines = [
            self.tr("No certificate uses this key. Your certificates stay as they are."),
        ]
        if leftover.store.destination is Destination.USB:
            lines.append(
                self.tr(
                    "If you have begun a renewal with this USB token on another PC, do not delete"
                    " the key, but go on there."
                )
            )
        lines.append(self.tr("This cannot be undone."))
        title = self.tr("Delete the unused key {number} ({place})?")
        box = self._box(title.format(number=leftover.name, place=place), lines)
        texts = self.tr("&Delete the key"), self.tr("&Keep the key")
        self._confirm(box, texts, lambda: self._remove(leftover))

    def _remove(self, leftover: Leftover) -> None:
        profiles = self._context.profiles

        def work(interaction: QtInteraction) -> None:
            enrollment = self._context.enrollment(profiles[0], (leftover.store,))
            enrollment.remove_leftover(leftover, interaction.pin)

        def finish(_nothing: None) -> None:
            log.event("key-removed", procedure=leftover.name)
            self.done.emit(self.tr("The unused key was deleted."))

        self._store_task.start(work, (leftover.store.store_id,), finish, self.failed.emit)

    # The confirmation prompt

    def _box(self, title: str, lines: Sequence[str]) -> QMessageBox:
        box = new_box(QMessageBox.Icon.Warning, self._window.windowTitle(), self._window)
        box.setText(visible(title))
        box.setInformativeText("\n".join(f"• {visible(line)}" for line in lines))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return box

    def _confirm(
        self, box: QMessageBox, texts: tuple[str, str], action: Callable[[], None]
    ) -> None:
        """Adds the two buttons to `box` and opens it; `texts` are those of yes and no. Enter and
        Esc change nothing."""
        yes, no = texts
        button = box.addButton(yes, QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton(no, QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        button.clicked.connect(action)
        finish_box(box, self._context.rehearsal)
        box.open()
