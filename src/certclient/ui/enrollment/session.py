"""State shared by the wizard's pages: the journey, the places and the run.

Its only secret is the ticket of a bank's link, until the run takes it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Signal

from certclient.enrollment.observed_run import RunTarget
from certclient.enrollment.preflight import Check, CheckResult
from certclient.enrollment.procedure import Enrollment, Finished, Outcome, ProcedureKind
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.unavailable import absent
from certclient.ui.enrollment.navigation import (
    RenewalTarget,
    WizardMode,
    WizardPageId,
    WizardState,
    ended,
    failed,
    next_page,
    previous_page,
    retry_page,
)
from certclient.ui.enrollment.places import Place, find_places, preferred, same_kind
from certclient.ui.tasks.enrollment_worker import (
    EnrollmentJob,
    EnrollmentWorker,
    GivenConsent,
    WorkerResult,
    no_consent,
)
from certclient.ui.tasks.runner import STORE_SCAN

if TYPE_CHECKING:
    from collections.abc import Callable

    from certclient.enrollment.interaction import Interaction
    from certclient.enrollment.procedure_status import ProcedureStatus
    from certclient.enrollment.proxy_login import AsksForProxyLogin
    from certclient.enrollment.run_results import RunResult
    from certclient.model.certificate import Certificate
    from certclient.model.profile import Profile
    from certclient.model.secret import Secret
    from certclient.store.base import CertificateStore
    from certclient.ui.context import AppContext


@dataclass(frozen=True, slots=True)
class StoreScanResult:
    """The result of one scan: the stores present, the procedures over them, the places to
    choose."""

    enrollment: Enrollment
    stores: tuple[CertificateStore, ...]
    places: tuple[Place, ...]
    home: CertificateStore | None

    @property
    def store_ids(self) -> tuple[str, ...]:
        """Ids of `stores`, in the same order."""
        return tuple(store.store_id for store in self.stores)


class _Results(QObject):
    """Delivers results from a worker one by one."""

    on_result = Signal(object)


class WizardSession(QObject):
    """One wizard's state and actions. Lives in the GUI thread."""

    moved = Signal(object)
    """The WizardPageId to show; None closes the wizard."""
    run_began = Signal(object)
    """The EnrollmentWorker."""
    run_ended = Signal(object)
    """An Outcome or a CertclientError."""
    places_changed = Signal()
    """`scan` and `place` were updated by a scan."""

    def __init__(
        self,
        context: AppContext,
        profile: Profile,
        wizard_state: WizardState,
        ticket: Secret | None = None,
    ) -> None:
        super().__init__()
        self._ticket = ticket
        self.context = context
        self.profile = profile
        self.wizard_state = wizard_state
        self.scan: StoreScanResult | None = None
        self.place: Place | None = None
        self.run: EnrollmentWorker | None = None
        self.warnings: tuple[CertclientError, ...] = ()
        self.result: RunResult | None = None
        """The end of the last run, as the observed state keeps it; None for nothing to tell."""
        self.key_prompts = False
        """Whether Windows will prompt before using the current key; known after the checks."""
        self._results: _Results | None = None
        self.moving = False
        """Whether 「新しいパソコンに移る」 has opened the wizard on the new computer."""
        self._correcting_user = False

    @property
    def current(self) -> RenewalTarget | None:
        """The certificate being renewed, or the expired one; None for a first certificate."""
        return self.wizard_state.current

    @property
    def has_ticket(self) -> bool:
        """Whether a ticket from a bank's link replaces issue code, PIN and one-time password."""
        return self._ticket is not None

    @property
    def waits_for_consent(self) -> bool:
        """Whether no run has begun, and none has ended: the user may still agree to one."""
        wizard_state = self.wizard_state
        return not (
            self.run is not None
            or wizard_state.procedure_id
            or isinstance(wizard_state.outcome, Finished)
        )

    def offer_ticket(self, ticket: Secret) -> bool:
        """Keeps a ticket for the next run, unless there is one: any page can hold a link with
        another one. Returns False once a run has begun: a ticket can only be sent with the
        request."""
        if not self.waits_for_consent:
            return False
        if self._ticket is None:
            self._ticket = ticket
        return True

    def _take_ticket(self) -> Secret | None:
        ticket, self._ticket = self._ticket, None
        return ticket

    @property
    def target(self) -> RunTarget:
        """What a run of this session is about."""
        wizard_state, current = self.wizard_state, self.current
        kind = ProcedureKind.OBTAIN if wizard_state.obtains else ProcedureKind.RENEW
        return RunTarget(
            self.profile.id,
            wizard_state.user_id,
            wizard_state.kind or kind,
            procedure_id=wizard_state.procedure_id,
            full_id=current.stored.certificate.common_name if current is not None else "",
        )

    @property
    def status(self) -> ProcedureStatus | None:
        """The observed status of this procedure; None while it has not begun."""
        return self.context.state.overview.status(self.target.key)

    # Navigation

    def forward(self, page: WizardPageId) -> None:
        """Emits `moved` with the page after `page`."""
        self.moved.emit(next_page(page, self.wizard_state))

    def back(self, page: WizardPageId) -> None:
        """Emits `moved` with the page before `page`."""
        self.moved.emit(previous_page(page, self.wizard_state))

    def obtain(self) -> None:
        """Switches from 更新 to 取得."""
        self.wizard_state = replace(
            self.wizard_state, mode=WizardMode.OBTAIN, procedure_id="", error=None
        )
        self.moved.emit(WizardPageId.LETTER)

    def retry(self) -> None:
        """もう一度, from the page given by `retry_page`."""
        self.moved.emit(retry_page(self.wizard_state))

    def choose_again(self) -> None:
        """Returns to the choice of place. The next run rolls back what was begun for the first
        one."""
        self.wizard_state = replace(self.wizard_state, procedure_id="")
        self.moved.emit(WizardPageId.START)

    @property
    def can_correct_user(self) -> bool:
        """Whether the user ID was typed in this wizard."""
        return self.wizard_state.mode is WizardMode.OBTAIN

    def correct_user(self) -> None:
        """Has the run, whose question is cancelled next, end at the page with the user ID."""
        self._correcting_user = True

    def fail(self, error: CertclientError) -> None:
        """Handles an error outside a run."""
        self.wizard_state = failed(self.wizard_state, error)
        self.moved.emit(next_page(WizardPageId.WORK, self.wizard_state))

    # Scanning and checking

    def scan_stores(self, done: Callable[[], None]) -> None:
        """Scans the stores in a worker, then calls `done`; shows the problem page if that fails."""
        context, profile, wizard_state = self.context, self.profile, self.wizard_state

        def keep(found: StoreScanResult) -> None:
            if not shiboken6.isValid(self):
                return  # the window was closed during the scan
            self.scan = found
            self._keep_choice(found)
            done()

        self.context.tasks.run(
            lambda: _scan(context, profile, wizard_state),
            stores=(STORE_SCAN,),
            done=keep,
            failed=self.fail,
        )

    def _keep_choice(self, found: StoreScanResult) -> None:
        """Keeps the chosen place while it is usable."""
        chosen = self.place.key if self.place is not None else ""
        same = [place for place in found.places if place.usable and place.key == chosen]
        self.place = same[0] if same else preferred(found.places)
        self.places_changed.emit()

    def check(
        self,
        on_result: Callable[[CheckResult], None],
        done: Callable[[None], None],
        person: AsksForProxyLogin | None = None,
    ) -> None:
        """Runs the checks in a worker and reports each result at once. Call it after
        `scan_stores`. `person`: asked for a proxy's login, in the worker."""
        scan = self._scanned()
        certificate = self._renewed_certificate()
        home = scan.home if certificate is not None else None
        results = _Results()
        results.on_result.connect(self._note_result)
        results.on_result.connect(on_result)
        self._results = results

        def work() -> None:
            for result in scan.enrollment.readiness(certificate, home, person):
                results.on_result.emit(result)

        self.context.tasks.run(work, stores=scan.store_ids, done=done, failed=self.fail)

    def _note_result(self, result: CheckResult) -> None:
        if result.check is Check.KEY:
            error = result.error
            self.key_prompts = error is not None and error.code is ErrorCode.KEY_PROTECTED

    def _scanned(self) -> StoreScanResult:
        if self.scan is None:
            raise AssertionError("the stores are scanned first")
        return self.scan

    def _renewed_certificate(self) -> Certificate | None:
        if self.wizard_state.mode is not WizardMode.RENEW or self.current is None:
            return None
        return self.current.stored.certificate

    # Running

    def begin(self) -> None:
        """Runs the journey's procedure. The user has agreed to it, or did when a resumed one began.
        Call it after `scan_stores`."""
        scan = self._scanned()
        self._remember_place(scan)
        given_consent = self._given_consent()
        run = EnrollmentWorker(
            self.context.tasks,
            self.context.state.state,
            given_consent.covers if given_consent else no_consent,
        )
        run.ended.connect(self._run_ended)
        run.interaction.warned.connect(self._warned)
        self.warnings = ()
        self.run = run
        self.run_began.emit(run)
        run.start(
            EnrollmentJob(
                enrollment=scan.enrollment,
                target=self.target,
                stores=(*scan.store_ids, STORE_SCAN),
                call=self._call(scan),
            )
        )

    def _remember_place(self, scan: StoreScanResult) -> None:
        """取得 asks which browser; the answer is preselected next time."""
        place = self.place
        if self.wizard_state.mode is not WizardMode.OBTAIN or place is None or place.store is None:
            return
        if len(same_kind(scan.places, place)) > 1:
            self.context.preferred_store.remember(place.store.store_id)

    def _given_consent(self) -> GivenConsent | None:
        if self.place is None or self.place.store is None:
            return None
        return GivenConsent(
            self.wizard_state.user_id, self.place.store, self._renewed_certificate()
        )

    def _call(self, scan: StoreScanResult) -> Callable[[Interaction], Outcome]:
        wizard_state, enrollment = self.wizard_state, scan.enrollment
        if wizard_state.procedure_id:
            return lambda person: enrollment.resume(wizard_state.procedure_id, person)
        if self.place is None or self.place.store is None:
            raise AssertionError("a place is chosen before the run")
        store, ticket = self.place.store, self._take_ticket()
        if wizard_state.mode is WizardMode.OBTAIN:
            return lambda person: enrollment.obtain(wizard_state.user_id, store, person, ticket)
        if wizard_state.current is None:
            raise AssertionError("a renewal has a current certificate")
        stored = wizard_state.current.stored
        return lambda person: enrollment.renew(stored, store, person, ticket)

    def _warned(self, error: CertclientError) -> None:
        self.warnings = (*self.warnings, error)

    def _run_ended(self, end: WorkerResult) -> None:
        self.run = None
        self.result = end.result
        if end.outcome is not None:
            self.wizard_state = ended(self.wizard_state, end.outcome)
            self.run_ended.emit(end.outcome)
        elif end.error is not None:
            self.wizard_state = failed(
                self.wizard_state, end.error, end.open_procedure, own_choice=end.own_choice
            )
            self.run_ended.emit(end.error)
        correcting, self._correcting_user = self._correcting_user, False
        if correcting and self.wizard_state.own_choice:
            self.wizard_state = replace(self.wizard_state, own_choice=False, error=None)
            self.moved.emit(WizardPageId.LETTER)
        else:
            self.forward(WizardPageId.WORK)


def _scan(context: AppContext, profile: Profile, wizard_state: WizardState) -> StoreScanResult:
    """Runs in a worker."""
    stores = tuple(context.stores())
    # A run that continues a procedure shows what is done already.
    context.state.state.refresh_journal()
    home_id = wizard_state.current.stored.store_id if wizard_state.current is not None else ""
    home = next((store for store in stores if store.store_id == home_id), None)
    return StoreScanResult(
        enrollment=context.enrollment(profile, stores),
        stores=stores,
        places=find_places(profile, stores, home_id, context.preferred_store.recall()),
        home=absent(home_id) if home is None and home_id else home,
    )
