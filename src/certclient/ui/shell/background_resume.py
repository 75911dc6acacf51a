"""Resumes procedures that need no user interaction, without a window: polls the CA for a pending
certificate and confirms one that has arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from certclient.enrollment.interaction import Interaction, NonInteractive
from certclient.enrollment.inventory import read_inventory
from certclient.enrollment.observed_run import RunTarget
from certclient.enrollment.procedure import Finished, Outcome, ProcedureState, ProcedureView
from certclient.enrollment.unattended import RetrySchedule, resume_blocker
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.unavailable import store_by_id
from certclient.ui.tasks.runner import STORE_SCAN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from certclient.store.base import CertificateStore
    from certclient.ui.context import AppContext

_MOST_TRIES = 6
"""For a program that nobody sees: a quarter of an hour at most. The next logon tries again."""


class BackgroundResume(QObject):
    """Polls each waiting procedure once per time named by the CA, and repeats confirmations on a
    `RetrySchedule`. Skips procedures that need a PIN or a code and emits `attention_required` for
    them once."""

    finished = Signal(object)
    """A Finished: the new certificate is installed."""
    tried = Signal()
    """An attempt failed and will be repeated."""
    attention_required = Signal(object)
    """A ProcedureView that only the user can continue, with 続ける."""
    refused = Signal(object)
    """CERTIFICATE_NOT_ACCEPTED: the user needs another certificate."""

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._attempts: dict[str, datetime] = {}
        self._confirmations = RetrySchedule()
        self._called: set[str] = set()
        self._left: set[str] = set()

    def resume_due(
        self, pending: Sequence[ProcedureView], stores: Sequence[CertificateStore]
    ) -> None:
        """Resumes one procedure that is due, if any; `stores` are those present. Does nothing while
        other work occupies the stores."""
        if STORE_SCAN in self._context.tasks.busy_stores:
            return
        now = self._context.clock()
        view = next((view for view in pending if self._is_due(view, now)), None)
        if view is None:
            return
        if view.state.unconfirmed:
            self._confirmations.record_attempt(view.id, now)
        elif view.check_at is not None:
            self._attempts[view.id] = view.check_at
        self._start(view, tuple(stores))

    def is_trying(self, pending: Sequence[ProcedureView]) -> bool:
        """Whether a confirmation is still worth keeping a program without a window running."""
        return any(
            view.state.unconfirmed
            and view.id not in self._left | self._called
            and self._confirmations.tries(view.id) < _MOST_TRIES
            for view in pending
        )

    def include(self, procedure_id: str) -> None:
        """The user continues what they had stopped."""
        self._left.discard(procedure_id)

    def exclude(self, procedure_id: str) -> None:
        """Notes that the user stopped this procedure. Its confirmation is no longer retried here;
        it waits for 続ける."""
        self._left.add(procedure_id)

    def _is_due(self, view: ProcedureView, now: datetime) -> bool:
        if view.state.unconfirmed:
            return view.id not in self._left and self._confirmations.is_due(view.id, now)
        if view.state is not ProcedureState.WAITING or view.check_at is None or view.check_at > now:
            return False
        return self._attempts.get(view.id) != view.check_at

    def _start(self, view: ProcedureView, stores: tuple[CertificateStore, ...]) -> None:
        ids = [store.store_id for store in stores]
        state = self._context.state.state
        target = RunTarget(
            view.profile_id, view.user_id, view.kind, procedure_id=view.id, in_background=True
        )
        run = state.begin(target, NonInteractive())

        def failed(error: CertclientError) -> None:
            state.end(run, None, error)
            self._failed(view, error)

        def work() -> Outcome | None:
            try:
                outcome = _resume(self._context, view, stores, run)
            finally:
                state.refresh_journal()
            state.end(run, outcome, None)
            return outcome

        self._context.tasks.run(
            work,
            stores=(STORE_SCAN, *ids),
            done=lambda outcome: self._done(view, outcome),
            failed=failed,
        )

    def _done(self, view: ProcedureView, outcome: Outcome | None) -> None:
        if outcome is None:
            self._require_attention(view)
        elif isinstance(outcome, Finished):
            self.finished.emit(outcome)

    def _failed(self, view: ProcedureView, error: CertclientError) -> None:
        if error.code is ErrorCode.CERTIFICATE_NOT_ACCEPTED:
            self.refused.emit(error)
        elif not (view.state.unconfirmed and error.code.retriable):
            self._require_attention(view)
        else:
            self.tried.emit()

    def _require_attention(self, view: ProcedureView) -> None:
        """Emits `attention_required` only once for a confirmation, which keeps being retried."""
        if not view.state.unconfirmed:
            self.attention_required.emit(view)
        elif view.id not in self._called:
            self._called.add(view.id)
            self.attention_required.emit(view)


def _resume(
    context: AppContext,
    view: ProcedureView,
    stores: Sequence[CertificateStore],
    interaction: Interaction,
) -> Outcome | None:
    """Runs in a worker. Returns None if resuming would need user interaction."""
    profile = context.profile(view.profile_id)
    if profile is None or store_by_id(stores, view.store_id) not in stores:
        return None
    inventory = read_inventory(profile, stores, context.clock(), context.statuses())
    if resume_blocker(profile, inventory, view) is not None:
        return None
    enrollment = context.enrollment(profile, stores).with_max_wait(0.0)
    return enrollment.resume(view.id, interaction)
