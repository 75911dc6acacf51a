"""Feeds the observed state: scans stores and journal in workers, whenever something has changed."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from certclient.enrollment.overview import Overview, read_overview
from certclient.model.errors import CertclientError
from certclient.model.names import canonical_name
from certclient.store.base import CertificateStore, ChangeStamped, Unavailable, no_pin
from certclient.ui.tasks.runner import STORE_SCAN

if TYPE_CHECKING:
    from certclient.enrollment.bank_status import BankStatuses
    from certclient.enrollment.procedure import Enrollment
    from certclient.ui.context import AppContext

POLL_MILLISECONDS = 1000
"""What has changed outside shows within two intervals."""

_STALE = timedelta(seconds=60)
"""Maximum age of a scan even if no change was noticed: a token does not say that another program
has written to it."""

_JOURNAL = "journal"
"""The lane for reading the journal: a procedure does not hold it."""

_Presence = tuple[tuple[str, str, Hashable], ...]
"""Ids of the stores present, each with the error code if it cannot be used, else "", and its
change stamp."""


@dataclass(frozen=True, slots=True)
class _StoreSnapshot:
    """The result of one pass of the worker. `changed`: the stores have been read."""

    presence: _Presence
    changed: bool


class StoreScanner(QObject):
    """Lives in the GUI thread. Scans periodically while started; `refresh` scans at once.

    A token is asked only whether it is there (PKCS#11 slots), not what it contains. Stores of the
    PC and the journal have change stamps.
    """

    scanned = Signal()
    """A scan of the stores has ended; the state has its result, which may be the same as before."""

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._state = context.state.state
        self._presence: _Presence = ()
        self._scanning = self._reading = False
        self._complete = False
        self._stopped = False
        self._again = False
        self._stale = True
        self._scan_worker = _ScanWorker(context)
        self._journal_worker = _JournalWorker(context)
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MILLISECONDS)
        self._timer.timeout.connect(self._poll)

    @property
    def overview(self) -> Overview:
        """What the windows show."""
        return self._context.state.overview

    @property
    def complete(self) -> bool:
        """Whether a scan has ended, and the windows show it."""
        return self._complete

    def start(self) -> None:
        """Scans at once, then periodically."""
        self._stopped = False
        self._timer.start()
        self._scan()

    def stop(self) -> None:
        """Stops scanning on exit; a later `refresh` from running work has no effect."""
        self._stopped = True
        self._timer.stop()

    def refresh(self) -> None:
        """Scans every store again after a change, at once or after the scan in progress."""
        self._stale = True
        if self._scanning:
            self._again = True
        else:
            self._scan()

    def _poll(self) -> None:
        self._scan()
        self._read_journal()

    # Stores

    def _scan(self) -> None:
        # A running procedure has the stores to itself; the scan waits until it has ended.
        if self._stopped or self._scanning or STORE_SCAN in self._context.tasks.busy_stores:
            return
        self._scanning = True
        now = self._context.clock()
        stale = self._stale or abs(now - self.overview.read_at) > _STALE
        self._stale = False
        known = None if stale else self._presence
        lanes = (STORE_SCAN, *(store.store_id for store in self.overview.stores))
        self._context.tasks.run(
            lambda: self._scan_worker.snapshot(known),
            stores=lanes,
            done=self._seen,
            failed=self._failed,
        )

    def _seen(self, snapshot: _StoreSnapshot) -> None:
        self._scanning = False
        self._complete = True
        self._presence = snapshot.presence
        if snapshot.changed:
            self.scanned.emit()
        self._go_on()

    def _failed(self, error: CertclientError) -> None:
        """A bug in a store; the log has the details, and the window shows the error."""
        self._scanning = False
        self._complete = True
        self._state.fail(error)
        self.scanned.emit()
        self._go_on()

    def _go_on(self) -> None:
        if self._again:
            self._again = False
            self._scan()

    # Journal

    def _read_journal(self) -> None:
        if self._stopped or self._reading or not self.complete:
            return
        self._reading = True
        self._context.tasks.run(
            self._journal_worker.take_changes,
            stores=(_JOURNAL,),
            done=self._journal_read,
            failed=self._journal_failed,
        )

    def _journal_read(self, finished: bool) -> None:
        self._reading = False
        if finished:
            self.refresh()

    def _journal_failed(self, _error: CertclientError) -> None:
        self._reading = False


class _ScanWorker:
    """The worker's side; one worker calls it at a time."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._enrollment: Enrollment | None = None
        self._tried: _Presence | None = None

    def snapshot(self, known: _Presence | None) -> _StoreSnapshot:
        """Lists the stores present and reads them unless the list equals `known`. Updates the
        state here, as to judge many certificates takes long."""
        context = self._context
        look = context.look()
        stores = context.stores()
        look.found(stores)
        presence = _presence(stores)
        if presence == known:
            context.state.state.reevaluate()
            return _StoreSnapshot(presence, changed=False)
        journal = context.journal_stamp()
        reading = context.state.state.read_journal()
        if self._put_away(reading.statuses, stores, presence):
            reading = context.state.state.read_journal()
        overview = read_overview(
            context.profiles, stores, context.clock(), reading.statuses, reading.open_procedures
        )
        look.end(overview, context.profiles)
        overview = self._with_leftovers(overview)
        for row in overview.rows:
            # Compared for each row that is selected; they are kept.
            canonical_name(row.entry.certificate.subject)
        if context.last_seen is not None:
            context.last_seen.note(overview, journal)
        context.state.state.update_stores(overview, reading)
        return _StoreSnapshot(presence, changed=True)

    def _put_away(
        self, statuses: BankStatuses, stores: Sequence[CertificateStore], presence: _Presence
    ) -> bool:
        """Tries again to put away what a renewal could not, once for the stores that are there now,
        and only where no PIN is needed. True if it did."""
        banks = [one for one in self._context.profiles if one.id in statuses.to_put_away]
        if not banks or presence == self._tried:
            return False
        self._tried = presence
        done = False
        for bank in banks:
            with suppress(CertclientError):
                tried = self._context.enrollment(bank, stores).put_away_left(no_pin)
                done = done or bool(tried.certificates)
        return done

    def _with_leftovers(self, overview: Overview) -> Overview:
        if not self._context.profiles or overview.journal_error is not None:
            return overview
        try:
            if self._enrollment is None:
                # All banks share one journal, so any profile will do.
                self._enrollment = self._context.enrollment(self._context.profiles[0], ())
            return replace(overview, leftovers=tuple(self._enrollment.leftovers(overview.stores)))
        except CertclientError as error:
            return replace(overview, scan_error=error)


class _JournalWorker:
    """The worker's side for the journal; one worker calls it at a time."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._stamp: Hashable = None
        self._any_open = False

    def take_changes(self) -> bool:
        """Reads the journal if it was written to since, or if there are open procedures, which
        another process may begin or cease to run, and updates the state.

        Returns whether another process has finished something, perhaps on a token, which does not
        say so.
        """
        stamp = self._context.journal_stamp()
        if stamp == self._stamp and not self._any_open:
            return False
        self._stamp = stamp
        state = self._context.state.state
        reading = state.read_journal()
        self._any_open = bool(reading.open_procedures.views)
        before = state.overview
        state.update_journal(reading)
        ids = [{view.id for view in views} for views in (before.pending, state.overview.pending)]
        return before.statuses != reading.statuses or ids[0] != ids[1]


def _presence(stores: Sequence[CertificateStore]) -> _Presence:
    return tuple((store.store_id, _reason(store), _stamp(store)) for store in stores)


def _reason(store: CertificateStore) -> str:
    state = store.availability()
    return state.reason.code if isinstance(state, Unavailable) else ""


def _stamp(store: CertificateStore) -> Hashable:
    return store.change_stamp() if isinstance(store, ChangeStamped) else None
