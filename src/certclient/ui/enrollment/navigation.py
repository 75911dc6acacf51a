"""Which page of the wizard follows which. No Qt, no secret: what is typed stays in its field.

The ways are the seeds' (A1-A4, B1, B2, C1, C2, D1); a page is only named here, never touched.
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
    """The wizard's pages; the numbers are QWizard's page ids."""

    NOTICE = 0
    """電子証明書更新通知: now or later."""
    LETTER = 1
    """電子証明書取得: user ID and issue code."""
    CHECKS = 2
    """電子証明書更新前処理中."""
    START = 3
    """電子証明書更新開始: the place and the one consent."""
    WORK = 4
    """電子証明書発行処理中, with the questions that come up."""
    DONE = 5
    WAITING = 6
    """The CA takes its time."""
    PAUSED = 7
    """Stopped by the customer between two steps."""
    TOO_LATE = 8
    """From day 91 on: whom to ask."""
    PROBLEM = 9


class Way(enum.Enum):
    """How the wizard was opened: 更新, 取得, or to go on with what an earlier one left."""

    RENEW = "renew"
    OBTAIN = "obtain"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class Current:
    """The certificate that a renewal is about: whose it is, and what its date allows today."""

    stored: StoredCertificate
    owner: Owner
    life: Lifecycle


@dataclass(frozen=True, slots=True)
class Journey:
    """Where the customer stands. Holds no secret, so it may be shown and compared.

    `current` is the certificate that is renewed or has expired; `user_id` what 取得 asks for;
    `procedure_id` what can be resumed. `notice`: the wizard came by itself, so it begins with the
    notice. `kind` is what is resumed, as far as it is known. `outcome` and `error` say how the last
    run ended; at most one of them is set. `unconfirmed`: it ended before the bank knew that the
    new certificate had arrived.
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
        """取得 and not 更新."""
        return self.way is Way.OBTAIN or (self.way is Way.RESUME and self.kind is Kind.OBTAIN)

    @property
    def stage(self) -> Stage | None:
        return self.current.life.stage if self.current is not None else None


def renewing(current: Current, *, notice: bool) -> Journey:
    """Begins a renewal, or what its date has made of it: 取得 after expiry (C1)."""
    if current.life.stage is Stage.OBTAINABLE:
        return Journey(Way.OBTAIN, current, current.owner.user_id)
    journey = Journey(Way.RENEW, current, current.owner.user_id, notice=notice)
    if current.life.stage is not Stage.NOT_YET:
        return journey
    renew_from = current.life.renew_from.isoformat()
    too_early = CertclientError(ErrorCode.NOT_YET_RENEWABLE, renew_from=renew_from)
    return replace(journey, error=too_early)


def first_page(journey: Journey) -> Page:
    """Where the wizard opens."""
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
    """The page after `page`, None where the wizard closes."""
    if page is Page.WORK:
        return _after_work(journey)
    return _FORWARD.get(page)


def previous_page(page: Page, journey: Journey) -> Page | None:
    """Where 戻る leads; None where nothing is to be gone back to, or it would do harm."""
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
    """A run, or a check before it, ended with `error`; `open_procedure` is what can be resumed.

    An expired certificate turns 更新 into 取得 (it may expire while the wizard is open).
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
    """A run ended as `outcome`; what is pending is resumed from now on."""
    still_open = isinstance(outcome, Pending) and outcome.state.open
    procedure_id = outcome.procedure_id if still_open else ""
    unconfirmed = isinstance(outcome, Pending) and outcome.state.unconfirmed
    return replace(
        journey, outcome=outcome, error=None, procedure_id=procedure_id, unconfirmed=unconfirmed
    )


class Action(enum.Enum):
    """What a button of the error page does."""

    RETRY = "retry"
    CHOOSE_PLACE = "choose-place"
    OBTAIN = "obtain"
    OPEN_USB_GUIDE = "open-usb-guide"
    COPY_FOR_SUPPORT = "copy-for-support"
    CLOSE = "close"


def possible(action: Action, journey: Journey) -> bool:
    """Whether a button makes sense here: what an earlier wizard left can only be resumed."""
    if journey.way is not Way.RESUME:
        return True
    if action is Action.RETRY:
        return bool(journey.procedure_id)
    return action is not Action.CHOOSE_PLACE


_LETTER_WRONG = frozenset({ErrorCode.ISSUE_CODE_WRONG, ErrorCode.ISSUE_CODE_REQUIRED})


def retry_page(journey: Journey) -> Page:
    """Where もう一度 begins: at the letter if what was typed was wrong, where an interrupted
    procedure goes on if there is one, else at the checks."""
    if journey.procedure_id:
        return Page.WORK
    if journey.error is not None and journey.error.code in _LETTER_WRONG:
        return Page.LETTER
    return Page.CHECKS
