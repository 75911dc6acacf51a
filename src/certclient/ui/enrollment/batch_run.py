"""The renewals of 「すべて更新」, one after the other. batch.py shows them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from certclient.enrollment.overview import Row, take_overview
from certclient.enrollment.procedure import Enrollment
from certclient.model.errors import CertclientError
from certclient.model.progress import Phase, Progress, Step
from certclient.store.base import CertificateStore
from certclient.ui.context import AppContext
from certclient.ui.tasks.runner import LOOKING
from certclient.ui.tasks.running import Agreement, Job, ProcedureRun, RunEnd


@dataclass(frozen=True, slots=True)
class _Found:
    """What is due, and what it is renewed with."""

    stores: tuple[CertificateStore, ...]
    rows: tuple[Row, ...]
    enrollments: dict[str, Enrollment]


def _look(context: AppContext) -> _Found:
    """In a worker."""
    stores = tuple(context.stores())
    overview = take_overview(context.profiles, stores, context.clock(), context.statuses())
    wanted = {row.profile.id: row.profile for row in overview.due}
    enrollments = {name: context.enrollment(one, stores) for name, one in wanted.items()}
    return _Found(stores, overview.due, enrollments)


class BatchRun(QObject):
    """Every certificate that is due, each renewed where it lives; a failure stops no other."""

    changed = Signal()
    asked = Signal(object)
    """A PinRequest or SecretRequest; `answer` answers it."""
    one_ended = Signal(object)
    """How a run ended: Finished, Pending or a CertclientError."""
    all_ended = Signal()

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._found: _Found | None = None
        self._now = -1
        self.run: ProcedureRun | None = None
        self.ends: list[RunEnd] = []
        self.trouble: CertclientError | None = None
        self.stopping = False
        self.step: Step | None = None

    # How far it is

    @property
    def looked(self) -> bool:
        return self._found is not None

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is due, the soonest expiry first."""
        return self._found.rows if self._found is not None else ()

    @property
    def ready(self) -> bool:
        return bool(self.rows) and self._now < 0

    @property
    def working(self) -> bool:
        return self.run is not None

    @property
    def over(self) -> bool:
        return self._now >= 0 and not self.working

    def is_at_work_on(self, number: int) -> bool:
        return self.working and number == self._now

    # What it does

    def look(self) -> None:
        """Finds what is due."""
        context = self._context
        context.tasks.run(
            lambda: _look(context), stores=(LOOKING,), done=self._seen, failed=self._failed
        )

    def start(self) -> None:
        """The customer has agreed to all that `rows` shows."""
        if self.ready:
            self._next()

    def stop(self) -> None:
        """After the present step; the rest is not begun."""
        self.stopping = True
        if self.run is not None:
            self.run.interaction.stop()
        self.changed.emit()

    def _seen(self, found: _Found) -> None:
        self._found = found
        self.changed.emit()

    def _failed(self, error: CertclientError) -> None:
        self.trouble = error
        self.changed.emit()

    def _next(self) -> None:
        self._now += 1
        if self._found is None or self._now >= len(self.rows) or self.stopping:
            self.changed.emit()
            self.all_ended.emit()
            return
        self._begin(self._found, self.rows[self._now])
        self.changed.emit()

    def _begin(self, found: _Found, row: Row) -> None:
        entry, enrollment = row.entry, found.enrollments[row.profile.id]
        agreement = Agreement(entry.owner.user_id, entry.store, entry.certificate)
        run = ProcedureRun(self._context.tasks, agreement.covers)
        run.ended.connect(self._ended)
        run.interaction.pin_asked.connect(self.asked)
        run.interaction.secret_asked.connect(self.asked)
        run.interaction.progressed.connect(self._report)
        self.run = run
        run.start(
            Job(
                enrollment=enrollment,
                profile_id=row.profile.id,
                user_id=entry.owner.user_id,
                stores=(*(store.store_id for store in found.stores), LOOKING),
                call=lambda person: enrollment.renew(entry.stored, entry.store, person),
            )
        )

    def _report(self, report: Progress) -> None:
        self.step = report.step if report.phase is Phase.STARTED else None
        self.changed.emit()

    def _ended(self, end: RunEnd) -> None:
        self.run = None
        self.step = None
        self.ends.append(end)
        self.one_ended.emit(end.outcome if end.outcome is not None else end.error)
        self._next()
