"""Keeps the overview current: scans the stores in a worker and notices tokens coming and going."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from PySide6.QtCore import QObject, QTimer, Signal

from certclient.enrollment.overview import Overview, read_overview
from certclient.enrollment.procedure import Enrollment
from certclient.model.errors import CertclientError
from certclient.store.base import CertificateStore, Unavailable
from certclient.ui.context import AppContext
from certclient.ui.tasks.runner import STORE_SCAN

POLL_MILLISECONDS = 1000
"""A token that is plugged in or removed shows within two intervals."""

_STALE = timedelta(seconds=60)
"""Maximum age of a scan even if no token changed, because other programs write to stores too."""

_Presence = tuple[tuple[str, str], ...]
"""Ids of the stores present, each with the error code if it cannot be used, else ""."""


@dataclass(frozen=True, slots=True)
class _StoreSnapshot:
    """The result of one pass of the worker; `overview` is None if nothing has changed."""

    presence: _Presence
    overview: Overview | None


class StoreScanner(QObject):
    """Lives in the GUI thread. Scans periodically while started; `refresh` scans at once."""

    changed = Signal(object)
    """An Overview; also emitted when only the time has changed its conditions."""

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._presence: _Presence = ()
        self._scanning = False
        self._stopped = False
        self._again = False
        self._stale = True
        self._scan_worker = _ScanWorker(context)
        self.overview = Overview(context.clock())
        self.complete = False
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MILLISECONDS)
        self._timer.timeout.connect(self._scan)

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
        self._presence = snapshot.presence
        if snapshot.overview is not None:
            self.complete = True
            self._show(snapshot.overview)
        else:
            self._reevaluate()
        self._go_on()

    def _failed(self, error: CertclientError) -> None:
        """A bug in a store; the log has the details, and the window shows the error."""
        self._scanning = False
        self.complete = True
        self._show(replace(self.overview, read_at=self._context.clock(), journal_error=error))
        self._go_on()

    def _go_on(self) -> None:
        if self._again:
            self._again = False
            self._scan()

    def _reevaluate(self) -> None:
        """Updates the conditions that midnight or the hour of expiry has changed."""
        now = self.overview.at(self._context.clock())
        if now.rows != self.overview.rows:
            self._show(replace(now, read_at=self.overview.read_at))

    def _show(self, overview: Overview) -> None:
        self.overview = overview
        self.changed.emit(overview)


class _ScanWorker:
    """The worker's side; one worker calls it at a time."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._enrollment: Enrollment | None = None

    def snapshot(self, known: _Presence | None) -> _StoreSnapshot:
        """Lists the stores present and reads them unless the list equals `known`."""
        context = self._context
        stores = context.stores()
        presence = _presence(stores)
        if presence == known:
            return _StoreSnapshot(presence, None)
        overview = read_overview(context.profiles, stores, context.clock(), context.statuses())
        return _StoreSnapshot(presence, self._with_procedures(overview))

    def _with_procedures(self, overview: Overview) -> Overview:
        if not self._context.profiles:
            return overview
        try:
            if self._enrollment is None:
                # All banks share one journal, so any profile will do.
                self._enrollment = self._context.enrollment(self._context.profiles[0], ())
            leftovers = tuple(self._enrollment.leftovers(overview.stores))
            pending = self._context.open_procedures().views
            return replace(overview, pending=pending, leftovers=leftovers)
        except CertclientError as error:
            return replace(overview, journal_error=error)


def _presence(stores: Sequence[CertificateStore]) -> _Presence:
    return tuple((store.store_id, _reason(store)) for store in stores)


def _reason(store: CertificateStore) -> str:
    state = store.availability()
    return state.reason.code if isinstance(state, Unavailable) else ""
