"""Which PIN goes to which token, from standard input."""

from __future__ import annotations

import json

import pytest

from certclient.cli.pin_lines import PinLines
from certclient.store.base import AttemptsLeft, PinRequest
from support.cli_runner import FakeTerminal


def request(label: str, *, wrong: bool = False, final: bool = False) -> PinRequest:
    attempts = AttemptsLeft.FINAL if final else AttemptsLeft.UNKNOWN
    return PinRequest(f"pkcs11:token={label}", label, attempts, wrong)


def taken(pins: PinLines, *requests: PinRequest) -> list[str | None]:
    answers = [pins.take(one) for one in requests]
    return [answer.reveal() if answer else None for answer in answers]


def test_lines_are_for_the_tokens_in_the_order_of_their_need() -> None:
    pins = PinLines(FakeTerminal(stdin=["1111", "2222"]))
    wanted = [request("B"), request("A"), request("B"), request("C")]
    assert taken(pins, *wanted) == ["1111", "2222", "1111", None]


@pytest.mark.parametrize(
    "name", ["専用USB Ａ", "pkcs11:token=専用USB Ａ", " PKCS11:TOKEN=専用USB Ａ "]
)
def test_named_pins_reach_their_tokens_whatever_the_order(name: str) -> None:
    line = json.dumps({"B": "２２２２", name: "1111"}, ensure_ascii=False)
    pins = PinLines(FakeTerminal(stdin=[line, "9999"]))
    assert taken(pins, request("B"), request("C"), request("専用USB Ａ")) == ["2222", None, "1111"]


@pytest.mark.parametrize("line", ['{"A": 1234}', '{"A": ["1234"]}', "{A: 1234}", "{1234}"])
def test_a_line_that_is_no_object_of_texts_costs_no_attempt(line: str) -> None:
    pins = PinLines(FakeTerminal(stdin=[line, "9999"]))
    assert taken(pins, request("A"), request("B")) == [None, None]
    assert pins.misread


@pytest.mark.parametrize("line", ["{1234", "{}x", '["A"]', "{"])
def test_a_pin_may_look_like_json(line: str) -> None:
    assert taken(PinLines(FakeTerminal(stdin=[line])), request("A")) == [line]


def test_a_wrong_pin_is_not_given_again() -> None:
    pins = PinLines(FakeTerminal(stdin=['{"A": "1111"}']))
    assert taken(pins, request("A"), request("A", wrong=True), request("A")) == ["1111", None, None]


def test_the_last_attempt_is_not_used() -> None:
    pins = PinLines(FakeTerminal(stdin=['{"A": "1111", "B": "2222"}']))
    assert taken(pins, request("A", final=True), request("B")) == [None, "2222"]


def test_no_pin_shows_in_a_representation() -> None:
    pins = PinLines(FakeTerminal())
    pins.terminal = FakeTerminal(stdin=['{"A": "824601"}'])
    taken(pins, request("A"))
    assert "824601" not in repr(pins)
