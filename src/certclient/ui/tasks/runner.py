"""Runs callables off the GUI thread and delivers their results there.

The GUI thread never waits. Work that touches certificate stores names them: work on the same store
runs one at a time, in the order submitted, because a token handles one caller at a time. Work
without a store (network) runs in parallel, a few at a time.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform import log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")

STORE_SCAN = "stores"
"""The lane for scanning for stores, before their ids are known."""

NETWORK = "network"
_NETWORK_LANES = 4
"""How many jobs without a store run at once."""

CLOSING_SECONDS = 5.0
"""How long shutdown waits for running jobs. Cutting one off is safe: the journal resumes it."""


class Task(QObject, Generic[T]):
    """One job. Its signals are emitted in the GUI thread: either `succeeded` or `failed`, then
    `ended`; none once the runner is closed."""

    succeeded = Signal(object)
    failed = Signal(object)
    """The CertclientError."""
    ended = Signal()


@dataclass(frozen=True, slots=True)
class _Job:
    """`lanes`: the stores and network lanes it occupies while it runs."""

    task: Task[object]
    work: Callable[[], object]
    lanes: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Outcome:
    job: _Job
    result: object = None
    error: CertclientError | None = field(default=None)


class TaskRunner(QObject):
    """Lives in the GUI thread; call its methods there."""

    _arrived = Signal(object)
    """An _Outcome, emitted in a worker's thread."""

    def __init__(self, parent: QObject | None = None, *, log_file: str = "") -> None:
        """`log_file` is shown to the user when a bug has been logged there."""
        super().__init__(parent)
        self._log_file = log_file
        self._waiting: list[_Job] = []
        self._running: dict[_Job, threading.Thread] = {}
        self._closed = threading.Event()
        self._sending = threading.Lock()
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[], T],
        *,
        stores: Iterable[str] = (),
        done: Callable[[T], None] | None = None,
        failed: Callable[[CertclientError], None] | None = None,
    ) -> Task[T]:
        """Runs `work` in another thread as soon as the stores with these ids are free.

        `done` and `failed` are called in the GUI thread; a bound method of a deleted Qt object is
        skipped. An exception other than CertclientError arrives as INTERNAL.
        """
        task: Task[T] = Task(self)
        if done is not None:
            task.succeeded.connect(_guarded(done))
        if failed is not None:
            task.failed.connect(_guarded(failed))
        lanes = frozenset(stores) or frozenset({self._network_lane()})
        self._waiting.append(_Job(task, work, lanes))  # type: ignore[arg-type] # Task is invariant
        self._start_ready()
        return task

    @property
    def busy_stores(self) -> frozenset[str]:
        """Ids of the stores named by running or waiting jobs."""
        jobs = [*self._running, *self._waiting]
        lanes = frozenset[str]().union(*(job.lanes for job in jobs))
        return frozenset(lane for lane in lanes if not lane.startswith(NETWORK))

    @property
    def idle(self) -> bool:
        """Whether no job runs or waits."""
        return not self._running and not self._waiting

    def close(self, seconds: float = CLOSING_SECONDS) -> bool:
        """Starts no more jobs and waits up to `seconds` for the running ones; no signal is emitted
        from now on.

        Returns whether all of them ended in time. Call `QtInteraction.close` first, or procedures
        with an open question block until the timeout.
        """
        with self._sending:
            self._closed.set()
        self._waiting.clear()
        threads = list(self._running.values())
        for thread in threads:
            thread.join(seconds / len(threads))
        return not any(thread.is_alive() for thread in threads)

    def _network_lane(self) -> str:
        """Returns the least busy network lane."""
        lanes = [f"{NETWORK}-{number}" for number in range(_NETWORK_LANES)]
        taken = [lane for job in (*self._running, *self._waiting) for lane in job.lanes]
        return min(lanes, key=taken.count)

    def _start_ready(self) -> None:
        """Starts each waiting job whose lanes are free. First come, first served: a job never
        overtakes an earlier one that waits for the same lane."""
        occupied = set[str]().union(*(job.lanes for job in self._running))
        still_waiting: list[_Job] = []
        for job in self._waiting:
            if self._closed.is_set() or job.lanes & occupied:
                still_waiting.append(job)
            else:
                self._start(job)
            occupied |= job.lanes
        self._waiting = still_waiting

    def _start(self, job: _Job) -> None:
        # Daemon, so that a card call that never returns cannot block exit.
        name = f"certclient {' '.join(sorted(job.lanes))}"
        thread = threading.Thread(target=self._work, args=(job,), name=name, daemon=True)
        self._running[job] = thread
        thread.start()

    def _work(self, job: _Job) -> None:
        """Runs in the worker's thread."""
        try:
            outcome = _Outcome(job, result=job.work())
        except CertclientError as error:
            outcome = _Outcome(job, error=error)
        except Exception as error:  # noqa: BLE001 - the task runner's boundary
            log.crash(error)
            internal = CertclientError(ErrorCode.INTERNAL, log=self._log_file)
            outcome = _Outcome(job, error=internal)
        with self._sending:
            if not self._closed.is_set():
                self._arrived.emit(outcome)

    @Slot(object)
    def _deliver(self, outcome: _Outcome) -> None:
        if self._closed.is_set():
            return
        del self._running[outcome.job]
        self._start_ready()
        task = outcome.job.task
        if outcome.error is not None:
            log.error(outcome.error)
            task.failed.emit(outcome.error)
        else:
            task.succeeded.emit(outcome.result)
        task.ended.emit()
        task.deleteLater()


def _guarded(callback: Callable[[T], None]) -> Callable[[T], None]:
    """Wraps `callback` to do nothing once the Qt object it is bound to has been deleted."""

    def call(value: T) -> None:
        owner = getattr(callback, "__self__", None)
        if not isinstance(owner, QObject) or shiboken6.isValid(owner):
            callback(value)

    return call
