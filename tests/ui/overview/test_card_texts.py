"""What a card says: one sentence for every condition and every stop of a procedure, in both
languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from certclient.enrollment.moves import Move
from certclient.enrollment.overview import Condition
from certclient.enrollment.procedure import ProcedureState
from certclient.enrollment.procedure_status import ProcedurePhase, ProcedureStatus
from certclient.i18n.catalogue import Language
from certclient.model.errors import ErrorCode
from certclient.model.progress import Step
from certclient.ui.overview.card_texts import CardTexts, Number
from certclient.ui.overview.owner_state import OwnerState
from support.rows import NOON, row_in
from support.wizards import UiEnvironment, wait

OBSTACLES = {
    Condition.UNREADABLE: ErrorCode.CERTIFICATE_DAMAGED,
    Condition.CA_CERTIFICATE: ErrorCode.CERTIFICATE_OF_CA,
    Condition.OTHER_ISSUER: ErrorCode.CERTIFICATE_OTHER_ISSUER,
    Condition.KEY_KIND: ErrorCode.CERTIFICATE_KEY_KIND,
    Condition.NO_GAIN: ErrorCode.RENEWAL_GAINS_NOTHING,
}
DAYS = {Condition.URGENT: 2, Condition.OBTAINABLE: -10, Condition.TOO_LATE: -100}


def all_states() -> list[OwnerState]:
    states = []
    for condition in Condition:
        row = row_in(condition, DAYS.get(condition, 20), obstacle=OBSTACLES.get(condition))
        plain = OwnerState(*row.key, row)
        states += [plain, replace(plain, postponed=True)]
        states.append(replace(plain, row=replace(row, absent=True)))
    row = row_in(Condition.RENEWABLE)
    base = ProcedureStatus(*row.key, ProcedurePhase.RUNNING, procedure_id="0123")
    statuses = [
        base,
        replace(base, asking=True),
        replace(base, step=Step.REQUEST, local=True),
        replace(base, step=Step.WAIT),
        replace(base, phase=ProcedurePhase.WAITING),
        replace(base, phase=ProcedurePhase.WAITING, check_at=NOON + timedelta(hours=1)),
        *(
            replace(base, phase=ProcedurePhase.INTERRUPTED, state=state)
            for state in ProcedureState
            if state.open
        ),
        *(
            replace(base, phase=ProcedurePhase.FAILED, error=error)
            for error in (ErrorCode.NETWORK_TIMEOUT, ErrorCode.PIN_LOCKED, ErrorCode.CA_REFUSED)
        ),
    ]
    states += [OwnerState(*row.key, row, status) for status in statuses]
    return [*states, *(replace(one, row=None) for one in states if one.procedure is not None)]


@pytest.fixture
def card_texts(ui: UiEnvironment) -> CardTexts:
    return CardTexts(replace(ui.context(), profiles=(row_in(Condition.VALID).profile,)))


@pytest.mark.parametrize("language", list(Language))
def test_every_state_has_a_title_and_whole_sentences(
    card_texts: CardTexts, language: Language
) -> None:
    card_texts._context.languages.switch(language)
    end = "。" if language is Language.JAPANESE else (".", "!")
    for state in all_states():
        said = card_texts.said(state)
        assert said.title, state
        for sentence in (said.sentence, said.hint):
            assert not sentence or sentence.strip().endswith(end), sentence
            assert "{" not in sentence
            assert "CC-" not in sentence, "the code stands below"
    wait(1)


def test_a_failure_says_what_happened_and_its_code_stands_alone(card_texts: CardTexts) -> None:
    row = row_in(Condition.RENEWABLE)
    failed = ProcedureStatus(
        *row.key, ProcedurePhase.FAILED, procedure_id="0123", error=ErrorCode.NETWORK_TIMEOUT
    )
    said = card_texts.said(OwnerState(*row.key, row, failed))
    assert said.title == "途中で止まりました"
    assert said.code == "CC-NET-TIMEOUT"
    assert "0123" not in said.sentence


def test_a_certificate_ended_by_a_move_is_not_to_be_obtained_again(card_texts: CardTexts) -> None:
    row = row_in(Condition.NOT_ACCEPTED)
    assert "取得してください" in card_texts.said(OwnerState(*row.key, row)).sentence
    move = Move("ab" * 32, b"", *row.key, NOON)
    entry = row.entry
    moves = {entry.certificate.fingerprint: move}
    moving = replace(row, entry=replace(entry, statuses=replace(entry.statuses, moves=moves)))
    said = card_texts.said(OwnerState(*row.key, moving)).sentence
    assert "新しいパソコンに移る途中です" in said
    assert "取得" not in said


@pytest.mark.parametrize(
    ("condition", "days", "number"),
    [
        (Condition.RENEWABLE, 20, Number("あと", "20", "日")),
        (Condition.URGENT, 0, Number("本日が最終日です")),
        (Condition.OBTAINABLE, -10, Number("", "10", "日前に期限切れ")),
        (Condition.NO_KEY, 20, Number("")),
    ],
)
def test_days_are_a_number_with_its_words(
    card_texts: CardTexts, condition: Condition, days: int, number: Number
) -> None:
    row = row_in(condition, days)
    assert card_texts.number(OwnerState(*row.key, row)) == number
