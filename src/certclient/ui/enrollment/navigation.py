"""The order of the wizard's pages. No Qt and no secrets: what is typed stays in its field.

The paths are those of the seeds (A1-A4, B1, B2, C1, C2, D1). Pages are only named here, never
touched.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from certclient.enrollment.date_errors import date_error
from certclient.enrollment.procedure import (
    Finished,
    Outcome,
    Pending,
    ProcedureKind,
    ProcedureState,
    ProcedureView,
)
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.lifecycle import Lifecycle, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from certclient.model.certificate import Owner
    from certclient.store.base import StoredCertificate


class WizardPageId(enum.IntEnum):
    """The wizard's pages; the values are QWizard page ids."""

    NOTICE = 0
    """電子証明書更新通知: now or later."""
    LETTER = 1
    """電子証明書取得: user ID and issue code."""
    CHECKS = 2
    """電子証明書更新前処理中."""
    START = 3
    """電子証明書更新開始: the destination and the one consent."""
    WORK = 4
    """電子証明書発行処理中, with the questions that come up."""
    DONE = 5
    WAITING = 6
    """The CA has not issued the certificate yet."""
    PAUSED = 7
    """Stopped by the user between two steps."""
    TOO_LATE = 8
    """From day 91 on: whom to contact."""
    PROBLEM = 9


class WizardMode(enum.Enum):
    """How the wizard was opened: 更新, 取得, or to resume an earlier procedure."""

    RENEW = "renew"
    OBTAIN = "obtain"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class RenewalTarget:
    """The certificate to renew: its owner, and what its expiry date allows today."""

    stored: StoredCertificate
    owner: Owner
    life: Lifecycle


@dataclass(frozen=True, slots=True)
class WizardState:
    """The wizard's state. Holds no secret, so it may be shown and compared.

    `current` is the certificate being renewed or the expired one; `user_id` is typed for 取得,
    otherwise known; `procedure_id` can be resumed. `notice`: the wizard opened by itself, so it
    begins with the notice page. `kind`: the kind of the resumed procedure, if known. `outcome` and
    `error` are the result of the last run; at most one of them is set. `unconfirmed`: that run
    ended before the bank received the confirmation. `own_choice`: `error` says no more than that
    the user cancelled a question.
    """

    mode: WizardMode
    current: RenewalTarget | None = None
    user_id: str = ""
    procedure_id: str = ""
    unconfirmed: bool = False
    notice: bool = False
    kind: ProcedureKind | None = None
    outcome: Outcome | None = None
    error: CertclientError | None = None
    own_choice: bool = False

    @property
    def obtains(self) -> bool:
        """Whether this is 取得 rather than 更新."""
        return self.mode is WizardMode.OBTAIN or (
            self.mode is WizardMode.RESUME and self.kind is ProcedureKind.OBTAIN
        )

    @property
    def stage(self) -> Stage | None:
        """The lifecycle stage of `current`, or None."""
        return self.current.life.stage if self.current is not None else None


def renewing(current: RenewalTarget, *, notice: bool) -> WizardState:
    """Returns the initial state for a renewal, or for what the expiry date allows instead: 取得
    after expiry (C1) or the bank's closing hour. Before the first day of renewal `error` is
    NOT_YET_RENEWABLE."""
    if current.life.stage is Stage.OBTAINABLE:
        return WizardState(WizardMode.OBTAIN, current, current.owner.user_id)
    wizard_state = WizardState(WizardMode.RENEW, current, current.owner.user_id, notice=notice)
    if current.life.stage is not Stage.NOT_YET:
        return wizard_state
    return replace(wizard_state, error=date_error(current.stored.certificate, current.life))


def first_page(wizard_state: WizardState) -> WizardPageId:
    """Returns the page on which the wizard opens."""
    if wizard_state.mode is WizardMode.RESUME:
        return WizardPageId.WORK
    if wizard_state.stage is Stage.TOO_LATE:
        return WizardPageId.TOO_LATE
    if wizard_state.mode is WizardMode.OBTAIN:
        return WizardPageId.LETTER
    if wizard_state.stage is Stage.NOT_YET:
        return WizardPageId.PROBLEM
    return WizardPageId.NOTICE if wizard_state.notice else WizardPageId.CHECKS


_FORWARD: Mapping[WizardPageId, WizardPageId] = {
    WizardPageId.NOTICE: WizardPageId.CHECKS,
    WizardPageId.LETTER: WizardPageId.CHECKS,
    WizardPageId.CHECKS: WizardPageId.START,
    WizardPageId.START: WizardPageId.WORK,
    WizardPageId.WAITING: WizardPageId.WORK,
    WizardPageId.PAUSED: WizardPageId.WORK,
}


def next_page(page: WizardPageId, wizard_state: WizardState) -> WizardPageId | None:
    """Returns the page after `page`; None closes the wizard."""
    if page is WizardPageId.WORK:
        return _after_work(wizard_state)
    return _FORWARD.get(page)


def previous_page(page: WizardPageId, wizard_state: WizardState) -> WizardPageId | None:
    """Returns the target of 戻る; None if going back is impossible or unsafe."""
    if page is WizardPageId.START and wizard_state.mode is WizardMode.OBTAIN:
        return WizardPageId.LETTER
    return None


def _after_work(wizard_state: WizardState) -> WizardPageId:
    if wizard_state.own_choice:
        return WizardPageId.PAUSED
    if wizard_state.error is not None:
        return _page_for(wizard_state.error)
    if isinstance(wizard_state.outcome, Pending):
        return _STOPPED.get(wizard_state.outcome.state, WizardPageId.PAUSED)
    if isinstance(wizard_state.outcome, Finished):
        return WizardPageId.DONE
    return WizardPageId.PROBLEM


_STOPPED: Mapping[ProcedureState, WizardPageId] = {
    ProcedureState.WAITING: WizardPageId.WAITING,
    ProcedureState.DONE: WizardPageId.DONE,
    ProcedureState.ABANDONED: WizardPageId.PROBLEM,
}


def _page_for(error: CertclientError) -> WizardPageId:
    return WizardPageId.TOO_LATE if error.code is ErrorCode.TOO_LATE else WizardPageId.PROBLEM


def failed(
    wizard_state: WizardState,
    error: CertclientError,
    open_procedure: ProcedureView | None = None,
    *,
    own_choice: bool = False,
) -> WizardState:
    """Returns the state after a run, or a check before it, failed with `error`; `open_procedure`
    can be resumed. `own_choice`: the user cancelled a question, which is no error.

    EXPIRED_OBTAIN_ANEW and RENEWAL_CLOSED turn 更新 into 取得: the hour may pass while the wizard
    is open.
    """
    wizard_state = replace(
        wizard_state,
        outcome=None,
        error=error,
        procedure_id=open_procedure.id if open_procedure else "",
        unconfirmed=open_procedure is not None and open_procedure.state.unconfirmed,
        own_choice=own_choice,
    )
    if error.code in (ErrorCode.EXPIRED_OBTAIN_ANEW, ErrorCode.RENEWAL_CLOSED):
        wizard_state = replace(wizard_state, mode=WizardMode.OBTAIN)
    return wizard_state


def ended(wizard_state: WizardState, outcome: Outcome) -> WizardState:
    """Returns the state after a run ended with `outcome`; a Pending one can be resumed."""
    still_open = isinstance(outcome, Pending) and outcome.state.open
    procedure_id = outcome.procedure_id if still_open else ""
    unconfirmed = isinstance(outcome, Pending) and outcome.state.unconfirmed
    return replace(
        wizard_state,
        outcome=outcome,
        error=None,
        procedure_id=procedure_id,
        unconfirmed=unconfirmed,
        own_choice=False,
    )


class Action(enum.Enum):
    """What a button on the error page does."""

    RETRY = "retry"
    CHOOSE_PLACE = "choose-place"
    OBTAIN = "obtain"
    OPEN_USB_GUIDE = "open-usb-guide"
    COPY_FOR_SUPPORT = "copy-for-support"
    CLOSE = "close"


def possible(action: Action, wizard_state: WizardState) -> bool:
    """Returns whether `action` applies here; an earlier procedure can only be resumed."""
    if wizard_state.mode is not WizardMode.RESUME:
        return True
    if action is Action.RETRY:
        return bool(wizard_state.procedure_id)
    return action is not Action.CHOOSE_PLACE


_LETTER_WRONG = frozenset(
    {
        ErrorCode.ISSUE_CODE_WRONG,
        ErrorCode.ISSUE_CODE_FORMAT,
        ErrorCode.ISSUE_CODE_REQUIRED,
        ErrorCode.USER_ID_IMPOSSIBLE,
    }
)


def retry_page(wizard_state: WizardState) -> WizardPageId:
    """Returns where もう一度 starts: WORK if there is a procedure to resume, LETTER if the issue
    code or the user ID was wrong or missing, otherwise CHECKS."""
    if wizard_state.procedure_id:
        return WizardPageId.WORK
    if wizard_state.error is not None and wizard_state.error.code in _LETTER_WRONG:
        return WizardPageId.LETTER
    return WizardPageId.CHECKS
