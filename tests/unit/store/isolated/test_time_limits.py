"""A call has a time limit, unless a person is typing a PIN."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest

from certclient.model.keys import KeySpec, SignatureAlgorithm
from certclient.store.base import AttemptsLeft, PinRequest
from certclient.store.isolated import wire
from certclient.store.isolated.messages import (
    LOOKUPS,
    CreateKey,
    FindKey,
    FindTokens,
    PersonAtToken,
    PinWanted,
    Sign,
)
from certclient.store.isolated.module import Limits
from certclient.store.isolated.process import NoAnswerError, ProcessEndedError, Waiting

pytestmark = pytest.mark.reliability("modules", "that do not answer in time")

SHORT = 0.01
"""Seconds."""
LATER = 1.0


@dataclass
class Child:
    """A child that has not ended, or has."""

    ended: bool = False
    end_reason: str = ""

    def kill(self) -> None:
        self.ended = True


def waiting(child: Child) -> Waiting[bytes]:
    return Waiting(child, 1, Sign(0, b"", SignatureAlgorithm.RSA_PKCS1_SHA256))


def signed_later(call: Waiting[bytes]) -> None:
    threading.Timer(LATER, call.put, [wire.answer(1, b"signature")]).start()


def test_answer_that_does_not_come_ends_the_call() -> None:
    with pytest.raises(NoAnswerError):
        waiting(Child()).result(SHORT)


def test_pin_typed_at_the_token_takes_its_time() -> None:
    call = waiting(Child())
    call.put(PersonAtToken(1))
    signed_later(call)
    assert call.result(SHORT, lambda _message: None) == b"signature"


def test_pin_typed_in_the_program_takes_its_time() -> None:
    """The limit begins again once the PIN has been passed on."""
    call = waiting(Child())
    call.put(PinWanted(1, PinRequest("pkcs11:", "USB", AttemptsLeft.UNKNOWN)))
    typed = threading.Event()

    def types(_message: object) -> None:
        typed.wait(LATER)
        call.put(wire.answer(1, b"signature"))

    assert call.result(SHORT, types) == b"signature"


def test_child_that_has_ended_is_not_waited_for() -> None:
    with pytest.raises(ProcessEndedError, match="SIGSEGV"):
        waiting(Child(ended=True, end_reason="SIGSEGV")).result(None)


def test_answer_of_another_type_is_no_answer() -> None:
    child = Child()
    call = waiting(child)
    call.put(wire.answer(1, ["no", "signature"]))
    with pytest.raises(ProcessEndedError, match="unreadable"):
        call.result(SHORT)
    assert child.ended


def test_generating_a_key_may_take_longest() -> None:
    limits = Limits(lookup=1, work=2, signature=3, key_generation=4)
    sign = Sign(0, b"", SignatureAlgorithm.RSA_PKCS1_SHA256)
    assert limits.of(FindTokens(), LOOKUPS) == 1
    assert limits.of(FindKey("a"), 1) == 2
    assert limits.of(sign, 1) == 3
    assert limits.of(CreateKey(KeySpec(), "a"), 1) == 4
