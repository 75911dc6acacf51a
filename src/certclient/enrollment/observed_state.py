"""The one observed state: certificates with their procedures, fed by stores, journal and runs.

Windows, tray and notifications show `ObservedState.overview` and keep nothing of their own, so that
a window opened later shows what one that was open all the time shows. No Qt: subscribers are called
in the thread that made the change.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from certclient.enrollment.interaction import Interaction
from certclient.enrollment.inventory import InventoryEntry
from certclient.enrollment.journal_reading import JournalReading, ReadJournal
from certclient.enrollment.observed_run import ObservedRun, RunProgress, RunTarget
from certclient.enrollment.outcomes import Outcome
from certclient.enrollment.overview import Overview, Row, evaluated, statuses_of
from certclient.enrollment.procedure_status import (
    ProcedurePhase,
    ProcedureStatus,
    steps_done,
)
from certclient.enrollment.run_results import ResultFile, RunResult, without
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.progress import Progress, Step
from certclient.store.base import Unavailable
from certclient.store.unavailable import UnavailableStore

_GOES_ON = (ProcedurePhase.RUNNING, ProcedurePhase.INTERRUPTED)
"""What a batch's procedure is in before its turn, once its key is made ahead."""


class ObservedState:
    """Thread-safe. `overview` is replaced as a whole; it is never changed."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        results: ResultFile,
        new_id: Callable[[], str],
        read_journal: ReadJournal,
        monotonic: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`clock` returns aware UTC; `results`: where unseen results are kept; `new_id` returns an
        id that was not used before; `read_journal` returns what the journal says and never raises a
        CertclientError; `monotonic` returns seconds."""
        self._clock = clock
        self._file = results
        self._new_id = new_id
        self._read_journal = read_journal
        self.monotonic = monotonic
        self._lock = threading.RLock()
        self._subscribers: list[Callable[[], None]] = []
        self._journal = JournalReading()
        self._readings = itertools.count(1)
        self._newest_end = 0
        self._runs: dict[ObservedRun, RunProgress] = {}
        self._ahead: tuple[str, str] | None = None
        self._tokens: dict[str, tuple[Row, ...]] = {}
        now = clock()
        self._overview = Overview(now, results=results.read(now))

    @property
    def overview(self) -> Overview:
        """The newest snapshot."""
        with self._lock:
            return self._overview

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Calls `callback` after each change, in the thread that made it; it then reads `overview`.

        Returns a function that ends the subscription.
        """
        with self._lock:
            self._subscribers.append(callback)

        def unsubscribe() -> None:
            with self._lock:
                self._subscribers = [one for one in self._subscribers if one is not callback]

        return unsubscribe

    # Sources: stores and journal

    def show_last_seen(self, overview: Overview) -> None:
        """Shows what a window saw last until the stores have been scanned."""
        with self._lock:
            if self._overview.complete:
                return
            self._overview = replace(overview, results=self._overview.results)
        self._publish()

    def read_journal(self) -> JournalReading:
        """What the journal says now. Reads a file: call it in a worker."""
        number = next(self._readings)
        return JournalReading(number, *self._read_journal())

    def refresh_journal(self) -> None:
        """Reads the journal and takes it over; call it in a worker."""
        self.update_journal(self.read_journal())

    def update_stores(self, scan: Overview, reading: JournalReading) -> None:
        """Takes over a complete scan of the stores (`read_overview`, with its leftovers), and what
        the journal said before it.

        The rows of a token that is gone, or cannot be read now, stay as they were read last.
        """
        with self._lock:
            self._take(reading)
            self._remember_tokens(scan)
            before = self._overview
            self._overview = replace(scan, results=before.results, postponed=before.postponed)
            self._evaluate(self._absent(scan), force=True)
        self._publish()

    def update_journal(self, reading: JournalReading) -> None:
        """Takes over what the journal says now."""
        with self._lock:
            self._take(reading)
            changed = self._evaluate()
        if changed:
            self._publish()

    def fail(self, error: CertclientError) -> None:
        """A scan has failed, which is a bug in a store; the next one may succeed."""
        with self._lock:
            now = self._clock()
            self._overview = replace(self._overview, read_at=now, complete=True, scan_error=error)
        self._publish()

    def reevaluate(self) -> None:
        """Updates the conditions that midnight or the hour of expiry has changed."""
        with self._lock:
            changed = self._evaluate()
        if changed:
            self._publish()

    # Sources: runs of this program

    def begin(self, target: RunTarget, interaction: Interaction) -> ObservedRun:
        """Registers a run that begins now or waits for its stores; call `end` when it is over.

        Unseen results of the same user ID are dropped, as this run continues or repeats it.
        """
        run = ObservedRun(self, target, interaction)
        with self._lock:
            done = self._done_before(target)
            self._runs[run] = RunProgress(done=done, since=self.monotonic())
            old = [one.id for one in self._overview.results if one.key == target.key]
            self._set_results(without(self._overview.results, old))
            self._evaluate()
        self._publish()
        return run

    def note_ahead(self, key: tuple[str, str] | None) -> None:
        """A batch may make the key of this bank's user ID before its turn (`key_ahead`); None: no
        more. Otherwise its procedure would look as if another program ran it or, once the key is
        made, as if it had been interrupted."""
        with self._lock:
            self._ahead = key
            self._evaluate()
        self._publish()

    def note_progress(self, run: ObservedRun, report: Progress) -> None:
        """The run reports that a step began or ended."""
        with self._lock:
            progress = self._runs.get(run)
            if progress is None:
                return
            progress.report(report)
            self._evaluate()
        self._publish()

    def note_asking(self, run: ObservedRun, *, asking: bool) -> None:
        """The run begins or ends to wait for its user, whose time does not count."""
        with self._lock:
            progress = self._runs.get(run)
            if progress is None:
                return
            progress.ask(self.monotonic(), asking=asking)
            self._evaluate()
        self._publish()

    def end(
        self,
        run: ObservedRun,
        outcome: Outcome | None,
        error: CertclientError | None,
        open_procedure: str = "",
    ) -> RunResult | None:
        """The run is over. Returns the result to show, which stays in `overview.results` (and in
        its file) until `see` is called for it; None if there is nothing to tell.

        `open_procedure`: the id of the procedure that an error has left open. Its result goes when
        the procedure does. Call `refresh_journal` before, so that what is left is known at once.
        """
        result = run.result(self._new_id(), self._clock(), outcome, error, open_procedure)
        with self._lock:
            self._runs.pop(run, None)
            if result is not None:
                self._newest_end = next(self._readings)
                self._set_results((*self._overview.results, result))
            self._evaluate()
        self._publish()
        return result

    def see(self, *results: RunResult) -> None:
        """The user has seen these results."""
        with self._lock:
            left = without(self._overview.results, [one.id for one in results])
            changed = left != self._overview.results
            if changed:
                self._set_results(left)
        if changed:
            self._publish()

    # The notice

    def postpone(self, rows: Sequence[Row]) -> None:
        """後で更新する: no notice for these rows until `remind`."""
        self._set_postponed(self.overview.postponed | {row.name for row in rows})

    def remind(self, rows: Sequence[Row]) -> None:
        """A reminder is due for these rows: their notice is shown again."""
        self._set_postponed(self.overview.postponed - {row.name for row in rows})

    def _set_postponed(self, names: frozenset[tuple[str, str]]) -> None:
        with self._lock:
            changed = names != self._overview.postponed
            self._overview = replace(self._overview, postponed=names)
        if changed:
            self._publish()

    # Inside

    def _take(self, reading: JournalReading) -> None:
        if reading.number <= self._journal.number:
            return
        self._journal = reading
        if reading.number > self._newest_end and reading.statuses.journal_error is None:
            results = self._overview.results
            self._set_results([one for one in results if self._is_current(one, reading)])

    @staticmethod
    def _is_current(result: RunResult, reading: JournalReading) -> bool:
        """Whether the procedure that a result says has stopped is still open."""
        open_ids = [view.id for view in reading.open_procedures.views]
        return bool(result.batch) or result.procedure_id in ("", *open_ids)

    def _done_before(self, target: RunTarget) -> tuple[Step, ...]:
        """What the procedure has done that this run continues."""
        for view in self._journal.open_procedures.at_bank(target.profile_id):
            if view.user_id == target.user_id:
                return steps_done(view.state)
        return ()

    def _set_results(self, results: Sequence[RunResult]) -> None:
        if tuple(results) != self._overview.results:
            self._overview = replace(self._overview, results=tuple(results))
            self._file.write(self._overview.results)

    def _evaluate(self, absent: Sequence[Row] = (), *, force: bool = False) -> bool:
        """Renews the snapshot; returns whether anything but its time has changed."""
        before, journal = self._overview, self._journal
        now = evaluated(
            replace(
                before,
                pending=journal.open_procedures.views,
                journal_error=journal.statuses.journal_error,
            ),
            self._clock(),
            journal.statuses,
            self._procedures(),
            absent,
        )
        changed = replace(now, read_at=before.read_at) != before
        if changed or force:
            self._overview = replace(now, read_at=before.read_at)
        return changed or force

    def _procedures(self) -> tuple[ProcedureStatus, ...]:
        """Those of the journal, with the live status of what runs here, then those not yet
        journalled."""
        live = {run.target.key: one.status(run.target) for run, one in reversed(self._runs.items())}
        found = []
        for status in statuses_of(self._journal.open_procedures):
            running = live.pop(status.key, None)
            if running is None and status.key == self._ahead and status.phase in _GOES_ON:
                running = replace(
                    status, phase=ProcedurePhase.RUNNING, step=None, local=True, batch=True
                )
            found.append(status if running is None else _merged(status, running))
        return (*found, *live.values())

    def _remember_tokens(self, scan: Overview) -> None:
        for store in scan.stores:
            if store.destination is Destination.USB and store.store_id not in scan.unusable:
                rows = [row for row in scan.rows if row.entry.store.store_id == store.store_id]
                self._tokens[store.store_id] = tuple(rows)

    def _absent(self, scan: Overview) -> list[Row]:
        readable = {one.store_id for one in scan.stores if one.store_id not in scan.unusable}
        return [
            replace(row, entry=_unplugged(row.entry), absent=True)
            for store_id, rows in self._tokens.items()
            if store_id not in readable
            for row in rows
        ]

    def _publish(self) -> None:
        with self._lock:
            subscribers = tuple(self._subscribers)
        for callback in subscribers:
            callback()


def _merged(journalled: ProcedureStatus, live: ProcedureStatus) -> ProcedureStatus:
    """The live status, with what only the journal knows."""
    return replace(
        live,
        procedure_id=journalled.procedure_id,
        kind=journalled.kind,
        state=journalled.state,
        store_id=journalled.store_id,
    )


def _unplugged(entry: InventoryEntry) -> InventoryEntry:
    store = entry.store
    missing = Unavailable(ErrorCode.TOKEN_MISSING, {"token": store.label})
    away = UnavailableStore(store.store_id, store.label, store.destination, missing)
    return replace(entry, store=away)
