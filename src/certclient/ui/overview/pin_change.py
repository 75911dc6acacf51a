"""「PINを変更する」: changes the PIN of the token that holds the selected certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from certclient.platform import log
from certclient.store.base import PinChanging
from certclient.ui.overview.store_task import StoreTask

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from certclient.enrollment.overview import Overview, Row
    from certclient.ui.context import AppContext


def can_change_pin(row: Row | None) -> bool:
    """Whether the PIN of the token of `row` can be changed now."""
    if row is None or row.absent:
        return False
    running = row.procedure is not None and row.procedure.running
    return isinstance(row.entry.store, PinChanging) and not running


def any_pin(overview: Overview) -> bool:
    """Whether `can_change_pin` holds for any row; asks each store once."""
    stores = {one.store_id for one in overview.stores if isinstance(one, PinChanging)}
    return any(row.entry.stored.store_id in stores and can_change_pin(row) for row in overview.rows)


class PinChangeTask(QObject):
    """Changes one PIN at a time; lives as long as the window it prompts over."""

    done = Signal(str)
    """What to tell the user."""
    failed = Signal(object, object)
    """The CertclientError and the Row."""

    def __init__(self, context: AppContext, window: QWidget) -> None:
        super().__init__(window)
        self._store_task = StoreTask(context, window)

    @property
    def busy(self) -> bool:
        """Whether a PIN is being changed."""
        return self._store_task.busy

    def start(self, row: Row) -> None:
        """Asks for the current PIN and the new one; does nothing while another task is running."""
        store = row.entry.store
        if not isinstance(store, PinChanging):
            return
        change_pin = store.change_pin

        def finish(_nothing: None) -> None:
            log.event("pin-changed")
            self.done.emit(self.tr("The PIN of the USB token has been changed."))

        self._store_task.start(
            lambda interaction: change_pin(interaction.pin),
            (store.store_id,),
            finish,
            lambda error: self.failed.emit(error, row),
            row.profile,
        )

    def close(self) -> None:
        """The window is closing: cancels an open prompt."""
        self._store_task.close()
