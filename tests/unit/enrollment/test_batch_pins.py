"""When a PIN that is held for a batch is given again, and when its user is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from certclient.enrollment.batch_pins import BatchPins, PinNeeded, pins_needed
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import AttemptsLeft, PinRequest
from support.softhsm import PIN, ScriptedPins, SoftHsm, SoftHsmToken

OTHER = "20406080"


@pytest.fixture
def token(softhsm: SoftHsm) -> SoftHsmToken:
    return softhsm.new_token("青いUSB")


@pytest.fixture
def request_of(token: SoftHsmToken) -> PinRequest:
    return PinRequest(token.store().store_id, token.label, AttemptsLeft.UNKNOWN)


def held(token: SoftHsmToken, *answers: str) -> tuple[BatchPins, ScriptedPins]:
    pins, user = BatchPins(), ScriptedPins(*answers)
    pins.ask(PinNeeded(token.store(), ("TKYM1408054 1403",)), user)
    return pins, user


def test_right_pin_is_held_until_the_batch_ends(
    token: SoftHsmToken, request_of: PinRequest
) -> None:
    pins, user = held(token, PIN)
    assert [one.full_ids for one in user.requests] == [("TKYM1408054 1403",)]
    for _renewal in range(2):
        secret = pins.take(request_of)
        assert secret is not None
        assert secret.reveal() == PIN
    pins.forget()
    assert pins.take(request_of) is None
    assert PIN not in repr(pins)


def test_wrong_pin_is_not_held(token: SoftHsmToken, request_of: PinRequest) -> None:
    pins, user = held(token, "00000000", PIN)
    assert [one.previous_incorrect for one in user.requests] == [False, True]
    secret = pins.take(request_of)
    assert secret is not None
    assert secret.reveal() == PIN


def test_without_an_answer_nothing_is_held(token: SoftHsmToken, request_of: PinRequest) -> None:
    pins = BatchPins()
    with pytest.raises(CertclientError) as raised:
        pins.ask(PinNeeded(token.store(), ()), lambda _request: None)
    assert raised.value.code is ErrorCode.PIN_REQUIRED
    assert pins.take(request_of) is None


@pytest.mark.parametrize("attempts", [AttemptsLeft.LOW, AttemptsLeft.FINAL])
def test_held_pin_never_spends_an_attempt_after_a_wrong_one(
    token: SoftHsmToken, request_of: PinRequest, attempts: AttemptsLeft
) -> None:
    pins, _user = held(token, PIN)
    assert pins.take(replace(request_of, attempts=attempts)) is None


def test_refused_pin_is_dropped(token: SoftHsmToken, request_of: PinRequest) -> None:
    pins, _user = held(token, PIN)
    assert pins.take(replace(request_of, previous_incorrect=True)) is None
    assert pins.take(request_of) is None


def test_each_store_is_asked_for_once_with_all_its_ids(
    softhsm: SoftHsm, token: SoftHsmToken
) -> None:
    other = softhsm.new_token("赤いUSB", OTHER)
    places = [(token.store(), "A"), (other.store(), "B"), (token.store(), "C")]
    needed = pins_needed(places)
    assert [(one.store.label, one.full_ids) for one in needed] == [
        ("青いUSB", ("A", "C")),
        ("赤いUSB", ("B",)),
    ]
    other.pull()
    assert [one.store.label for one in pins_needed(places)] == ["青いUSB"]
