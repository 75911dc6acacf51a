"""Runs the renewals of 「すべて更新」: the PINs first, then one after the other. dialog.py shows
them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal

from certclient.enrollment.batch_pins import BatchPins, WithPins
from certclient.enrollment.key_ahead import NextRenewal
from certclient.enrollment.observed_run import RunTarget
from certclient.enrollment.procedure import Outcome, ProcedureKind
from certclient.ui.enrollment.batch.items import (
    BatchItem,
    BatchPhase,
    DueCertificates,
    RowState,
    find_due,
)
from certclient.ui.enrollment.batch.pins import PinQuestions
from certclient.ui.tasks.enrollment_worker import (
    EnrollmentJob,
    EnrollmentWorker,
    GivenConsent,
    WorkerResult,
    no_consent,
)
from certclient.ui.tasks.interaction import QtInteraction
from certclient.ui.tasks.runner import STORE_SCAN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.enrollment.interaction import Interaction
    from certclient.enrollment.overview import Row
    from certclient.enrollment.procedure_status import ProcedureStatus
    from certclient.model.errors import CertclientError
    from certclient.model.profile import Profile
    from certclient.model.secret import Secret
    from certclient.ui.context import AppContext


class BatchRun(QObject):
    """Renews the chosen certificates, each in its current store; continues after failures."""

    changed = Signal()
    question_asked = Signal(object)
    """A PinRequest or SecretRequest; `answer` answers it."""
    run_began = Signal(object)
    """The EnrollmentWorker of the next renewal."""
    one_ended = Signal(int)
    """The number in `items` of what has come to its end."""
    all_ended = Signal()

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        context.state.changed.connect(self._state_changed)
        QCoreApplication.instance().aboutToQuit.connect(self.close)  # type: ignore[union-attr] # the application exists
        self._due: DueCertificates | None = None
        self._queue: list[int] = []
        self._now = -1
        self._pins = BatchPins()
        self._pin_interaction: QtInteraction | None = None
        self._returning = False
        self.batch_id = secrets.token_hex(8)
        """Shared by the results of this batch."""
        self.phase = BatchPhase.LOOKING
        self.run: EnrollmentWorker | None = None
        self.scan_error: CertclientError | None = None
        self.stopping = False

    # Progress

    @property
    def items(self) -> Sequence[BatchItem]:
        """The certificates due, those that can be renewed first; empty before the search ended."""
        return self._due.items if self._due is not None else ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The certificates that can be renewed now, soonest expiry first."""
        return tuple(item.row for item in self.items if item.blocker is None)

    @property
    def chosen(self) -> int:
        """How many boxes are ticked."""
        return sum(item.chosen for item in self.items)

    @property
    def scanned(self) -> bool:
        """Whether the search for due certificates has ended successfully."""
        return self._due is not None

    @property
    def ends(self) -> list[WorkerResult]:
        """The ends of the rows that have one."""
        return [item.end for item in self.items if item.end is not None]

    @property
    def ready(self) -> bool:
        """Whether `start` has something to do and has not been called yet."""
        return self.phase is BatchPhase.CHOOSING and self.chosen > 0

    @property
    def working(self) -> bool:
        """Whether PINs are asked for or a renewal is running."""
        return self.phase in (BatchPhase.PINS, BatchPhase.RUNNING)

    @property
    def over(self) -> bool:
        """Whether the batch was started and nothing runs any more."""
        return self.phase is BatchPhase.OVER

    @property
    def current(self) -> int | None:
        """The number in `items` of what is being renewed now."""
        return self._now if self.run is not None else None

    def status(self, number: int) -> ProcedureStatus | None:
        """The observed status of row `number` of `items`; None while nothing is open for it."""
        return self._context.state.overview.status(self.items[number].row.key)

    def state(self, number: int) -> RowState:
        """The state of row `number` of `items`, from what is observed."""
        item = self.items[number]
        if number == self.current:
            status = self.status(number)
            asking = status is not None and status.asking
            return RowState.ASKING if asking else RowState.RUNNING
        if item.blocker is not None:
            return RowState.BLOCKED
        if item.end_state is not None:
            return item.end_state
        if not item.chosen:
            return RowState.LEFT_OUT
        if self.phase in (BatchPhase.LOOKING, BatchPhase.CHOOSING):
            return RowState.CHOSEN
        return RowState.NEXT if number in self._queue else RowState.NOT_BEGUN

    # Choosing and running

    def scan_stores(self) -> None:
        """Searches for certificates that are due, in a worker."""
        context = self._context
        context.tasks.run(
            lambda: find_due(context), stores=(STORE_SCAN,), done=self._seen, failed=self._failed
        )

    def choose(self, number: int, *, chosen: bool) -> None:
        """Ticks or unticks row `number` of `items`, before the start."""
        item = self.items[number]
        if self.phase is BatchPhase.CHOOSING and item.blocker is None and item.chosen != chosen:
            item.chosen = chosen
            self.changed.emit()

    def start(self) -> None:
        """Asks for the PINs, then renews. Call it once the user has agreed to the chosen rows."""
        if self.ready:
            self._begin([number for number, item in enumerate(self.items) if item.chosen])

    def repeat(self, number: int) -> None:
        """この1件をもう一度: renews row `number` of `items` once more, after the batch is over."""
        if self.phase is BatchPhase.OVER and self.state(number).repeatable:
            self.items[number].end = None
            self._begin([number])

    def answer(self, secret: Secret | None) -> None:
        """Answers the open question; None skips what it is for."""
        if self._pin_interaction is not None:
            self._pin_interaction.answer(secret)
        elif self.run is not None:
            self.run.interaction.answer(secret)

    def back(self) -> None:
        """While a PIN is asked for: back to the choice. Forgets the PINs given so far."""
        self._returning = True
        self._stop_pins()

    def stop(self) -> None:
        """Stops after the current step and starts no further renewals."""
        self.stopping = True
        self._stop_pins()
        if self.run is not None:
            self.run.interaction.stop()
        self.changed.emit()

    def close(self) -> None:
        """The program ends: declines what is asked, stops after the step, forgets the PINs."""
        self.stopping = True
        self._pins.forget()
        if self._pin_interaction is not None:
            self._pin_interaction.close()
        if self.run is not None:
            self.run.interaction.close()

    def _stop_pins(self) -> None:
        if self._pin_interaction is not None:
            self._pin_interaction.stop()
            self._pin_interaction.answer(None)

    def _state_changed(self) -> None:
        if self.working:
            self.changed.emit()

    def _seen(self, due: DueCertificates) -> None:
        self._due = due
        self.phase = BatchPhase.CHOOSING
        self.changed.emit()

    def _failed(self, error: CertclientError) -> None:
        self.scan_error = error
        self.changed.emit()

    def _begin(self, queue: list[int]) -> None:
        self._queue, self._now = queue, -1
        self.stopping = self._returning = False
        self.phase = BatchPhase.PINS
        asking = QtInteraction(no_consent, self)
        asking.pin_asked.connect(self.question_asked)
        self._pin_interaction = asking
        targets = {number: self._target(number) for number in queue}
        questions = PinQuestions(self._pins, {n: self.items[n] for n in queue}, targets)
        state = self._context.state.state
        self._context.tasks.run(
            lambda: questions.ask_all(state, asking),
            stores=self._lanes,
            done=self._asked,
            failed=self._not_asked,
        )
        self.changed.emit()

    @property
    def _lanes(self) -> tuple[str, ...]:
        stores = self._due.stores if self._due is not None else ()
        return (*(store.store_id for store in stores), STORE_SCAN)

    def _asked(self, ends: dict[int, WorkerResult]) -> None:
        self._pin_interaction = None
        if self._returning and not self.stopping:
            self._pins.forget()
            self._queue = []
            self.phase = BatchPhase.CHOOSING
            self.changed.emit()
            return
        self.phase = BatchPhase.RUNNING
        if not self.stopping:
            self._queue = [number for number in self._queue if number not in ends]
            for number, end in ends.items():
                self._end(number, end)
        self._next()

    def _not_asked(self, error: CertclientError) -> None:
        """A bug in a store. Its renewals fail with the same, which their rows show."""
        self._asked({number: WorkerResult(None, error) for number in self._queue})

    def _next(self) -> None:
        if self._due is None or not self._queue or self.stopping:
            self._pins.forget()
            self._queue = []
            self._context.state.state.note_ahead(None)
            self.phase = BatchPhase.OVER
            self.changed.emit()
            self.all_ended.emit()
            return
        self._now = self._queue.pop(0)
        self._renew(self._due, self._now)
        self.changed.emit()

    def _target(self, number: int) -> RunTarget:
        row = self.items[number].row
        return RunTarget(
            row.profile.id,
            row.entry.owner.user_id,
            ProcedureKind.RENEW,
            full_id=row.entry.full_id,
            batch=self.batch_id,
        )

    def _renew(self, due: DueCertificates, number: int) -> None:
        entry, profile = self.items[number].row.entry, self.items[number].row.profile
        enrollment, pins = due.enrollments[profile.id], self._pins
        given_consent = GivenConsent(entry.owner.user_id, entry.store, entry.certificate)
        run = EnrollmentWorker(self._context.tasks, self._context.state.state, given_consent.covers)
        run.ended.connect(self._ended)
        run.interaction.pin_asked.connect(self.question_asked)
        run.interaction.secret_asked.connect(self.question_asked)
        self.run = run
        self.run_began.emit(run)
        full_ids = {entry.store.store_id: (entry.full_id,)}

        following = self._following(profile)
        state = self._context.state.state
        state.note_ahead(self.items[self._queue[0]].row.key if following is not None else None)

        def renew(person: Interaction) -> Outcome:
            asked = WithPins(person, pins, full_ids)
            return enrollment.renew(entry.stored, entry.store, asked, following=following)

        run.start(EnrollmentJob(enrollment, self._target(number), self._lanes, renew))

    def _following(self, profile: Profile) -> NextRenewal | None:
        """The next in the queue, whose key is made while the CA works on the present one."""
        row = self.items[self._queue[0]].row if self._queue else None
        if row is None or row.profile.id != profile.id:
            return None
        entry = row.entry
        agreed = GivenConsent(entry.owner.user_id, entry.store, entry.certificate)
        return NextRenewal(entry.stored, entry.store, agreed.covers)

    def _ended(self, end: WorkerResult) -> None:
        self.run = None
        self._end(self._now, end)
        self._next()

    def _end(self, number: int, end: WorkerResult) -> None:
        self.items[number].end = end
        self.one_ended.emit(number)
