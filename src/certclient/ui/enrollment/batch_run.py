"""Runs the renewals of 「すべて更新」 one after the other. batch.py shows them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from certclient.enrollment.observed_run import RunTarget
from certclient.enrollment.overview import Row, read_overview
from certclient.enrollment.procedure import Enrollment, ProcedureKind
from certclient.enrollment.procedure_status import ProcedureStatus
from certclient.model.errors import CertclientError
from certclient.model.progress import Step
from certclient.store.base import CertificateStore
from certclient.ui.context import AppContext
from certclient.ui.tasks.enrollment_worker import (
    EnrollmentJob,
    EnrollmentWorker,
    GivenConsent,
    WorkerResult,
)
from certclient.ui.tasks.runner import STORE_SCAN


@dataclass(frozen=True, slots=True)
class _DueCertificates:
    """The certificates due, and what their renewals need."""

    stores: tuple[CertificateStore, ...]
    rows: tuple[Row, ...]
    enrollments: dict[str, Enrollment]


def _scan(context: AppContext) -> _DueCertificates:
    """Runs in a worker."""
    stores = tuple(context.stores())
    # With the open procedures: what runs already, or waits for the bank, is not started again.
    reading = context.state.state.read_journal()
    overview = read_overview(
        context.profiles, stores, context.clock(), reading.statuses, reading.open_procedures
    )
    wanted = {row.profile.id: row.profile for row in overview.due}
    enrollments = {name: context.enrollment(one, stores) for name, one in wanted.items()}
    return _DueCertificates(stores, overview.due, enrollments)


class BatchRun(QObject):
    """Renews every certificate that is due in its current store; continues after failures."""

    changed = Signal()
    question_asked = Signal(object)
    """A PinRequest or SecretRequest; `run.interaction.answer` answers it."""
    run_began = Signal(object)
    """The EnrollmentWorker of the next renewal."""
    one_ended = Signal(object)
    """The result of a run: Finished, Pending or a CertclientError."""
    all_ended = Signal()

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        context.state.changed.connect(self._state_changed)
        self._due_certificates: _DueCertificates | None = None
        self._now = -1
        self.batch_id = secrets.token_hex(8)
        """Shared by the results of this batch."""
        self.run: EnrollmentWorker | None = None
        self.ends: list[WorkerResult] = []
        self.scan_error: CertclientError | None = None
        self.stopping = False
        self.ended = False
        """Whether the last renewal of a started batch has ended."""

    # Progress

    @property
    def scanned(self) -> bool:
        """Whether the search for due certificates has ended successfully."""
        return self._due_certificates is not None

    @property
    def rows(self) -> tuple[Row, ...]:
        """The certificates due, soonest expiry first; empty before the search has ended."""
        return self._due_certificates.rows if self._due_certificates is not None else ()

    @property
    def ready(self) -> bool:
        """Whether `start` has something to do and has not been called yet."""
        return bool(self.rows) and self._now < 0

    @property
    def working(self) -> bool:
        """Whether a renewal is running."""
        return self.run is not None

    @property
    def going_on(self) -> bool:
        """Whether the batch was started and has not come to its end."""
        return self._now >= 0 and not self.ended

    @property
    def over(self) -> bool:
        """Whether the batch was started and nothing runs any more."""
        return self._now >= 0 and not self.working

    def status(self, number: int) -> ProcedureStatus | None:
        """The observed status of row `number` of `rows`; None while nothing is open for it."""
        return self._context.state.overview.status(self.rows[number].key)

    def is_renewing(self, number: int) -> bool:
        """Whether row `number` of `rows` is being renewed now."""
        return self.working and number == self._now

    @property
    def step(self) -> Step | None:
        """The step in progress, or None."""
        status = self.status(self._now) if self.working else None
        return status.step if status is not None and status.running else None

    # Running

    def scan_stores(self) -> None:
        """Searches for certificates that are due, in a worker."""
        context = self._context
        context.tasks.run(
            lambda: _scan(context), stores=(STORE_SCAN,), done=self._seen, failed=self._failed
        )

    def start(self) -> None:
        """Starts the renewals. Call it once the user has agreed to all `rows`."""
        if self.ready:
            self._next()

    def stop(self) -> None:
        """Stops after the current step and starts no further renewals."""
        self.stopping = True
        if self.run is not None:
            self.run.interaction.stop()
        self.changed.emit()

    def _state_changed(self) -> None:
        if self.working:
            self.changed.emit()

    def _seen(self, due_certificates: _DueCertificates) -> None:
        self._due_certificates = due_certificates
        self.changed.emit()

    def _failed(self, error: CertclientError) -> None:
        self.scan_error = error
        self.changed.emit()

    def _next(self) -> None:
        self._now += 1
        if self._due_certificates is None or self._now >= len(self.rows) or self.stopping:
            self.ended = True
            self.changed.emit()
            self.all_ended.emit()
            return
        self._begin(self._due_certificates, self.rows[self._now])
        self.changed.emit()

    def _begin(self, due_certificates: _DueCertificates, row: Row) -> None:
        entry, enrollment = row.entry, due_certificates.enrollments[row.profile.id]
        given_consent = GivenConsent(entry.owner.user_id, entry.store, entry.certificate)
        run = EnrollmentWorker(self._context.tasks, self._context.state.state, given_consent.covers)
        run.ended.connect(self._ended)
        run.interaction.pin_asked.connect(self.question_asked)
        run.interaction.secret_asked.connect(self.question_asked)
        self.run = run
        self.run_began.emit(run)
        run.start(
            EnrollmentJob(
                enrollment=enrollment,
                target=RunTarget(
                    row.profile.id,
                    entry.owner.user_id,
                    ProcedureKind.RENEW,
                    full_id=entry.full_id,
                    batch=self.batch_id,
                ),
                stores=(*(store.store_id for store in due_certificates.stores), STORE_SCAN),
                call=lambda person: enrollment.renew(entry.stored, entry.store, person),
            )
        )

    def _ended(self, end: WorkerResult) -> None:
        self.run = None
        self.ends.append(end)
        self.one_ended.emit(end.outcome if end.outcome is not None else end.error)
        self._next()
