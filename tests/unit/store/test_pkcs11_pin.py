"""The PIN: asked just in time, never wasted, never repeated by the program, never shown."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator

import pytest
from pkcs11 import TokenFlag

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec
from certclient.model.secret import Secret
from certclient.store.base import AttemptsLeft, Available, PinRequest, Unavailable, no_pin
from support.pkcs11_faults import (
    CKR_OK,
    CKR_PIN_LOCKED,
    CKR_USER_ALREADY_LOGGED_IN,
    Faults,
)
from support.softhsm import MODULE, PIN, ScriptedPins, SoftHsm, SoftHsmToken

WRONG = "111111"


@pytest.fixture
def token(softhsm: SoftHsm) -> SoftHsmToken:
    return softhsm.new_token(label="専用USB")


@pytest.fixture
def faults(token: SoftHsmToken) -> Iterator[Faults]:
    with Faults(MODULE) as faults:
        yield faults


def open_with(token: SoftHsmToken, pins: ScriptedPins) -> None:
    with token.store().open(pins) as session:
        session.find_key("nothing")


def failure(token: SoftHsmToken, pins: ScriptedPins) -> CertclientError:
    with pytest.raises(CertclientError) as error:
        open_with(token, pins)
    return error.value


def test_the_customer_is_told_which_token_asks(token: SoftHsmToken) -> None:
    pins = ScriptedPins(PIN)
    open_with(token, pins)
    (request,) = pins.requests
    assert request.label == "専用USB"
    assert request.store_id == token.store().store_id
    assert request.attempts is AttemptsLeft.UNKNOWN
    assert not request.previous_incorrect


def test_looking_needs_no_pin(token: SoftHsmToken, faults: Faults) -> None:
    faults.watch("C_Login")
    assert token.store().availability() == Available(needs_pin=True)
    assert list(token.store().certificates()) == []
    assert "C_Login" not in faults.calls


def test_without_a_pin_no_attempt_is_made(token: SoftHsmToken, faults: Faults) -> None:
    faults.watch("C_Login")
    with pytest.raises(CertclientError) as error, token.store().open(no_pin):
        pass
    assert error.value.code is ErrorCode.PIN_REQUIRED
    assert "C_Login" not in faults.calls


def test_a_wrong_pin_is_told_and_the_customer_decides(token: SoftHsmToken) -> None:
    pins = ScriptedPins(WRONG, PIN)
    open_with(token, pins)
    first, second = pins.requests
    assert not first.previous_incorrect
    assert second.previous_incorrect
    assert second.attempts is AttemptsLeft.LOW


def test_giving_up_after_a_wrong_pin(token: SoftHsmToken, faults: Faults) -> None:
    faults.watch("C_Login")
    assert failure(token, ScriptedPins(WRONG)).code is ErrorCode.PIN_INCORRECT
    assert faults.calls == ["C_Login"]


def test_the_low_counter_is_shown_before_anything_is_asked(token: SoftHsmToken) -> None:
    failure(token, ScriptedPins(WRONG))
    assert token.store().availability() == Available(needs_pin=True, attempts=AttemptsLeft.LOW)
    open_with(token, ScriptedPins(PIN))
    assert token.store().availability() == Available(needs_pin=True)


def test_the_last_attempt_is_announced(token: SoftHsmToken, faults: Faults) -> None:
    faults.token_flags(add=TokenFlag.USER_PIN_FINAL_TRY | TokenFlag.USER_PIN_COUNT_LOW)
    pins = ScriptedPins(PIN)
    open_with(token, pins)
    assert pins.requests[0].attempts is AttemptsLeft.FINAL


def test_a_locked_token_asks_nothing(token: SoftHsmToken, faults: Faults) -> None:
    faults.token_flags(add=TokenFlag.USER_PIN_LOCKED)
    faults.watch("C_Login")
    pins = ScriptedPins(PIN)
    error = failure(token, pins)
    assert error.code is ErrorCode.PIN_LOCKED
    assert error.data["token"] == "専用USB"
    assert pins.requests == []
    assert faults.calls == []


def test_a_locked_token_can_still_be_looked_at(token: SoftHsmToken, faults: Faults) -> None:
    faults.token_flags(add=TokenFlag.USER_PIN_LOCKED)
    state = token.store().availability()
    assert isinstance(state, Unavailable)
    assert state.reason is ErrorCode.PIN_LOCKED
    assert list(token.store().certificates()) == []


def test_a_token_that_locks_at_this_attempt_is_not_tried_again(
    token: SoftHsmToken, faults: Faults
) -> None:
    faults.fail("C_Login", CKR_PIN_LOCKED)
    pins = ScriptedPins(WRONG, PIN)
    assert failure(token, pins).code is ErrorCode.PIN_LOCKED
    assert len(pins.requests) == 1


def test_the_attempt_that_locks_ends_the_questions(token: SoftHsmToken, faults: Faults) -> None:
    """Tokens that say PinIncorrect to the last wrong PIN and show LOCKED afterwards."""

    faults.wrong_pin_then(TokenFlag.USER_PIN_LOCKED)
    pins = ScriptedPins(WRONG, PIN)
    assert failure(token, pins).code is ErrorCode.PIN_LOCKED
    assert len(pins.requests) == 1


@pytest.mark.parametrize("impossible", ["", "123", "1" * 13])
def test_a_pin_of_impossible_length_costs_no_attempt(
    token: SoftHsmToken, faults: Faults, impossible: str
) -> None:
    faults.pin_lengths(4, 12)
    faults.watch("C_Login")
    pins = ScriptedPins(impossible, PIN)
    open_with(token, pins)
    assert faults.calls.count("C_Login") == 1
    assert pins.requests[1].previous_incorrect


def test_a_token_without_a_user_pin_is_not_initialised(token: SoftHsmToken, faults: Faults) -> None:
    faults.token_flags(remove=TokenFlag.USER_PIN_INITIALIZED)
    pins = ScriptedPins(PIN)
    assert failure(token, pins).code is ErrorCode.TOKEN_NOT_INITIALISED
    assert pins.requests == []


def test_no_session_is_left_behind(token: SoftHsmToken, faults: Faults) -> None:
    """A failed login loses its session inside python-pkcs11; tokens have only a few."""
    sessions = faults.note_sessions()
    alive_when_asked: list[int] = []

    def ask(_request: PinRequest) -> Secret:
        alive_when_asked.append(sum(map(faults.session_alive, sessions)))
        return Secret(PIN if len(alive_when_asked) == 3 else WRONG)

    with token.store().open(ask) as session:
        session.find_key("nothing")
    assert len(sessions) == 3
    assert alive_when_asked == [0, 0, 0]
    assert not any(map(faults.session_alive, sessions))


def test_a_login_left_over_is_cleared_away(token: SoftHsmToken, faults: Faults) -> None:
    """An earlier session of this process ended badly: the PIN was not even looked at."""
    found = next(one for one in token.hsm.module().tokens() if one.label == token.label)
    found.open(user_pin=PIN)
    faults.watch("C_Login")
    pins = ScriptedPins(PIN)
    open_with(token, pins)
    assert len(pins.requests) == 1


def test_a_login_that_stays_stuck_is_an_error_and_not_a_loop(
    token: SoftHsmToken, faults: Faults
) -> None:
    faults.fail("C_Login", CKR_USER_ALREADY_LOGGED_IN)
    assert failure(token, ScriptedPins(PIN, PIN)).code is ErrorCode.TOKEN_FAILED
    assert faults.calls == ["C_Login", "C_Login"]


def test_each_opening_asks_anew(token: SoftHsmToken) -> None:
    pins = ScriptedPins(PIN, PIN)
    open_with(token, pins)
    open_with(token, pins)
    assert len(pins.requests) == 2


def test_the_pin_is_in_no_error_and_no_log(
    token: SoftHsmToken, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    error = failure(token, ScriptedPins("271828"))
    text = "".join(traceback.format_exception(error))
    assert "271828" not in text + str(error) + repr(error) + caplog.text


def test_work_without_the_pin_is_logged_out_at_the_end(token: SoftHsmToken) -> None:
    with token.store().open(ScriptedPins(PIN)) as session:
        session.create_key(KeySpec(), "certclient 0001")
    with pytest.raises(CertclientError) as error:
        session.find_key("certclient 0001")
    assert error.value.code is ErrorCode.TOKEN_REMOVED


def test_a_pin_that_is_no_text_is_not_sent(token: SoftHsmToken, faults: Faults) -> None:
    """Piped in with a broken encoding; the encoder's exception would hold the PIN."""
    faults.watch("C_Login")
    error = failure(token, ScriptedPins("1234\udc83"))
    assert error.code is ErrorCode.PIN_INCORRECT
    assert faults.calls == []
    assert "1234" not in "".join(traceback.format_exception(error))


def test_a_reader_with_its_own_keys_asks_there(token: SoftHsmToken, faults: Faults) -> None:
    faults.token_flags(add=TokenFlag.PROTECTED_AUTHENTICATION_PATH)
    faults.fail("C_Login", CKR_OK)
    assert token.store().availability() == Available(needs_pin=False)
    pins = ScriptedPins(PIN)
    open_with(token, pins)
    assert faults.calls == ["C_Login"]
    assert pins.requests == []
