"""Keeps the overview current: scans the stores in a worker and notices tokens coming and going."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from PySide6.QtCore import QObject, QTimer, Signal

from certclient.enrollment.overview import Overview, take_overview
from certclient.enrollment.procedure import Enrollment
from certclient.model.errors import CertclientError
from certclient.store.base import CertificateStore, Unavailable
from certclient.ui.context import AppContext
from certclient.ui.tasks.runner import LOOKING

POLL_MILLISECONDS = 1000
"""A token that is plugged in or removed shows within two intervals."""

_STALE = timedelta(seconds=60)
"""Maximum age of a scan even if no token changed, because other programs write to stores too."""

_Presence = tuple[tuple[str, str], ...]
"""Ids of the stores present, each with the error code if it cannot be used, else ""."""


@dataclass(frozen=True, slots=True)
class _Glance:
    """The result of one pass of the worker; `overview` is None if nothing has changed."""

    presence: _Presence
    overview: Overview | None


class Survey(QObject):
    """Lives in the GUI thread. Scans periodically while started; `refresh` scans at once."""

    changed = Signal(object)
    """An Overview; also emitted when only the time has changed its conditions."""

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._presence: _Presence = ()
        self._looking = False
        self._stopped = False
        self._again = False
        self._stale = True
        self._looker = _Looker(context)
        self.overview = Overview(context.clock())
        self.complete = False
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MILLISECONDS)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """Scans at once, then periodically."""
        self._stopped = False
        self._timer.start()
        self._look()

    def stop(self) -> None:
        """Stops scanning on exit; a later `refresh` from running work has no effect."""
        self._stopped = True
        self._timer.stop()

    def refresh(self) -> None:
        """Scans every store again after a change, at once or after the scan in progress."""
        self._stale = True
        if self._looking:
            self._again = True
        else:
            self._look()

    def _look(self) -> None:
        # A running procedure has the stores to itself; the scan waits until it has ended.
        if self._stopped or self._looking or LOOKING in self._context.tasks.busy_stores:
            return
        self._looking = True
        now = self._context.clock()
        stale = self._stale or abs(now - self.overview.taken) > _STALE
        self._stale = False
        known = None if stale else self._presence
        lanes = (LOOKING, *(store.store_id for store in self.overview.stores))
        self._context.tasks.run(
            lambda: self._looker.glance(known), stores=lanes, done=self._seen, failed=self._failed
        )

    def _seen(self, glance: _Glance) -> None:
        self._looking = False
        self._presence = glance.presence
        if glance.overview is not None:
            self.complete = True
            self._show(glance.overview)
        else:
            self._keep_time()
        self._go_on()

    def _failed(self, error: CertclientError) -> None:
        """A bug in a store; the log has the details, and the window shows the error."""
        self._looking = False
        self.complete = True
        self._show(replace(self.overview, taken=self._context.clock(), trouble=error))
        self._go_on()

    def _go_on(self) -> None:
        if self._again:
            self._again = False
            self._look()

    def _keep_time(self) -> None:
        """Updates the conditions that midnight or the hour of expiry has changed."""
        now = self.overview.at(self._context.clock())
        if now.rows != self.overview.rows:
            self._show(replace(now, taken=self.overview.taken))

    def _show(self, overview: Overview) -> None:
        self.overview = overview
        self.changed.emit(overview)


class _Looker:
    """The worker's side; one worker calls it at a time."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._enrollment: Enrollment | None = None

    def glance(self, known: _Presence | None) -> _Glance:
        """Lists the stores present and reads them unless the list equals `known`."""
        context = self._context
        stores = context.stores()
        presence = _presence(stores)
        if presence == known:
            return _Glance(presence, None)
        overview = take_overview(context.profiles, stores, context.clock(), context.statuses())
        return _Glance(presence, self._with_procedures(overview))

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
            return replace(overview, trouble=error)


def _presence(stores: Sequence[CertificateStore]) -> _Presence:
    return tuple((store.store_id, _reason(store)) for store in stores)


def _reason(store: CertificateStore) -> str:
    state = store.availability()
    return state.reason.code if isinstance(state, Unavailable) else ""
