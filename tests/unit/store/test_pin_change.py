"""Changing a token's PIN: no attempt wasted, nothing sent that the token cannot take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec
from certclient.model.secret import Secret
from certclient.store.base import (
    AttemptsLeft,
    PinPurpose,
    PinRequest,
    Unavailable,
)
from certclient.store.isolated.store import IsolatedTokenStore
from certclient.store.pkcs11.store import TokenStore
from support.pkcs11_faults import Faults
from support.pkcs11_shim import Shim
from support.softhsm import MODULE, PIN, SoftHsm, SoftHsmToken, opens_with, right_pin

pytestmark = pytest.mark.reliability("tokens", "a new PIN: refused, wrong, expired")

NEW = "7410258"
WRONG = "111111"
CKR_PIN_EXPIRED = 0xA3
CKR_PIN_INVALID = 0xA1
MUST_BE_CHANGED = "flags=0x80000"
CURRENT, WANTED = PinPurpose.CURRENT, PinPurpose.NEW

Store = TokenStore | IsolatedTokenStore
Open = Callable[[SoftHsmToken], Store]


@pytest.fixture(params=["in this process", "in a child process"])
def store_of(request: pytest.FixtureRequest) -> Open:
    if request.param == "in this process":
        return lambda token: token.store()
    return lambda token: token.isolated_store()


@dataclass
class Answers:
    """Gives the answers of each purpose one after the other, then None."""

    current: list[str]
    new: list[str]
    requests: list[PinRequest] = field(default_factory=list)

    def __call__(self, request: PinRequest) -> Secret | None:
        self.requests.append(request)
        answers = self.current if request.purpose is CURRENT else self.new
        return Secret(answers.pop(0)) if answers else None

    @property
    def asked(self) -> list[tuple[PinPurpose, bool]]:
        return [(one.purpose, one.previous_incorrect) for one in self.requests]


def failure(change: Callable[[], object]) -> CertclientError:
    with pytest.raises(CertclientError) as error:
        change()
    return error.value


def test_new_pin_replaces_the_current_one(softhsm: SoftHsm, store_of: Open) -> None:
    store = store_of(softhsm.new_token())
    answers = Answers([PIN], [NEW])
    store.change_pin(answers)
    assert answers.asked == [(CURRENT, False), (WANTED, False)]
    assert opens_with(store, NEW)
    assert not opens_with(store, PIN)


def test_request_tells_the_limits(softhsm: SoftHsm, store_of: Open) -> None:
    """SoftHSM wants 4 to 255 bytes."""
    answers = Answers([PIN], [NEW])
    store_of(softhsm.new_token("専用USB")).change_pin(answers)
    assert {(one.min_length, one.max_length) for one in answers.requests} == {(4, 255)}
    assert {one.label for one in answers.requests} == {"専用USB"}


def test_wrong_current_pin_is_asked_for_again(softhsm: SoftHsm, store_of: Open) -> None:
    store = store_of(softhsm.new_token())
    answers = Answers([WRONG, PIN], [NEW])
    store.change_pin(answers)
    assert answers.asked == [(CURRENT, False), (WANTED, False), (CURRENT, True)]
    assert answers.requests[-1].attempts is AttemptsLeft.LOW
    assert opens_with(store, NEW)


def test_giving_up_changes_nothing(softhsm: SoftHsm, store_of: Open) -> None:
    store = store_of(softhsm.new_token())
    codes = [
        failure(lambda: store.change_pin(Answers([], []))).code,
        failure(lambda: store.change_pin(Answers([PIN], []))).code,
        failure(lambda: store.change_pin(Answers([WRONG], [NEW]))).code,
        failure(lambda: store.change_pin(Answers([PIN], ["1"]))).code,
    ]
    assert codes == [
        ErrorCode.PIN_REQUIRED,
        ErrorCode.PIN_REQUIRED,
        ErrorCode.PIN_INCORRECT,
        ErrorCode.PIN_NEW_REFUSED,
    ]
    assert opens_with(store, PIN)


@pytest.mark.parametrize("current", ["", "1", "9" * 300, "\ud83d"])
def test_current_pin_outside_the_limits_costs_no_attempt(softhsm: SoftHsm, current: str) -> None:
    store = softhsm.new_token().store()
    with Faults(MODULE) as faults:
        faults.watch("C_SetPIN")
        error = failure(lambda: store.change_pin(Answers([current], [NEW])))
        assert faults.calls == []
    assert error.code is ErrorCode.PIN_INCORRECT


@pytest.mark.parametrize("new", ["", "1", "9" * 300, PIN])
def test_unfit_or_equal_new_pin_is_asked_for_again(softhsm: SoftHsm, new: str) -> None:
    store = softhsm.new_token().store()
    answers = Answers([PIN], [new, NEW])
    store.change_pin(answers)
    assert answers.asked == [(CURRENT, False), (WANTED, False), (WANTED, True)]
    assert opens_with(store, NEW)


def test_new_pin_that_the_token_refuses_changes_nothing(softhsm: SoftHsm) -> None:
    store = softhsm.new_token().store()
    answers = Answers([PIN], [NEW])
    with Faults(MODULE) as faults:
        faults.fail("C_SetPIN", CKR_PIN_INVALID)
        error = failure(lambda: store.change_pin(answers))
    assert error.code is ErrorCode.PIN_NEW_REFUSED
    assert answers.asked == [(CURRENT, False), (WANTED, False), (WANTED, True)]
    assert opens_with(store, PIN)


def test_token_that_wants_a_new_pin_says_so_before_it_asks_for_one(
    shim: Shim, store_of: Open
) -> None:
    token = shim.hsm.new_token()
    shim.play(MUST_BE_CHANGED)
    store = store_of(token)
    state = store.availability()
    assert isinstance(state, Unavailable)
    assert state.reason is ErrorCode.PIN_EXPIRED
    store.change_pin(Answers([PIN], [NEW]))
    shim.play()
    assert opens_with(store, NEW)


def test_pin_that_expires_at_the_login_has_a_code_of_its_own(softhsm: SoftHsm) -> None:
    token = softhsm.new_token()
    with Faults(MODULE) as faults:
        faults.fail("C_Login", CKR_PIN_EXPIRED)
        error = failure(lambda: token.store().open(lambda _request: Secret(PIN)).__enter__())
    assert error.code is ErrorCode.PIN_EXPIRED


def test_locked_token_is_not_asked(shim: Shim) -> None:
    token = shim.hsm.new_token()
    shim.play("flags=0x40000")  # CKF_USER_PIN_LOCKED
    answers = Answers([PIN], [NEW])
    assert failure(lambda: token.store().change_pin(answers)).code is ErrorCode.PIN_LOCKED
    assert answers.requests == []


def test_token_that_is_open_for_work_stays_logged_in(softhsm: SoftHsm) -> None:
    """The end of a PIN change closes all sessions of the process."""
    token = softhsm.new_token()
    with token.store().open(right_pin) as session:
        with pytest.raises(RuntimeError, match="open already"):
            token.store().change_pin(Answers([PIN], [NEW]))
        key = session.create_key(KeySpec(), "still logged in")
        assert session.find_key("still logged in") == key
    token.store().change_pin(Answers([PIN], [NEW]))
