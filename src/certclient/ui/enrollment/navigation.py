"""The order of the wizard's pages. No Qt and no secrets: what is typed stays in its field.

The paths are those of the seeds (A1-A4, B1, B2, C1, C2, D1). Pages are only named here, never
touched.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, replace

from certclient.enrollment.procedure import (
    Finished,
    Kind,
    Outcome,
    Pending,
    ProcedureView,
    State,
)
from certclient.model.certificate import Owner
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.lifecycle import Lifecycle, Stage
from certclient.store.base import StoredCertificate


class Page(enum.IntEnum):
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


class Way(enum.Enum):
    """How the wizard was opened: 更新, 取得, or to resume an earlier procedure."""

    RENEW = "renew"
    OBTAIN = "obtain"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class Current:
    """The certificate to renew: its owner, and what its expiry date allows today."""

    stored: StoredCertificate
    owner: Owner
    life: Lifecycle


@dataclass(frozen=True, slots=True)
class Journey:
    """The wizard's state. Holds no secret, so it may be shown and compared.

    `current` is the certificate being renewed or the expired one; `user_id` is typed for 取得,
    otherwise known; `procedure_id` can be resumed. `notice`: the wizard opened by itself, so it
    begins with the notice page. `kind`: the kind of the resumed procedure, if known. `outcome` and
    `error` are the result of the last run; at most one of them is set. `unconfirmed`: that run
    ended before the bank received the confirmation.
    """

    way: Way
    current: Current | None = None
    user_id: str = ""
    procedure_id: str = ""
    unconfirmed: bool = False
    notice: bool = False
    kind: Kind | None = None
    outcome: Outcome | None = None
    error: CertclientError | None = None

    @property
    def obtains(self) -> bool:
        """Whether this is 取得 rather than 更新."""
        return self.way is Way.OBTAIN or (self.way is Way.RESUME and self.kind is Kind.OBTAIN)

    @property
    def stage(self) -> Stage | None:
        """The lifecycle stage of `current`, or None."""
        return self.current.life.stage if self.current is not None else None


def renewing(current: Current, *, notice: bool) -> Journey:
    """Returns the initial state for a renewal, or for what the expiry date allows instead: 取得
    after expiry (C1). Before the first day of renewal `error` is NOT_YET_RENEWABLE."""
    if current.life.stage is Stage.OBTAINABLE:
        return Journey(Way.OBTAIN, current, current.owner.user_id)
    journey = Journey(Way.RENEW, current, current.owner.user_id, notice=notice)
    if current.life.stage is not Stage.NOT_YET:
        return journey
    renew_from = current.life.renew_from.isoformat()
    too_early = CertclientError(ErrorCode.NOT_YET_RENEWABLE, renew_from=renew_from)
    return replace(journey, error=too_early)


def first_page(journey: Journey) -> Page:
    """Returns the page on which the wizard opens."""
    if journey.way is Way.RESUME:
        return Page.WORK
    if journey.stage is Stage.TOO_LATE:
        return Page.TOO_LATE
    if journey.way is Way.OBTAIN:
        return Page.LETTER
    if journey.stage is Stage.NOT_YET:
        return Page.PROBLEM
    return Page.NOTICE if journey.notice else Page.CHECKS


_FORWARD: Mapping[Page, Page] = {
    Page.NOTICE: Page.CHECKS,
    Page.LETTER: Page.CHECKS,
    Page.CHECKS: Page.START,
    Page.START: Page.WORK,
    Page.WAITING: Page.WORK,
    Page.PAUSED: Page.WORK,
}


def next_page(page: Page, journey: Journey) -> Page | None:
    """Returns the page after `page`; None closes the wizard."""
    if page is Page.WORK:
        return _after_work(journey)
    return _FORWARD.get(page)


def previous_page(page: Page, journey: Journey) -> Page | None:
    """Returns the target of 戻る; None if going back is impossible or unsafe."""
    if page is Page.START and journey.way is Way.OBTAIN:
        return Page.LETTER
    return None


def _after_work(journey: Journey) -> Page:
    if journey.error is not None:
        return _page_for(journey.error)
    if isinstance(journey.outcome, Pending):
        return _STOPPED.get(journey.outcome.state, Page.PAUSED)
    if isinstance(journey.outcome, Finished):
        return Page.DONE
    return Page.PROBLEM


_STOPPED: Mapping[State, Page] = {
    State.WAITING: Page.WAITING,
    State.DONE: Page.DONE,
    State.ABANDONED: Page.PROBLEM,
}


def _page_for(error: CertclientError) -> Page:
    return Page.TOO_LATE if error.code is ErrorCode.TOO_LATE else Page.PROBLEM


def failed(
    journey: Journey, error: CertclientError, open_procedure: ProcedureView | None = None
) -> Journey:
    """Returns the state after a run, or a check before it, failed with `error`; `open_procedure`
    can be resumed.

    EXPIRED_OBTAIN_ANEW turns 更新 into 取得, as a certificate may expire while the wizard is open.
    """
    journey = replace(
        journey,
        outcome=None,
        error=error,
        procedure_id=open_procedure.id if open_procedure else "",
        unconfirmed=open_procedure is not None and open_procedure.state.unconfirmed,
    )
    if error.code is ErrorCode.EXPIRED_OBTAIN_ANEW:
        journey = replace(journey, way=Way.OBTAIN)
    return journey


def ended(journey: Journey, outcome: Outcome) -> Journey:
    """Returns the state after a run ended with `outcome`; a Pending one can be resumed."""
    still_open = isinstance(outcome, Pending) and outcome.state.open
    procedure_id = outcome.procedure_id if still_open else ""
    unconfirmed = isinstance(outcome, Pending) and outcome.state.unconfirmed
    return replace(
        journey, outcome=outcome, error=None, procedure_id=procedure_id, unconfirmed=unconfirmed
    )


class Action(enum.Enum):
    """What a button on the error page does."""

    RETRY = "retry"
    CHOOSE_PLACE = "choose-place"
    OBTAIN = "obtain"
    OPEN_USB_GUIDE = "open-usb-guide"
    COPY_FOR_SUPPORT = "copy-for-support"
    CLOSE = "close"


def possible(action: Action, journey: Journey) -> bool:
    """Returns whether `action` applies here; an earlier procedure can only be resumed."""
    if journey.way is not Way.RESUME:
        return True
    if action is Action.RETRY:
        return bool(journey.procedure_id)
    return action is not Action.CHOOSE_PLACE


_LETTER_WRONG = frozenset({ErrorCode.ISSUE_CODE_WRONG, ErrorCode.ISSUE_CODE_REQUIRED})


def retry_page(journey: Journey) -> Page:
    """Returns where もう一度 starts: WORK if there is a procedure to resume, LETTER if the issue
    code was wrong or missing, otherwise CHECKS."""
    if journey.procedure_id:
        return Page.WORK
    if journey.error is not None and journey.error.code in _LETTER_WRONG:
        return Page.LETTER
    return Page.CHECKS
