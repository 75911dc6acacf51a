"""Runs a procedure in a worker; its questions and its result arrive in the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, Signal

from certclient.enrollment.interaction import ConsentRequest, Interaction
from certclient.enrollment.procedure import Enrollment, Outcome, ProcedureView
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError
from certclient.store.base import CertificateStore
from certclient.store.names import title_of
from certclient.ui.tasks.interaction import QtInteraction
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
    None if there is nothing to resume."""

    outcome: Outcome | None
    error: CertclientError | None = None
    open_procedure: ProcedureView | None = None


@dataclass(frozen=True, slots=True)
class EnrollmentJob:
    """One run. `stores`: ids of all stores that it may touch."""

    enrollment: Enrollment
    profile_id: str
    user_id: str
    stores: tuple[str, ...]
    call: Callable[[Interaction], Outcome]


class EnrollmentWorker(QObject):
    """Lives in the GUI thread until the run has ended, even if its window is gone.

    `interaction` carries questions, answers and progress.
    """

    ended = Signal(object)
    """A RunEnd; not emitted once the task runner is closed."""

    def __init__(self, tasks: TaskRunner, is_agreed: Callable[[ConsentRequest], bool]) -> None:
        super().__init__()
        self.interaction = QtInteraction(is_agreed, self)
        self._tasks = tasks
        self.running = False

    def start(self, job: EnrollmentJob) -> None:
        """Starts as soon as the job's stores are free."""
        self.running = True
        QCoreApplication.instance().aboutToQuit.connect(self.interaction.close)  # type: ignore[union-attr] # the application exists
        self._tasks.run(
            lambda: _run(job, self.interaction),
            stores=job.stores,
            done=self._ended,
            failed=lambda error: self._ended(WorkerResult(None, error)),
        )

    def _ended(self, end: WorkerResult) -> None:
        self.running = False
        self.ended.emit(end)


def no_consent(_request: ConsentRequest) -> bool:
    """For a resumed procedure, which needs no second consent; always returns False."""
    return False


def _run(job: EnrollmentJob, interaction: Interaction) -> WorkerResult:
    """Runs in the worker. Returns errors in the RunEnd, with the procedure left to resume."""
    try:
        return WorkerResult(job.call(interaction))
    except CertclientError as error:
        return WorkerResult(None, error, _open_procedure(job))


def _open_procedure(job: EnrollmentJob) -> ProcedureView | None:
    views = (view for view in job.enrollment.pending() if view.user_id == job.user_id)
    return next(views, None)
