"""The certificates that 「すべて更新」 lists, and the state of each: values without windows."""

from __future__ import annotations

import enum
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from certclient.enrollment.overview import Overview, Row, read_overview
from certclient.enrollment.procedure import (
    Enrollment,
    Finished,
    LoginTestResult,
    Pending,
    ProcedureState,
)
from certclient.enrollment.procedure_status import ProcedurePhase
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import CertificateStore, Unavailable, WriteCheck

if TYPE_CHECKING:
    from collections.abc import Iterable

    from certclient.ui.context import AppContext
    from certclient.ui.tasks.enrollment_worker import WorkerResult


class BatchPhase(enum.Enum):
    """How far a batch is."""

    LOOKING = "looking"
    CHOOSING = "choosing"
    """Its user ticks what is to be renewed. Nothing has begun."""
    PINS = "pins"
    """The PINs are asked for. Nothing is made or sent yet."""
    RUNNING = "running"
    OVER = "over"


class RowState(enum.Enum):
    """What a row of 「すべて更新」 shows."""

    BLOCKED = "blocked"
    """It cannot be renewed now; `BatchItem.blocker` says why."""
    CHOSEN = "chosen"
    LEFT_OUT = "left-out"
    """Its box is not ticked."""
    NEXT = "next"
    """Its turn will come."""
    RUNNING = "running"
    ASKING = "asking"
    WAITING = "waiting"
    """The bank needs time; the rest happens by itself later."""
    STOPPED = "stopped"
    """Its user stopped it on the way."""
    DONE = "done"
    NO_LOGIN = "no-login"
    """Renewed, but the login test failed."""
    FAILED = "failed"
    SKIPPED = "skipped"
    """Its user gave no PIN or no other answer."""
    NOT_BEGUN = "not-begun"

    @property
    def repeatable(self) -> bool:
        """Whether この1件をもう一度 makes sense."""
        return self in (RowState.FAILED, RowState.SKIPPED, RowState.STOPPED, RowState.NOT_BEGUN)


@dataclass(slots=True)
class BatchItem:
    """One row. `blocker`: why it cannot be renewed now, None if it can. `chosen`: whether its box
    is ticked. `end`: of its last run."""

    row: Row
    blocker: CertclientError | None = None
    chosen: bool = True
    end: WorkerResult | None = None

    @property
    def store(self) -> CertificateStore:
        """Where its certificate is, and where the new one will be."""
        return self.row.entry.store

    @property
    def end_state(self) -> RowState | None:
        """The state after its last run, None before."""
        end = self.end
        if end is None:
            return None
        if end.own_choice:
            return RowState.SKIPPED
        if isinstance(end.outcome, Finished):
            failed = end.outcome.login.result is LoginTestResult.FAILED
            return RowState.NO_LOGIN if failed else RowState.DONE
        if isinstance(end.outcome, Pending):
            waits = end.outcome.state is ProcedureState.WAITING
            return RowState.WAITING if waits else RowState.STOPPED
        return RowState.FAILED


@dataclass(frozen=True, slots=True)
class Counts:
    """How a batch went: rows by their end. `done` includes those whose login test failed."""

    done: int
    failed: int
    waiting: int
    stopped: int
    skipped: int
    not_begun: int


def counted(states: Iterable[RowState]) -> Counts:
    """Counts the rows of a batch that is over."""
    number = Counter(states)
    return Counts(
        done=number[RowState.DONE] + number[RowState.NO_LOGIN],
        failed=number[RowState.FAILED],
        waiting=number[RowState.WAITING],
        stopped=number[RowState.STOPPED],
        skipped=number[RowState.SKIPPED],
        not_begun=number[RowState.NOT_BEGUN],
    )


@dataclass(frozen=True, slots=True)
class DueCertificates:
    """The certificates due, those that can be renewed first, and what their renewals need."""

    stores: tuple[CertificateStore, ...]
    items: tuple[BatchItem, ...]
    enrollments: dict[str, Enrollment]


def find_due(context: AppContext) -> DueCertificates:
    """Reads every store; call it in a worker."""
    stores = tuple(context.stores())
    # With the open procedures: what runs already, or waits for the bank, is not started again.
    reading = context.state.state.read_journal()
    overview = read_overview(
        context.profiles, stores, context.clock(), reading.statuses, reading.open_procedures
    )
    items = [_item(row) for row in _due_rows(overview, context.state.overview)]
    items.sort(key=lambda item: item.blocker is not None)
    wanted = {item.row.profile.id: item.row.profile for item in items if item.blocker is None}
    enrollments = {name: context.enrollment(one, stores) for name, one in wanted.items()}
    return DueCertificates(stores, tuple(items), enrollments)


def _due_rows(overview: Overview, observed: Overview) -> list[Row]:
    """Soonest expiry first. The rows of tokens that are not plugged in are known from before."""
    present = {row.key for row in overview.rows if row.condition.counts}
    absent = [row for row in observed.rows if row.absent and row.key not in present]
    rows = [row for row in (*overview.rows, *absent) if row.condition.due]
    return sorted(rows, key=lambda row: row.entry.certificate.not_after)


def _item(row: Row) -> BatchItem:
    blocker = _blocker(row)
    return BatchItem(row, blocker, chosen=blocker is None)


def _blocker(row: Row) -> CertclientError | None:
    store, procedure = row.entry.store, row.procedure
    if procedure is not None and procedure.phase is ProcedurePhase.WAITING:
        return CertclientError(ErrorCode.CA_WAITING)
    if not row.due and not row.absent:
        return CertclientError(ErrorCode.PROCEDURE_RUNNING, user_id=row.entry.owner.user_id)
    state = store.availability()
    if isinstance(state, Unavailable):
        return CertclientError(state.reason, **state.data)
    return store.write_problem() if isinstance(store, WriteCheck) else None
