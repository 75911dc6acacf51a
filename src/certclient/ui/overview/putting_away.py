"""Putting certificates away, bringing them back, deleting them for good: in a worker, with the PIN
asked for where the token wants it."""

from __future__ import annotations

import enum
from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from certclient.enrollment import cleanup
from certclient.enrollment.overview import Condition, Overview, Row
from certclient.model.errors import CertclientError
from certclient.platform import log
from certclient.ui.context import AppContext
from certclient.ui.overview.errand import Errand
from certclient.ui.tasks.interaction import QtInteraction


class Removal(enum.Enum):
    """The three things that can be done; the values are the log's events."""

    PUT_AWAY = "archived"
    BRING_BACK = "restored"
    DELETE = "deleted"


def possible(row: Row, overview: Overview, now: datetime) -> frozenset[Removal]:
    """What may be done with `row` at `now` (aware). Only what does not count any more can go, and
    for good only after it was put away or has expired; nothing while a procedure is open."""
    if not _idle(row, overview):
        return frozenset()
    if row.condition is Condition.ARCHIVED:
        back = {Removal.BRING_BACK}
    else:
        back = {Removal.PUT_AWAY} if _allows(cleanup.may_delete, row, overview, now) else set()
    if _allows(cleanup.check_deletable, row, overview, now):
        back.add(Removal.DELETE)
    return frozenset(back)


def _idle(row: Row, overview: Overview) -> bool:
    try:
        _check_idle(row, overview)
    except CertclientError:
        return False
    return True


def _check_idle(row: Row, overview: Overview) -> None:
    open_user_ids = [view.user_id for view in overview.pending]
    cleanup.check_idle(row.entry.owner.user_id, open_user_ids)


def _allows(check: Callable[..., None], row: Row, overview: Overview, now: datetime) -> bool:
    try:
        check(row.entry.stored, overview.all_stored, now, overview.statuses)
    except CertclientError:
        return False
    return True


class PuttingAway(QObject):
    """Does one removal after the other; lives as long as the window over which it asks."""

    done = Signal(object, object)
    """The Removal and the Row."""
    failed = Signal(object, object)
    """The CertclientError and the Row."""

    def __init__(self, context: AppContext, window: QWidget) -> None:
        super().__init__(window)
        self._context = context
        self._errand = Errand(context, window)

    @property
    def busy(self) -> bool:
        return self._errand.busy

    def start(self, removal: Removal, row: Row, overview: Overview) -> None:
        """Begins; while one is under way it does nothing."""
        now = self._context.clock()

        def finish(_nothing: None) -> None:
            log.event(removal.value, serial=row.entry.certificate.serial_hex)
            self.done.emit(removal, row)

        self._errand.start(
            lambda interaction: _act(removal, row, overview, now, interaction),
            (row.entry.store.store_id,),
            finish,
            lambda error: self.failed.emit(error, row),
        )

    def close(self) -> None:
        """The window goes: a question that is open is answered with no."""
        self._errand.close()


def _act(
    removal: Removal, row: Row, overview: Overview, now: datetime, interaction: QtInteraction
) -> None:
    """In a worker. Raises as `enrollment.cleanup`."""
    store, stored, statuses = row.entry.store, row.entry.stored, overview.statuses
    _check_idle(row, overview)
    if removal is Removal.PUT_AWAY:
        cleanup.archive(store, stored, overview.all_stored, now, statuses, interaction.pin)
    elif removal is Removal.BRING_BACK:
        cleanup.restore(store, stored, interaction.pin)
    else:
        cleanup.delete(store, stored, overview.all_stored, now, statuses, interaction.pin)
