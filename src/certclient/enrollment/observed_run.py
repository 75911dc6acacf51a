"""One run of a procedure in this program, as the observed state sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

import msgspec

from certclient.enrollment.interaction import ConsentRequest, Interaction, SecretRequest
from certclient.enrollment.journal import ProcedureKind, ProcedureState
from certclient.enrollment.login_test import LoginTestResult
from certclient.enrollment.outcomes import Finished, Outcome, Pending
from certclient.enrollment.procedure_status import ProcedurePhase, ProcedureStatus, is_own_choice
from certclient.enrollment.run_results import ResultKind, RunResult
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.progress import Phase, Progress, Step
from certclient.model.proxy_login import ProxyLoginAnswer, ProxyLoginRequest
from certclient.model.secret import Secret
from certclient.store.base import PinRequest

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RunTarget:
    """What a run is about. `procedure_id`: of the procedure that it resumes, "" for a new one.

    `full_id`: the ID as the user knows it. `batch`: an id shared by the runs of one すべて更新, ""
    for a single run. `in_background`: no user waits for it, so that its failures are no news unless
    they are final.
    """

    profile_id: str
    user_id: str
    kind: ProcedureKind | None = None
    procedure_id: str = ""
    full_id: str = ""
    batch: str = ""
    in_background: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Bank and user ID."""
        return self.profile_id, self.user_id


class RunObserver(Protocol):
    """Receives what a run reports; called by its worker."""

    def note_progress(self, run: ObservedRun, report: Progress) -> None:
        """A step began or ended."""
        ...

    def note_asking(self, run: ObservedRun, *, asking: bool) -> None:
        """The run begins or ends to wait for its user."""
        ...


class ObservedRun:
    """One run of a procedure in this program: an `Interaction` that reports to the observed state.

    It passes every call on to the interaction of the front end. The worker calls its methods.
    """

    def __init__(self, observer: RunObserver, target: RunTarget, interaction: Interaction) -> None:
        self._observer = observer
        self._interaction = interaction
        self.target = target
        self.declined = False
        """Whether the user gave no answer to the last question."""

    def consent(self, request: ConsentRequest) -> bool:
        """See Interaction.consent."""
        return self._interaction.consent(request)

    def pin(self, request: PinRequest) -> Secret | None:
        """See Interaction.pin."""
        return self._ask(lambda: self._interaction.pin(request))

    def secret(self, request: SecretRequest) -> Secret | None:
        """See Interaction.secret."""
        return self._ask(lambda: self._interaction.secret(request))

    def proxy_login(self, request: ProxyLoginRequest) -> ProxyLoginAnswer | None:
        """See Interaction.proxy_login."""
        return self._ask(lambda: self._interaction.proxy_login(request))

    def progress(self, report: Progress) -> None:
        """See Interaction.progress."""
        self._observer.note_progress(self, report)
        self._interaction.progress(report)

    def warning(self, error: CertclientError) -> None:
        """See Interaction.warning."""
        self._interaction.warning(error)

    def stop_requested(self) -> bool:
        """See Interaction.stop_requested."""
        return self._interaction.stop_requested()

    def result(
        self,
        result_id: str,
        ended: datetime,
        outcome: Outcome | None,
        error: CertclientError | None,
        open_procedure: str = "",
    ) -> RunResult | None:
        """What to tell the user of its end, at `ended` (aware UTC); None for nothing.

        `open_procedure`: the id of the procedure that an error has left open.
        """
        target = self.target
        if isinstance(outcome, Finished):
            return RunResult(
                id=result_id,
                profile_id=target.profile_id,
                user_id=target.user_id,
                full_id=outcome.certificate.common_name or target.full_id or target.user_id,
                ended=ended,
                kind=ResultKind.DONE,
                code=_failed_login(outcome),
                fingerprint=outcome.certificate.fingerprint,
                valid_until=outcome.certificate.not_after,
                batch=target.batch,
            )
        if isinstance(outcome, Pending):
            waits = outcome.state is ProcedureState.WAITING and bool(target.batch)
            return self._open_end(ResultKind.WAITING, result_id, ended) if waits else None
        if error is None or is_own_choice(error.code, declined=self.declined):
            return None
        if target.in_background and error.code is not ErrorCode.CERTIFICATE_NOT_ACCEPTED:
            # Tried again, or its user is called.
            return None
        failed = self._open_end(ResultKind.FAILED, result_id, ended)
        return msgspec.structs.replace(failed, code=error.code.code, procedure_id=open_procedure)

    def _open_end(self, kind: ResultKind, result_id: str, ended: datetime) -> RunResult:
        target = self.target
        return RunResult(
            id=result_id,
            profile_id=target.profile_id,
            user_id=target.user_id,
            full_id=target.full_id or target.user_id,
            ended=ended,
            kind=kind,
            batch=target.batch,
        )

    def _ask(self, question: Callable[[], T | None]) -> T | None:
        self._observer.note_asking(self, asking=True)
        try:
            answer = question()
        finally:
            self._observer.note_asking(self, asking=False)
        self.declined = answer is None
        return answer


@dataclass(slots=True)
class RunProgress:
    """How far a run is. `since`: when its user was last not waited for, None while they are; a
    reading of a monotonic clock in seconds."""

    done: tuple[Step, ...] = ()
    step: Step | None = None
    asking: bool = False
    seconds: float = 0.0
    since: float | None = None

    def report(self, report: Progress) -> None:
        """A step began or ended."""
        if report.phase is Phase.STARTED:
            self.step = report.step
            self.done = _still_done(self.done, report.step)
        else:
            self.step = None
            self.done = (*(one for one in self.done if one is not report.step), report.step)

    def ask(self, now: float, *, asking: bool) -> None:
        """The run begins or ends to wait for its user at `now`; that time does not count."""
        if asking and self.since is not None:
            self.seconds += now - self.since
        self.since = None if asking else now
        self.asking = asking

    def status(self, target: RunTarget) -> ProcedureStatus:
        """The status of the procedure that this program runs."""
        return ProcedureStatus(
            profile_id=target.profile_id,
            user_id=target.user_id,
            phase=ProcedurePhase.RUNNING,
            procedure_id=target.procedure_id,
            kind=target.kind,
            step=self.step,
            done=self.done,
            asking=self.asking,
            local=True,
            batch=bool(target.batch),
            seconds=self.seconds,
            counting_since=self.since,
        )


def _still_done(done: Sequence[Step], begun: Step) -> tuple[Step, ...]:
    """The finished steps once `begun` begins: a step that is repeated takes back those after it."""
    order = tuple(Step)
    if begun is Step.CLEAN_UP:
        return tuple(done)
    return tuple(step for step in done if order.index(step) < order.index(begun))


def _failed_login(finished: Finished) -> str:
    error = finished.login.error
    failed = finished.login.result is LoginTestResult.FAILED and error is not None
    return error.code.code if failed and error is not None else ""
