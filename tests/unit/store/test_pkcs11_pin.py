"""The PIN: requested just in time, never wasted, never repeated by the program, never shown."""

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

pytestmark = pytest.mark.reliability(
    "tokens", "PIN: wrong, of impossible length, final try, locked; pads"
)

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


def test_pin_request_identifies_the_token(token: SoftHsmToken) -> None:
    pins = ScriptedPins(PIN)
    open_with(token, pins)
    (request,) = pins.requests
    assert request.label == "専用USB"
    assert request.store_id == token.store().store_id
    assert request.attempts is AttemptsLeft.UNKNOWN
    assert not request.previous_incorrect


def test_listing_needs_no_pin(token: SoftHsmToken, faults: Faults) -> None:
    faults.watch("C_Login")
    assert token.store().availability() == Available(needs_pin=True)
    assert list(token.store().certificates()) == []
    assert "C_Login" not in faults.calls


def test_no_login_attempt_without_a_pin(token: SoftHsmToken, faults: Faults) -> None:
    faults.watch("C_Login")
    with pytest.raises(CertclientError) as error, token.store().open(no_pin):
        pass
    assert error.value.code is ErrorCode.PIN_REQUIRED
    assert "C_Login" not in faults.calls


def test_wrong_pin_is_reported_in_the_next_request(token: SoftHsmToken) -> None:
    pins = ScriptedPins(WRONG, PIN)
    open_with(token, pins)
    first, second = pins.requests
    assert not first.previous_incorrect
    assert second.previous_incorrect
    assert second.attempts is AttemptsLeft.LOW


def test_cancelling_after_a_wrong_pin_makes_no_further_attempt(
    token: SoftHsmToken, faults: Faults
) -> None:
    faults.watch("C_Login")
    assert failure(token, ScriptedPins(WRONG)).code is ErrorCode.PIN_INCORRECT
    assert faults.calls == ["C_Login"]


def test_low_pin_counter_is_reported_before_any_request(token: SoftHsmToken) -> None:
    failure(token, ScriptedPins(WRONG))
    assert token.store().availability() == Available(needs_pin=True, attempts=AttemptsLeft.LOW)
    open_with(token, ScriptedPins(PIN))
    assert token.store().availability() == Available(needs_pin=True)


def test_final_attempt_is_announced(token: SoftHsmToken, faults: Faults) -> None:
    faults.token_flags(add=TokenFlag.USER_PIN_FINAL_TRY | TokenFlag.USER_PIN_COUNT_LOW)
    pins = ScriptedPins(PIN)
    open_with(token, pins)
    assert pins.requests[0].attempts is AttemptsLeft.FINAL


def test_locked_token_requests_no_pin(token: SoftHsmToken, faults: Faults) -> None:
    faults.token_flags(add=TokenFlag.USER_PIN_LOCKED)
    faults.watch("C_Login")
    pins = ScriptedPins(PIN)
    error = failure(token, pins)
    assert error.code is ErrorCode.PIN_LOCKED
    assert error.data["token"] == "専用USB"
    assert pins.requests == []
    assert faults.calls == []


def test_locked_token_still_lists_its_certificates(token: SoftHsmToken, faults: Faults) -> None:
    faults.token_flags(add=TokenFlag.USER_PIN_LOCKED)
    state = token.store().availability()
    assert isinstance(state, Unavailable)
    assert state.reason is ErrorCode.PIN_LOCKED
    assert list(token.store().certificates()) == []


def test_token_that_locks_on_login_is_not_retried(token: SoftHsmToken, faults: Faults) -> None:
    faults.fail("C_Login", CKR_PIN_LOCKED)
    pins = ScriptedPins(WRONG, PIN)
    assert failure(token, pins).code is ErrorCode.PIN_LOCKED
    assert len(pins.requests) == 1


def test_locked_flag_after_a_wrong_pin_ends_the_requests(
    token: SoftHsmToken, faults: Faults
) -> None:
    """Some tokens return PinIncorrect for the last wrong PIN and set the LOCKED flag afterwards."""
    faults.wrong_pin_then(TokenFlag.USER_PIN_LOCKED)
    pins = ScriptedPins(WRONG, PIN)
    assert failure(token, pins).code is ErrorCode.PIN_LOCKED
    assert len(pins.requests) == 1


@pytest.mark.parametrize("impossible", ["", "123", "1" * 13])
def test_pin_of_impossible_length_uses_no_attempt(
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


def test_failed_logins_leave_no_session_open(token: SoftHsmToken, faults: Faults) -> None:
    """python-pkcs11 loses the session of a failed login, and tokens have only a few sessions."""
    sessions = faults.note_sessions()
    alive_on_request: list[int] = []

    def ask(_request: PinRequest) -> Secret:
        alive_on_request.append(sum(map(faults.session_alive, sessions)))
        return Secret(PIN if len(alive_on_request) == 3 else WRONG)

    with token.store().open(ask) as session:
        session.find_key("nothing")
    assert len(sessions) == 3
    assert alive_on_request == [0, 0, 0]
    assert not any(map(faults.session_alive, sessions))


def test_leftover_login_is_cleared(token: SoftHsmToken, faults: Faults) -> None:
    """After an earlier session of this process failed, the token does not even check the PIN."""
    found = next(one for one in token.hsm.module().tokens() if one.label == token.label)
    found.open(user_pin=PIN)
    faults.watch("C_Login")
    pins = ScriptedPins(PIN)
    open_with(token, pins)
    assert len(pins.requests) == 1


def test_persistent_login_is_an_error_and_not_a_loop(token: SoftHsmToken, faults: Faults) -> None:
    faults.fail("C_Login", CKR_USER_ALREADY_LOGGED_IN)
    assert failure(token, ScriptedPins(PIN, PIN)).code is ErrorCode.TOKEN_FAILED
    assert faults.calls == ["C_Login", "C_Login"]


def test_each_opening_requests_the_pin(token: SoftHsmToken) -> None:
    pins = ScriptedPins(PIN, PIN)
    open_with(token, pins)
    open_with(token, pins)
    assert len(pins.requests) == 2


def test_pin_appears_in_no_error_and_no_log(
    token: SoftHsmToken, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    error = failure(token, ScriptedPins("271828"))
    text = "".join(traceback.format_exception(error))
    assert "271828" not in text + str(error) + repr(error) + caplog.text


def test_closed_session_is_logged_out(token: SoftHsmToken) -> None:
    with token.store().open(ScriptedPins(PIN)) as session:
        session.create_key(KeySpec(), "certclient 0001")
    with pytest.raises(CertclientError) as error:
        session.find_key("certclient 0001")
    assert error.value.code is ErrorCode.TOKEN_REMOVED


def test_pin_that_cannot_be_encoded_is_not_sent(token: SoftHsmToken, faults: Faults) -> None:
    """Piped in with a broken encoding; the encoder's exception would contain the PIN."""
    faults.watch("C_Login")
    error = failure(token, ScriptedPins("1234\udc83"))
    assert error.code is ErrorCode.PIN_INCORRECT
    assert faults.calls == []
    assert "1234" not in "".join(traceback.format_exception(error))


def test_reader_with_a_pin_pad_needs_no_pin_request(token: SoftHsmToken, faults: Faults) -> None:
    faults.token_flags(add=TokenFlag.PROTECTED_AUTHENTICATION_PATH)
    faults.fail("C_Login", CKR_OK)
    assert token.store().availability() == Available(needs_pin=False)
    pins = ScriptedPins(PIN)
    open_with(token, pins)
    assert faults.calls == ["C_Login"]
    assert pins.requests == []
