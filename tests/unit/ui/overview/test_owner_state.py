"""Which cards the main window has, in which order, and the one button of each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from certclient.enrollment.overview import Condition, Overview, Row
from certclient.enrollment.procedure import ProcedureState
from certclient.enrollment.procedure_status import ProcedurePhase, ProcedureStatus
from certclient.ui.overview.owner_state import (
    MOST_CARDS,
    Act,
    Level,
    OwnerState,
    act_of,
    board_of,
    level_of,
)
from support.rows import NOON, row_in

LIFE = {
    (Condition.VALID, 200): (None, Level.GOOD),
    (Condition.RENEWABLE, 30): (Act.RENEW_NOW, Level.DUE),
    (Condition.URGENT, 3): (Act.RENEW_NOW, Level.URGENT),
    (Condition.URGENT, 0): (Act.RENEW_NOW, Level.URGENT),
    (Condition.OBTAINABLE, -1): (Act.OBTAIN, Level.ENDED),
    (Condition.OBTAINABLE, -90): (Act.OBTAIN, Level.ENDED),
    (Condition.TOO_LATE, -91): (Act.CONTACT, Level.ENDED),
    (Condition.NOT_ACCEPTED, 100): (Act.OBTAIN, Level.URGENT),
    (Condition.UNFINISHED, 300): (Act.RENEW, Level.DUE),
    (Condition.NO_KEY, 20): (None, Level.QUIET),
    (Condition.UNREADABLE, 20): (None, Level.QUIET),
    (Condition.CA_CERTIFICATE, 20): (None, Level.QUIET),
    (Condition.OTHER_ISSUER, 20): (None, Level.QUIET),
    (Condition.KEY_KIND, 20): (None, Level.QUIET),
    (Condition.NO_GAIN, 20): (None, Level.QUIET),
}
"""Condition and days left: the button, and how urgent it is."""


def board(*rows: Row, procedures: tuple[ProcedureStatus, ...] = ()) -> Overview:
    return Overview(NOON, complete=True, rows=rows, procedures=procedures)


def state(row: Row, procedure: ProcedureStatus | None = None) -> OwnerState:
    return OwnerState(*row.key, row, procedure)


def status(row: Row, phase: ProcedurePhase, *, asking: bool = False) -> ProcedureStatus:
    return ProcedureStatus(*row.key, phase, procedure_id="0123", asking=asking)


@pytest.mark.parametrize(("seen", "wanted"), LIFE.items(), ids=lambda one: str(one[0]))
def test_each_condition_has_its_button(
    seen: tuple[Condition, int], wanted: tuple[Act | None, Level]
) -> None:
    one = state(row_in(*seen))
    assert (act_of(one), level_of(one)) == wanted


def test_the_table_names_every_condition_that_a_card_can_have() -> None:
    never = {Condition.REPLACED, Condition.COPY, Condition.ARCHIVED}
    assert {condition for condition, _ in LIFE} == set(Condition) - never


@pytest.mark.parametrize(
    ("phase", "asking", "act", "level"),
    [
        (ProcedurePhase.RUNNING, True, Act.ANSWER, Level.ASKS),
        (ProcedurePhase.RUNNING, False, Act.SEE, Level.GOES_ON),
        (ProcedurePhase.WAITING, False, Act.CONTINUE, Level.GOES_ON),
        (ProcedurePhase.INTERRUPTED, False, Act.CONTINUE, Level.DUE),
        (ProcedurePhase.FAILED, False, Act.CONTINUE, Level.URGENT),
    ],
)
def test_a_procedure_takes_the_place_of_the_dates(
    phase: ProcedurePhase, asking: bool, act: Act, level: Level
) -> None:
    row = row_in(Condition.URGENT, 2)
    one = state(row, status(row, phase, asking=asking))
    assert (act_of(one), level_of(one), one.asks) == (act, level, asking)


def test_what_was_put_off_is_offered_and_not_asked_for() -> None:
    row = row_in(Condition.RENEWABLE)
    overview = replace(board(row), postponed=frozenset({row.name}))
    (card,) = board_of(overview).cards
    assert (act_of(card), card.asks) == (Act.RENEW, False)
    (card,) = board_of(board(row)).cards
    assert (act_of(card), card.asks) == (Act.RENEW_NOW, True)


def test_a_token_that_is_away_asks_for_nothing() -> None:
    one = state(row_in(Condition.URGENT, 1, absent=True))
    assert (act_of(one), level_of(one), one.asks) == (None, Level.QUIET, False)


def test_a_confirmed_or_running_procedure_cannot_be_given_up() -> None:
    row = row_in(Condition.RENEWABLE)
    stopped = status(row, ProcedurePhase.INTERRUPTED)
    assert state(row, stopped).may_give_up
    confirmed = replace(stopped, state=ProcedureState.CONFIRMED)
    assert not state(row, confirmed).may_give_up
    assert not state(row, status(row, ProcedurePhase.RUNNING)).may_give_up
    assert not state(row).may_give_up


def test_one_card_for_each_owner_the_most_urgent_first() -> None:
    rows = (
        row_in(Condition.OBTAINABLE, -40, user_id="EXPIRED"),
        row_in(Condition.VALID, 100, user_id="VALID"),
        row_in(Condition.RENEWABLE, 9, user_id="DUE"),
        row_in(Condition.URGENT, 3, user_id="URGENT"),
        row_in(Condition.RENEWABLE, 8, user_id="SOONER"),
    )
    found = board_of(board(*rows))
    users = [card.user_id for card in found.cards]
    assert users == ["URGENT", "SOONER", "DUE", "EXPIRED", "VALID"]
    assert found.others == ()
    assert not found.as_table


def test_old_put_away_and_doubled_certificates_are_among_the_others() -> None:
    rows = (
        row_in(Condition.VALID, 300, serial="02"),
        row_in(Condition.REPLACED, 10, serial="01"),
        row_in(Condition.COPY, 300, serial="03"),
        row_in(Condition.ARCHIVED, -5, user_id="AWAY"),
        row_in(Condition.NO_KEY, -5, user_id="GONE"),
        row_in(Condition.NO_KEY, 5, user_id="HERE"),
    )
    found = board_of(board(*rows))
    assert [card.user_id for card in found.cards] == ["TKYM1408054", "HERE"]
    assert found.cards[0].row is rows[0]
    assert {row.name for row in found.others} == {row.name for row in rows[1:5]}


def test_after_a_renewal_the_card_of_the_owner_is_the_same_one() -> None:
    old, new = row_in(Condition.RENEWABLE, 5), row_in(Condition.VALID, 360, serial="02")
    (before,) = board_of(board(old)).cards
    (after,) = board_of(board(replace(old, condition=Condition.REPLACED), new)).cards
    assert before.key == after.key
    assert after.row is new


def test_a_procedure_without_a_certificate_has_a_card() -> None:
    waiting = ProcedureStatus("bank", "NEW", ProcedurePhase.WAITING, procedure_id="0123")
    found = board_of(board(row_in(Condition.VALID, 200), procedures=(waiting,)))
    assert [card.user_id for card in found.cards] == ["NEW", "TKYM1408054"]
    assert found.banks[0] == "bank"
    assert found.cards[0].days is None


@pytest.mark.parametrize(
    ("condition", "days", "shown"),
    [
        (Condition.RENEWABLE, 20, 20),
        (Condition.URGENT, 0, 0),
        (Condition.OBTAINABLE, -10, -10),
        (Condition.NO_KEY, 20, None),
        (Condition.NOT_ACCEPTED, 20, None),
        (Condition.NOT_ACCEPTED, -3, -3),
    ],
)
def test_days_are_shown_where_they_mean_something(
    condition: Condition, days: int, shown: int | None
) -> None:
    assert state(row_in(condition, days)).days == shown


def test_more_owners_than_cards_are_a_table() -> None:
    rows = [row_in(Condition.VALID, 100, user_id=f"USER{number}") for number in range(7)]
    assert board_of(board(*rows)).as_table
    assert not board_of(board(*rows[:MOST_CARDS])).as_table
