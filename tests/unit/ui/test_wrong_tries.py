"""Wrong answers are counted by token, and by the customer whose code it is."""

from __future__ import annotations

from dataclasses import replace

from certclient.enrollment.interaction import SecretKind, SecretRequest
from certclient.store.base import AttemptsLeft, PinRequest
from certclient.ui.tasks.wrong_tries import WrongTries

PIN = PinRequest("token-1", "専用USB", AttemptsLeft.UNKNOWN)
CODE = SecretRequest(SecretKind.ISSUE_CODE, "TKYM1408054")


def test_wrong_pins_are_counted_for_each_token_and_start_anew_after_a_right_one() -> None:
    tries = WrongTries()
    wrong = replace(PIN, previous_incorrect=True)
    other = replace(PIN, store_id="token-2")
    assert [tries.note(one) for one in (PIN, wrong, wrong, other, wrong)] == [0, 1, 2, 0, 3]
    assert tries.note(PIN) == 0


def test_wrong_codes_are_counted_on_when_the_code_is_typed_on_another_page() -> None:
    tries = WrongTries()
    wrong = replace(CODE, previous_incorrect=True)
    assert [tries.note(one) for one in (wrong, CODE, wrong)] == [1, 1, 2]
    assert tries.note(replace(wrong, user_id="TKYM1408055")) == 1
