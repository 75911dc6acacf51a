"""Asks the CA again for what it wanted time for, without a window and without a question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QObject, Signal

from certclient.enrollment.interaction import ConsentRequest, SecretRequest
from certclient.enrollment.procedure import Finished, Outcome, ProcedureView, State
from certclient.model.errors import CertclientError
from certclient.model.progress import Progress
from certclient.model.secret import Secret
from certclient.store.base import Available, CertificateStore, PinRequest
from certclient.ui.context import AppContext
from certclient.ui.tasks.runner import LOOKING


class QuietResume(QObject):
    """Tries each procedure once each time that the CA named. What needs a person (a PIN, a code)
    is not tried: the person is called instead."""

    finished = Signal(object)
    """A Finished: the new certificate is in its place."""
    called = Signal(object)
    """A ProcedureView that goes on with 続ける only."""

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._tried: dict[str, datetime] = {}

    def look(self, pending: Sequence[ProcedureView], stores: Sequence[CertificateStore]) -> None:
        """Goes on with those whose time has come; `stores` are those that are here."""
        if LOOKING in self._context.tasks.busy_stores:
            return
        now = self._context.clock()
        for view in pending:
            check_at = view.check_at
            if view.state is not State.WAITING or check_at is None or check_at > now:
                continue
            if self._tried.get(view.id) != check_at:
                self._tried[view.id] = check_at
                self._try(view, tuple(stores))
                return

    def _try(self, view: ProcedureView, stores: tuple[CertificateStore, ...]) -> None:
        ids = [store.store_id for store in stores]
        self._context.tasks.run(
            lambda: _resume(self._context, view, stores),
            stores=(LOOKING, *ids),
            done=lambda outcome: self._done(view, outcome),
            failed=lambda _error: self.called.emit(view),
        )

    def _done(self, view: ProcedureView, outcome: Outcome | None) -> None:
        if outcome is None:
            self.called.emit(view)
        elif isinstance(outcome, Finished):
            self.finished.emit(outcome)


def _resume(
    context: AppContext, view: ProcedureView, stores: Sequence[CertificateStore]
) -> Outcome | None:
    """In a worker. None where somebody would be asked for a PIN."""
    profile = context.profile(view.profile_id)
    store = next((one for one in stores if one.store_id == view.store_id), None)
    state = store.availability() if store is not None else None
    if profile is None or not isinstance(state, Available) or state.needs_pin:
        return None
    enrollment = context.enrollment(profile, stores).with_patience(0.0)
    return enrollment.resume(view.id, _Nobody())


class _Nobody:
    """`enrollment.interaction.Interaction` that knows no answer."""

    def consent(self, request: ConsentRequest) -> bool:
        return False

    def pin(self, request: PinRequest) -> Secret | None:
        return None

    def secret(self, request: SecretRequest) -> Secret | None:
        return None

    def progress(self, report: Progress) -> None:
        return

    def warning(self, error: CertclientError) -> None:
        return

    def stop_requested(self) -> bool:
        return False
