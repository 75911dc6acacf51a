"""Archives, restores and deletes certificates in a worker; asks for the PIN if the token needs
it."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from certclient.enrollment import cleanup
from certclient.enrollment.overview import Condition, Overview, Row
from certclient.model.errors import CertclientError
from certclient.model.visible_text import visible
from certclient.platform import log
from certclient.ui.overview.store_task import StoreTask
from certclient.ui.widgets.boxes import finish_box, new_box

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from certclient.ui.context import AppContext
    from certclient.ui.tasks.interaction import QtInteraction


class ArchiveAction(enum.Enum):
    """The three operations; the values are log event names."""

    ARCHIVE = "archived"
    RESTORE = "restored"
    DELETE = "deleted"


def possible(row: Row, overview: Overview, now: datetime) -> frozenset[ArchiveAction]:
    """Returns the operations allowed on `row` at `now` (aware).

    A certificate can be removed only once it is no longer needed, and deleted only after it was
    archived or has expired. Nothing is allowed while a procedure of its user ID is open.
    """
    if row.absent or not _idle(row, overview):
        return frozenset()
    if row.condition is Condition.ARCHIVED:
        back = {ArchiveAction.RESTORE}
    else:
        back = {ArchiveAction.ARCHIVE} if _allows(cleanup.may_delete, row, overview, now) else set()
    if _allows(cleanup.check_deletable, row, overview, now):
        back.add(ArchiveAction.DELETE)
    return frozenset(back)


def _idle(row: Row, overview: Overview) -> bool:
    try:
        _check_idle(row, overview)
    except CertclientError:
        return False
    return True


def _check_idle(row: Row, overview: Overview) -> None:
    procedures = [one for one in overview.procedures if one.profile_id == row.profile.id]
    open_user_ids = [one.user_id for one in procedures]
    cleanup.check_idle(row.entry.owner.user_id, open_user_ids)


def _allows(check: Callable[..., None], row: Row, overview: Overview, now: datetime) -> bool:
    try:
        check(row.entry.stored, overview.own, now, overview.statuses)
    except CertclientError:
        return False
    return True


class ArchiveTask(QObject):
    """Runs one operation at a time; lives as long as the window it prompts over."""

    done = Signal(object, object)
    """The ArchiveAction and the Row."""
    failed = Signal(object, object)
    """The CertclientError and the Row."""

    def __init__(self, context: AppContext, window: QWidget) -> None:
        super().__init__(window)
        self._context = context
        self._store_task = StoreTask(context, window)

    @property
    def busy(self) -> bool:
        """Whether an operation is running."""
        return self._store_task.busy

    def start(self, action: ArchiveAction, row: Row, overview: Overview) -> None:
        """Starts the operation; does nothing while another one is running."""
        now = self._context.clock()

        def finish(_nothing: None) -> None:
            log.event(action.value, serial=row.entry.certificate.serial_hex)
            self.done.emit(action, row)

        self._store_task.start(
            lambda interaction: _act(action, row, overview, now, interaction),
            (row.entry.store.store_id,),
            finish,
            lambda error: self.failed.emit(error, row),
            row.profile,
        )

    def close(self) -> None:
        """The window is closing: cancels an open prompt."""
        self._store_task.close()


def _act(
    action: ArchiveAction, row: Row, overview: Overview, now: datetime, interaction: QtInteraction
) -> None:
    """Runs in a worker. Raises what `enrollment.cleanup` raises."""
    store, stored, statuses = row.entry.store, row.entry.stored, overview.statuses
    _check_idle(row, overview)
    if action is ArchiveAction.ARCHIVE:
        cleanup.archive(store, stored, overview.own, now, statuses, interaction.pin)
    elif action is ArchiveAction.RESTORE:
        cleanup.restore(store, stored, interaction.pin)
    else:
        cleanup.delete(store, stored, overview.own, now, statuses, interaction.pin)


def confirm_delete(
    context: AppContext, row: Row, window: QWidget, delete: Callable[[], None]
) -> None:
    """Asks over `window` whether to delete the certificate of `row`; calls `delete` if so."""
    entry = row.entry
    text = QCoreApplication.translate(
        "MainWindow",
        "The certificate of {user}, valid until {until}, and its key will be deleted for good."
        " This cannot be undone.\n\nSerial number: {serial}",
    )
    until = context.catalogue.minute(entry.certificate.not_after)
    box = new_box(QMessageBox.Icon.Warning, window.windowTitle(), window)
    names = {
        "user": visible(entry.full_id),
        "until": until,
        "serial": entry.certificate.serial_hex,
    }
    box.setText(text.format(**names))
    agree = box.addButton(
        QCoreApplication.translate("MainWindow", "&Delete"), QMessageBox.ButtonRole.DestructiveRole
    )
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    agree.clicked.connect(delete)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    finish_box(box, context.rehearsal)
    box.open()
