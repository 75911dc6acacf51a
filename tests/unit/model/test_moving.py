"""The number by which an old computer knows that the new one has logged in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from certclient.model.certificate import Certificate
from certclient.model.issue_code import DASHES
from certclient.model.moving import (
    NumberProblem,
    confirmation_number,
    number_problem,
    read_number,
)
from support.pki import customer_name, make_lab, rsa_key, spki_of

BANK, USER = "practice", "TKYM1408054"
NOW = datetime(2027, 3, 11, 3, 0, tzinfo=UTC)


def issued(days_later: int = 0, key: int = 3) -> Certificate:
    lab = make_lab(NOW + timedelta(days=days_later))
    return lab.issue(spki_of(rsa_key(key)), customer_name(USER))


OLD, NEW = issued(), issued(300, 7)
NUMBER = confirmation_number(NEW, BANK, USER)


@pytest.mark.parametrize(
    "typed",
    [
        NUMBER,
        NUMBER.replace("-", ""),
        f" {NUMBER.replace('-', ' ')} ",
        NUMBER.translate(str.maketrans("0123456789-", "０１２３４５６７８９ー")),
        NUMBER.replace("-", "−"),
    ],
    ids=["as printed", "without hyphens", "with spaces", "full width", "minus signs"],
)
def test_however_it_is_typed(typed: str) -> None:
    assert number_problem(read_number(typed), OLD, BANK, USER) is None


@pytest.mark.parametrize("dash", sorted(DASHES), ids=ascii)
def test_every_dash_that_an_issue_code_may_have_is_one_here(dash: str) -> None:
    assert number_problem(read_number(NUMBER.replace("-", dash)), OLD, BANK, USER) is None


def test_every_single_mistyped_digit_is_found() -> None:
    digits = read_number(NUMBER)
    for at, right in enumerate(digits):
        for wrong in set("0123456789") - {right}:
            typed = digits[:at] + wrong + digits[at + 1 :]
            assert number_problem(typed, OLD, BANK, USER) is NumberProblem.TYPED


@pytest.mark.parametrize(
    "typed",
    ["", "1", "abcdefghijkl", read_number(NUMBER) + "0", "١٢٣٤٥٦٧٨٩٠١٢", "-" * 12],
    ids=["nothing", "short", "letters", "long", "other digits", "hyphens"],
)
def test_anything_else_is_mistyped(typed: str) -> None:
    assert number_problem(read_number(typed), OLD, BANK, USER) is NumberProblem.TYPED


def test_it_is_of_one_bank_and_one_user_id() -> None:
    digits = read_number(NUMBER)
    assert number_problem(digits, OLD, "other", USER) is NumberProblem.TYPED
    assert number_problem(digits, OLD, BANK, "TKYM1408055") is NumberProblem.TYPED


def test_numbers_of_the_old_certificate_and_of_earlier_ones_end_nothing() -> None:
    own = read_number(confirmation_number(OLD, BANK, USER))
    assert number_problem(own, OLD, BANK, USER) is NumberProblem.SAME
    last_year = read_number(confirmation_number(issued(-300, 7), BANK, USER))
    assert number_problem(last_year, OLD, BANK, USER) is NumberProblem.OLDER
    same_day = read_number(confirmation_number(issued(0, 7), BANK, USER))
    assert number_problem(same_day, OLD, BANK, USER) is None
