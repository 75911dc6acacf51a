"""Keeps the overview fresh: looks into the stores from a worker, and sees tokens come and go."""

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
"""A token that comes or goes shows within two of these at the most."""

_STALE = timedelta(seconds=60)
"""So old a look is repeated even if no token came or went: other programs write to stores too."""

_Presence = tuple[tuple[str, str], ...]
"""Ids of the stores that are here, each with the code of why it cannot be used, or ""."""


@dataclass(frozen=True, slots=True)
class _Glance:
    """What one visit of the worker brought: `overview` is None where nothing had changed."""

    presence: _Presence
    overview: Overview | None


class Survey(QObject):
    """Lives in the GUI thread. Looks as long as it runs; `refresh` looks at once."""

    changed = Signal(object)
    """An Overview; also when only the time has changed what it means."""

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
        """Looks now and from now on."""
        self._stopped = False
        self._timer.start()
        self._look()

    def stop(self) -> None:
        """Looks no more: the program ends, and what still runs may ask for another look."""
        self._stopped = True
        self._timer.stop()

    def refresh(self) -> None:
        """Something was changed: looks into every store again, at once or after the look that is
        under way."""
        self._stale = True
        if self._looking:
            self._again = True
        else:
            self._look()

    def _look(self) -> None:
        # A procedure is alone with the stores; they are looked at when it has ended.
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
        """A bug in a store; the reason is in the log, and the window says it."""
        self._looking = False
        self.complete = True
        self._show(replace(self.overview, taken=self._context.clock(), trouble=error))
        self._go_on()

    def _go_on(self) -> None:
        if self._again:
            self._again = False
            self._look()

    def _keep_time(self) -> None:
        """Judges anew what midnight or the expiry hour has changed."""
        now = self.overview.at(self._context.clock())
        if now.rows != self.overview.rows:
            self._show(replace(now, taken=self.overview.taken))

    def _show(self, overview: Overview) -> None:
        self.overview = overview
        self.changed.emit(overview)


class _Looker:
    """The worker's side; called by one worker at a time."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._enrollment: Enrollment | None = None

    def glance(self, known: _Presence | None) -> _Glance:
        """Sees which stores are here, and looks into them unless that is what is `known`."""
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
                # The journal is one for all banks.
                self._enrollment = self._context.enrollment(self._context.profiles[0], ())
            leftovers = tuple(self._enrollment.leftovers(overview.stores))
            pending = tuple(self._enrollment.pending())
            return replace(overview, pending=pending, leftovers=leftovers)
        except CertclientError as error:
            return replace(overview, trouble=error)


def _presence(stores: Sequence[CertificateStore]) -> _Presence:
    return tuple((store.store_id, _reason(store)) for store in stores)


def _reason(store: CertificateStore) -> str:
    state = store.availability()
    return state.reason.code if isinstance(state, Unavailable) else ""
