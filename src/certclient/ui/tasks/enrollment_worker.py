"""Runs a procedure in a worker; its questions and its result arrive in the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal

from certclient.enrollment.interaction import ConsentRequest, Interaction
from certclient.model.errors import CertclientError
from certclient.store.names import title_of
from certclient.ui.tasks.interaction import QtInteraction

if TYPE_CHECKING:
    from collections.abc import Callable

    from certclient.enrollment.observed_run import ObservedRun, RunTarget
    from certclient.enrollment.observed_state import ObservedState
    from certclient.enrollment.procedure import Enrollment, Outcome, ProcedureView
    from certclient.enrollment.run_results import RunResult
    from certclient.model.certificate import Certificate
    from certclient.store.base import CertificateStore
    from certclient.ui.tasks.runner import TaskRunner


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """What the user agreed to: whose certificate, where, and which one it replaces."""

    user_id: str
    place: CertificateStore
    current: Certificate | None

    def covers(self, request: ConsentRequest) -> bool:
        """Returns whether `request` asks for exactly this. Thread-safe: compares values only."""
        return request == ConsentRequest(
            self.user_id, self.place.destination, title_of(self.place), self.current
        )


@dataclass(frozen=True, slots=True)
class WorkerResult:
    """The result of a run: an outcome or an error. `open_procedure` can be resumed after an error;
    None if there is nothing to resume. `result`: what the observed state keeps until the user has
    seen it; None for nothing. `own_choice`: the error says no more than that the user cancelled a
    question, or stopped the run."""

    outcome: Outcome | None
    error: CertclientError | None = None
    open_procedure: ProcedureView | None = None
    result: RunResult | None = None
    own_choice: bool = False


@dataclass(frozen=True, slots=True)
class EnrollmentJob:
    """One run. `target`: what it is about; `stores`: ids of all stores that it may touch."""

    enrollment: Enrollment
    target: RunTarget
    stores: tuple[str, ...]
    call: Callable[[Interaction], Outcome]


class EnrollmentWorker(QObject):
    """Lives in the GUI thread until the run has ended, even if its window is gone.

    `interaction` carries questions, answers and progress.
    """

    ended = Signal(object)
    """A WorkerResult; not emitted once the task runner is closed."""

    def __init__(
        self,
        tasks: TaskRunner,
        state: ObservedState,
        is_agreed: Callable[[ConsentRequest], bool],
    ) -> None:
        super().__init__()
        self.interaction = QtInteraction(is_agreed, self)
        self._tasks = tasks
        self._state = state
        self.running = False

    def start(self, job: EnrollmentJob) -> None:
        """Starts as soon as the job's stores are free."""
        self.running = True
        QCoreApplication.instance().aboutToQuit.connect(self.interaction.close)  # type: ignore[union-attr] # the application exists
        state, run = self._state, self._state.begin(job.target, self.interaction)

        def crashed(error: CertclientError) -> None:
            self._ended(WorkerResult(None, error, result=state.end(run, None, error)))

        self._tasks.run(
            lambda: _run(job, state, run), stores=job.stores, done=self._ended, failed=crashed
        )

    def _ended(self, end: WorkerResult) -> None:
        self.running = False
        if end.error is not None and self.interaction.is_own_choice(end.error):
            if end.result is not None:
                self._state.see(end.result)
            end = replace(end, own_choice=True, result=None)
        self.ended.emit(end)


def no_consent(_request: ConsentRequest) -> bool:
    """For a resumed procedure, which needs no second consent; always returns False."""
    return False


def _run(job: EnrollmentJob, state: ObservedState, run: ObservedRun) -> WorkerResult:
    """Runs in the worker. Returns errors in the result, with the procedure left to resume."""
    try:
        outcome = job.call(run)
    except CertclientError as error:
        left = _open_procedure(job)
        state.refresh_journal()
        result = state.end(run, None, error, left.id if left is not None else "")
        return WorkerResult(None, error, left, result)
    state.refresh_journal()
    return WorkerResult(outcome, result=state.end(run, outcome, None))


def _open_procedure(job: EnrollmentJob) -> ProcedureView | None:
    views = (view for view in job.enrollment.pending() if view.user_id == job.target.user_id)
    return next(views, None)
