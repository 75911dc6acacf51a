"""What the main window shows as cards: one per owner, the most urgent first. No Qt, no texts.

`board_of` turns the observed state into cards; `act_of` says which one button a card has.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from certclient.enrollment.overview import OBSTACLES, Condition, Row
from certclient.enrollment.procedure import ProcedureState
from certclient.enrollment.procedure_status import ProcedurePhase, ProcedureStatus
from certclient.model.certificate import DATES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.enrollment.overview import Overview
    from certclient.model.certificate import Owner

MOST_CARDS = 6
"""With more owners, a table lists them."""


class Act(enum.Enum):
    """The one button of a card; the values name the texts of `card_texts`."""

    RENEW_NOW = "renew-now"
    """今すぐ更新する, with 後で更新する beside it."""
    RENEW = "renew"
    """証明書更新: the notice was put off, or the bank is asked once more."""
    OBTAIN = "obtain"
    """電子証明書取得."""
    CONTACT = "contact"
    """窓口へ連絡: the wizard's page that says whom to ask."""
    CONTINUE = "continue"
    """続ける."""
    ANSWER = "answer"
    """入力する: a run waits for its user."""
    SEE = "see"
    """画面を開く: the window of a run."""


class Level(enum.IntEnum):
    """How urgent a card is; the first comes first."""

    ASKS = 0
    """A run waits for an answer of its user."""
    URGENT = 1
    """Login ends within days, the bank has refused it, or an error has stopped a procedure."""
    DUE = 2
    """There is something to do, and time for it."""
    ENDED = 3
    """It has expired: nothing becomes worse by waiting."""
    GOES_ON = 4
    """Something goes on by itself."""
    GOOD = 5
    QUIET = 6
    """It cannot be used here now: nothing is asked."""


@dataclass(frozen=True, slots=True)
class OwnerState:
    """One owner at one bank.

    `row`: the certificate that counts, else the one that says most; None for a procedure of an
    owner who has no certificate here. `procedure`: the open or running one of the owner.
    `postponed`: the user chose 後で更新する.
    """

    profile_id: str
    user_id: str
    row: Row | None
    procedure: ProcedureStatus | None = None
    postponed: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        """What identifies the card from one snapshot to the next: bank and owner."""
        suffix = self.row.entry.owner.suffix if self.row is not None else ""
        return self.profile_id, self.user_id, suffix

    @property
    def name(self) -> tuple[str, ...]:
        """What identifies the certificate, else the procedure."""
        return self.row.name if self.row is not None else (self.profile_id, self.user_id, "")

    @property
    def end(self) -> datetime | None:
        """The end of validity (aware UTC); None if it is not known."""
        return self.row.entry.certificate.not_after if self.row is not None and self.dated else None

    @property
    def full_id(self) -> str:
        """User ID and suffix, as far as they are known."""
        return self.row.entry.full_id if self.row is not None else self.user_id

    @property
    def dated(self) -> bool:
        """Whether its dates can be read and mean something."""
        return self.row is not None and not self.row.entry.certificate.unreadable & DATES

    @property
    def days(self) -> int | None:
        """The days to show as a number: left, or negative since the end; None for none."""
        if self.row is None or not self.dated or self.row.entry.life.closed:
            return None
        if not self.row.condition.counts and self.row.entry.life.days_left >= 0:
            return None
        return self.row.entry.life.days_left

    @property
    def asks(self) -> bool:
        """Whether the user is asked to do something now that was not put off."""
        if self.procedure is not None:
            return self.procedure.asking
        notices = (Act.RENEW_NOW, Act.OBTAIN, Act.CONTACT)
        return not self.postponed and act_of(self) in notices

    @property
    def may_give_up(self) -> bool:
        """Whether やめる is possible. After the bank has received the confirmation, the procedure
        can only be finished."""
        status = self.procedure
        if status is None or not status.resumable:
            return False
        return status.state is not ProcedureState.CONFIRMED


def act_of(card: OwnerState) -> Act | None:
    """The one button that fits; None if there is nothing to do."""
    if card.procedure is not None:
        if card.procedure.asking:
            return Act.ANSWER
        return Act.SEE if card.procedure.running else Act.CONTINUE
    row = card.row
    if row is None or row.absent:
        return None
    if row.condition.due:
        return Act.RENEW if card.postponed else Act.RENEW_NOW
    if row.condition is Condition.OBTAINABLE or row.needs_another:
        return Act.OBTAIN
    if row.condition is Condition.TOO_LATE:
        return Act.CONTACT
    return Act.RENEW if row.condition is Condition.UNFINISHED else None


def level_of(card: OwnerState) -> Level:
    """How urgent the card is."""
    if card.procedure is not None:
        return _level_of_procedure(card)
    row = card.row
    if row is None or row.absent:
        return Level.QUIET
    if row.condition is Condition.URGENT or row.needs_another:
        return Level.URGENT
    if row.condition in (Condition.OBTAINABLE, Condition.TOO_LATE):
        return Level.ENDED
    if row.condition in (Condition.RENEWABLE, Condition.UNFINISHED):
        return Level.DUE
    return Level.GOOD if row.condition is Condition.VALID else Level.QUIET


def _level_of_procedure(card: OwnerState) -> Level:
    status = card.procedure
    if status is None or status.asking:
        return Level.ASKS
    if status.phase is ProcedurePhase.FAILED:
        return Level.URGENT
    return Level.DUE if status.phase is ProcedurePhase.INTERRUPTED else Level.GOES_ON


@dataclass(frozen=True, slots=True)
class Board:
    """`cards`: one per owner, the most urgent first. `others`: certificates that are of no use now
    (put away, expired, replaced, a second copy), the latest first."""

    cards: tuple[OwnerState, ...] = ()
    others: tuple[Row, ...] = ()

    @property
    def banks(self) -> tuple[str, ...]:
        """The ids of the cards' banks, that of the most urgent card first."""
        return tuple(dict.fromkeys(card.profile_id for card in self.cards))

    @property
    def as_table(self) -> bool:
        """Whether there are too many cards to look at."""
        return len(self.cards) > MOST_CARDS

    def card_of(self, row: Row) -> OwnerState | None:
        """The card of the owner of `row`."""
        owner = _owner(row)
        return next((one for one in self.cards if one.row and _owner(one.row) == owner), None)


def board_of(overview: Overview) -> Board:
    """The cards of a snapshot."""
    groups: dict[tuple[str, Owner], list[Row]] = {}
    for row in overview.rows:
        groups.setdefault(_owner(row), []).append(row)
    statuses = {status.key: status for status in overview.procedures}
    shown = {name: one for name, rows in groups.items() if (one := _shown(rows)) is not None}
    cards = [
        OwnerState(*row.key, row, statuses.get(row.key), _postponed(row, overview))
        for row in shown.values()
    ]
    others = [row for row in overview.rows if row is not shown.get(_owner(row))]
    known = {(card.profile_id, card.user_id) for card in cards}
    cards += [
        OwnerState(*key, None, status) for key, status in statuses.items() if key not in known
    ]
    others.sort(key=lambda row: row.entry.certificate.not_after, reverse=True)
    return Board(tuple(sorted(cards, key=_order)), tuple(others))


def _owner(row: Row) -> tuple[str, Owner]:
    return row.profile.id, row.entry.owner


def _postponed(row: Row, overview: Overview) -> bool:
    """A name is a digest: it is not asked for in vain."""
    return bool(overview.postponed) and row.name in overview.postponed


def _shown(rows: Sequence[Row]) -> Row | None:
    """The one of an owner's certificates that its card is about."""
    useful = [row for row in rows if not row.folded and row.condition is not Condition.COPY]
    return max(useful, key=_weight, default=None)


def _weight(row: Row) -> tuple[object, ...]:
    odd = row.condition in OBSTACLES and not row.condition.counts
    return row.condition.counts, not odd, not row.absent, row.entry.certificate.not_after


def _order(card: OwnerState) -> tuple[object, ...]:
    end = card.row.entry.certificate.not_after if card.row is not None else _LAST
    return level_of(card), end, card.key


_LAST = datetime.max.replace(tzinfo=UTC)
