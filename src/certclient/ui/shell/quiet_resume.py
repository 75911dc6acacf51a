"""Goes on with what needs no person, without a window and without a question: asks the CA again for
what it wanted time for, and reports a certificate that has arrived."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QObject, Signal

from certclient.enrollment.interaction import Nobody
from certclient.enrollment.inventory import take_inventory
from certclient.enrollment.procedure import Finished, Outcome, ProcedureView, State
from certclient.enrollment.unattended import RetrySchedule, resume_obstacle
from certclient.model.errors import CertclientError
from certclient.store.base import CertificateStore
from certclient.ui.context import AppContext
from certclient.ui.tasks.runner import LOOKING


class QuietResume(QObject):
    """Tries each waiting procedure once each time that the CA named, and each confirmation again
    and again (`RetrySchedule`). What needs a person (a PIN, a code) is not tried: the person is
    called instead, once."""

    finished = Signal(object)
    """A Finished: the new certificate is in its place."""
    called = Signal(object)
    """A ProcedureView that goes on with 続ける only."""

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._tried: dict[str, datetime] = {}
        self._confirmations = RetrySchedule()
        self._called: set[str] = set()
        self._left: set[str] = set()

    def look(self, pending: Sequence[ProcedureView], stores: Sequence[CertificateStore]) -> None:
        """Goes on with those whose time has come; `stores` are those that are here."""
        if LOOKING in self._context.tasks.busy_stores:
            return
        now = self._context.clock()
        view = next((view for view in pending if self._is_due(view, now)), None)
        if view is None:
            return
        if view.state.unconfirmed:
            self._confirmations.tried(view.id, now)
        elif view.check_at is not None:
            self._tried[view.id] = view.check_at
        self._try(view, tuple(stores))

    def leave(self, procedure_id: str) -> None:
        """The customer has stopped this one: before the CA has answered it waits for 続ける."""
        self._left.add(procedure_id)

    def _is_due(self, view: ProcedureView, now: datetime) -> bool:
        if view.state.unconfirmed:
            return view.id not in self._left and self._confirmations.is_due(view.id, now)
        if view.state is not State.WAITING or view.check_at is None or view.check_at > now:
            return False
        return self._tried.get(view.id) != view.check_at

    def _try(self, view: ProcedureView, stores: tuple[CertificateStore, ...]) -> None:
        ids = [store.store_id for store in stores]
        self._context.tasks.run(
            lambda: _resume(self._context, view, stores),
            stores=(LOOKING, *ids),
            done=lambda outcome: self._done(view, outcome),
            failed=lambda error: self._failed(view, error),
        )

    def _done(self, view: ProcedureView, outcome: Outcome | None) -> None:
        if outcome is None:
            self._call(view)
        elif isinstance(outcome, Finished):
            self.finished.emit(outcome)

    def _failed(self, view: ProcedureView, error: CertclientError) -> None:
        if not (view.state.unconfirmed and error.code.retriable):
            self._call(view)

    def _call(self, view: ProcedureView) -> None:
        """A confirmation is tried on, but the person is not called each time."""
        if not view.state.unconfirmed:
            self.called.emit(view)
        elif view.id not in self._called:
            self._called.add(view.id)
            self.called.emit(view)


def _resume(
    context: AppContext, view: ProcedureView, stores: Sequence[CertificateStore]
) -> Outcome | None:
    """In a worker. None where somebody would be asked for something."""
    profile = context.profile(view.profile_id)
    if profile is None or all(store.store_id != view.store_id for store in stores):
        return None
    inventory = take_inventory(profile, stores, context.clock(), context.statuses())
    if resume_obstacle(profile, inventory, view) is not None:
        return None
    enrollment = context.enrollment(profile, stores).with_patience(0.0)
    return enrollment.resume(view.id, Nobody())
