"""What one procedure is doing now, whoever runs it: the value that every front end shows."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from certclient.enrollment.journal import ProcedureKind, ProcedureState
from certclient.model.errors import ErrorCode
from certclient.model.progress import Step

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from certclient.enrollment.outcomes import ProcedureView


class ProcedurePhase(enum.Enum):
    """Whether a procedure runs, waits or has stopped; `status --json` prints the values."""

    RUNNING = "running"
    """A run is in progress, in this program or in another one."""
    WAITING = "waiting"
    """The CA asked to be polled again later."""
    INTERRUPTED = "interrupted"
    """Stopped between two steps without an error: by its user, or with the computer."""
    FAILED = "failed"
    """An error stopped the last run; the procedure can be resumed."""


_ORDER = tuple(Step)

_NEXT: Mapping[ProcedureState, Step] = {
    ProcedureState.PREPARED: Step.PREFLIGHT,
    ProcedureState.KEY_CREATED: Step.REQUEST,
    ProcedureState.REQUESTED: Step.REQUEST,
    ProcedureState.WAITING: Step.WAIT,
    ProcedureState.ISSUED: Step.CHECK,
    ProcedureState.INSTALLED: Step.VERIFY,
    ProcedureState.VERIFIED: Step.CONFIRM,
    ProcedureState.CONFIRMED: Step.LOGIN,
}
"""The step that follows each journalled state; all steps before it are done."""

_OWN_CHOICE = frozenset(
    {
        ErrorCode.BANK_SECRETS_REQUIRED,
        ErrorCode.CONSENT_REFUSED,
        ErrorCode.ISSUE_CODE_REQUIRED,
        ErrorCode.PASSWORD_REQUIRED,
        ErrorCode.PIN_REQUIRED,
    }
)
"""Codes of a run that stopped because its user gave no answer, which is no failure."""

_UNANSWERED = _OWN_CHOICE | {
    ErrorCode.ISSUE_CODE_WRONG,
    ErrorCode.PASSWORD_INCORRECT,
    ErrorCode.PIN_INCORRECT,
}
"""Codes of a run whose user gave no answer to its last question, which repeated an earlier one."""

OCCASIONAL = frozenset({Step.WAIT, Step.LOGIN, Step.CLEAN_UP})
"""Steps that are listed only if they occur."""


def is_own_choice(code: ErrorCode, *, declined: bool) -> bool:
    """Whether a run ended with `code` because its user wanted it to end, which is no failure.

    `declined`: the user gave no answer to the run's last question.
    """
    return code is ErrorCode.NETWORK_STOPPED or (declined and code in _UNANSWERED)


def next_step(state: ProcedureState) -> Step:
    """The step that follows a journalled, open `state`."""
    return _NEXT[state]


def steps_done(state: ProcedureState) -> tuple[Step, ...]:
    """The steps whose results are journalled in an open `state`, in their order.

    Without those of OCCASIONAL, of which the journal does not say whether they occurred.
    """
    following = _ORDER.index(next_step(state))
    return tuple(step for step in _ORDER[:following] if step not in OCCASIONAL)


def steps_listed(happened: Collection[Step]) -> Sequence[Step]:
    """The steps of a procedure as a list for the user; `happened`: those begun or done."""
    return tuple(step for step in _ORDER if step not in OCCASIONAL or step in happened)


@dataclass(frozen=True, slots=True)
class ProcedureStatus:
    """The status of the procedure of one user ID at one bank.

    `procedure_id`: "" while it is not journalled yet. `step`: the step in progress or, when
    nothing runs, the next one; None while a run has not reported any. `done`: the finished steps.
    `asking`: the run waits for an answer of its user. `local`: this program runs it. `batch`: it
    belongs to すべて更新. `check_at` (aware UTC): when the CA is polled next. `error`: why the last
    run stopped. `state`: the journalled state, None if there is none. `seconds`: how long the run
    has worked so far without the time in which it waited for its user; it goes on counting from
    `counting_since` (a reading of the model's monotonic clock), None while it does not.
    """

    profile_id: str
    user_id: str
    phase: ProcedurePhase
    procedure_id: str = ""
    kind: ProcedureKind | None = None
    step: Step | None = None
    done: tuple[Step, ...] = ()
    asking: bool = False
    local: bool = False
    batch: bool = False
    check_at: datetime | None = None
    error: ErrorCode | None = None
    state: ProcedureState | None = None
    store_id: str = ""
    seconds: float = 0.0
    counting_since: float | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Bank and user ID: there is at most one open procedure for each."""
        return self.profile_id, self.user_id

    @property
    def running(self) -> bool:
        """Whether a run is in progress, here or elsewhere."""
        return self.phase is ProcedurePhase.RUNNING

    @property
    def resumable(self) -> bool:
        """Whether its user can continue it now (続ける)."""
        return not self.running and bool(self.procedure_id)

    @property
    def waits_for_code(self) -> bool:
        """Whether it goes on once its customer types the issue code from the letter again."""
        return not self.running and self.error is ErrorCode.ISSUE_CODE_REQUIRED

    @property
    def number(self) -> int:
        """The number of the current step in `steps_listed`, from 1."""
        listed = self.listed
        if self.step in listed:
            return listed.index(self.step) + 1
        return min(len([step for step in listed if step in self.done]) + 1, len(listed))

    @property
    def listed(self) -> Sequence[Step]:
        """The steps to list for it."""
        happened = {*self.done, *([self.step] if self.step is not None else [])}
        return steps_listed(happened)


def status_of(view: ProcedureView, *, running: bool) -> ProcedureStatus:
    """The status of a journalled procedure that this program does not run.

    `running`: another program does (`OpenProcedures.running`).
    """
    return ProcedureStatus(
        profile_id=view.profile_id,
        user_id=view.user_id,
        phase=_phase(view, running=running),
        procedure_id=view.id,
        kind=view.kind,
        step=next_step(view.state),
        done=steps_done(view.state),
        check_at=view.check_at if view.state is ProcedureState.WAITING else None,
        error=view.last_error,
        state=view.state,
        store_id=view.store_id,
    )


def _phase(view: ProcedureView, *, running: bool) -> ProcedurePhase:
    if running:
        return ProcedurePhase.RUNNING
    # Stopped during an exchange, it is as if it had been stopped after the step before.
    error = None if view.last_error is ErrorCode.NETWORK_STOPPED else view.last_error
    if view.state is ProcedureState.WAITING and (error is None or error.retriable):
        return ProcedurePhase.WAITING
    if error is None or error in _OWN_CHOICE:
        return ProcedurePhase.INTERRUPTED
    return ProcedurePhase.FAILED
