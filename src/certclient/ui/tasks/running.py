"""One run of one procedure: in a worker, with its questions and its end in the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, Signal

from certclient.enrollment.interaction import ConsentRequest, Interaction
from certclient.enrollment.procedure import Enrollment, Outcome, ProcedureView
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError
from certclient.store.base import CertificateStore
from certclient.ui.tasks.interaction import QtInteraction
from certclient.ui.tasks.runner import TaskRunner


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the customer read and agreed to: whose certificate, where, and which one it replaces."""

    user_id: str
    place: CertificateStore
    current: Certificate | None

    def covers(self, request: ConsentRequest) -> bool:
        """Whether the procedure asks for exactly this. Touches nothing but values."""
        return request == ConsentRequest(
            self.user_id, self.place.destination, self.place.label, self.current
        )


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended: an outcome or an error. `open_procedure` is what can be resumed after an
    error, None if nothing can."""

    outcome: Outcome | None
    error: CertclientError | None = None
    open_procedure: ProcedureView | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be run. `stores`: ids of all stores that it may touch."""

    enrollment: Enrollment
    profile_id: str
    user_id: str
    stores: tuple[str, ...]
    call: Callable[[Interaction], Outcome]


class ProcedureRun(QObject):
    """Lives in the GUI thread until the run has ended, whether or not its window does.

    `interaction` carries questions, answers and progress.
    """

    ended = Signal(object)
    """A RunEnd; never after `abandon`."""

    def __init__(self, tasks: TaskRunner, agrees: Callable[[ConsentRequest], bool]) -> None:
        super().__init__()
        self.interaction = QtInteraction(agrees, self)
        self._tasks = tasks
        self.running = False

    def start(self, job: Job) -> None:
        """Starts as soon as the stores are free."""
        self.running = True
        QCoreApplication.instance().aboutToQuit.connect(self.interaction.close)  # type: ignore[union-attr] # there is one
        self._tasks.run(
            lambda: _run(job, self.interaction),
            stores=job.stores,
            done=self._ended,
            failed=lambda error: self._ended(RunEnd(None, error)),
        )

    def _ended(self, end: RunEnd) -> None:
        self.running = False
        self.ended.emit(end)


def no_consent(_request: ConsentRequest) -> bool:
    """For a resumed procedure, which was agreed to when it began."""
    return False


def _run(job: Job, interaction: Interaction) -> RunEnd:
    """In the worker. An error belongs to the end, together with what is left to resume."""
    try:
        return RunEnd(job.call(interaction))
    except CertclientError as error:
        return RunEnd(None, error, _open_procedure(job))


def _open_procedure(job: Job) -> ProcedureView | None:
    wanted = (job.profile_id, job.user_id)
    views = (v for v in job.enrollment.pending() if (v.profile_id, v.user_id) == wanted)
    return next(views, None)
