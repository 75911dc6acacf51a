"""A refusal whose protection fails: asked again before the customer's code is doubted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from certclient.ca.client import ALTERED
from certclient.enrollment.interaction import SecretKind
from certclient.enrollment.procedure import Finished
from certclient.model.errors import CertclientError, ErrorCode
from support.customer import USER, CustomerComputer
from support.scripted import ScriptedUser
from support.softhsm import PIN

FLIPPED = CertclientError(ErrorCode.ISSUE_CODE_WRONG, **ALTERED)
CODE = "AB12CD34"


@pytest.fixture(autouse=True)
def expired(customer: CustomerComputer) -> None:
    customer.ca.right_code = CODE
    customer.time.now = customer.current.not_after + timedelta(days=3)
    customer.ca.makes = customer.makes_at(customer.time.now)


def user_with(*codes: str) -> ScriptedUser:
    return ScriptedUser(pins=[PIN] * 3, secrets={SecretKind.ISSUE_CODE: list(codes)})


def sent(customer: CustomerComputer) -> list[object]:
    return [detail for call, detail in customer.ca.calls if call == "send"]


def test_flipped_bit_in_one_answer_costs_nothing(customer: CustomerComputer) -> None:
    customer.ca.faults["send"] = [FLIPPED]
    person = user_with(CODE)
    done = customer.enrollment().obtain(USER, customer.store, person)
    assert isinstance(done, Finished)
    assert len(person.secret_requests) == 1, "nobody was asked for another code"
    first, second = sent(customer)
    assert first == second, "the same bytes"


def test_second_one_is_told_as_unproven(customer: CustomerComputer) -> None:
    customer.ca.faults["send"] = [FLIPPED, FLIPPED]
    person = user_with("AB12CD35", CODE)
    done = customer.enrollment().obtain(USER, customer.store, person)
    assert isinstance(done, Finished)
    first, second = person.secret_requests
    assert first.proven
    assert (second.previous_incorrect, second.proven) == (True, False)


def test_without_another_code_the_error_says_that_it_is_unproven(
    customer: CustomerComputer,
) -> None:
    customer.ca.faults["send"] = [FLIPPED, FLIPPED]
    with pytest.raises(CertclientError) as stopped:
        customer.enrollment().obtain(USER, customer.store, user_with("AB12CD35"))
    assert stopped.value.code is ErrorCode.ISSUE_CODE_WRONG
    assert stopped.value.data["problem"] == "unproven"
    assert len(sent(customer)) == 2, "bounded"


def test_proven_refusal_is_not_asked_again(customer: CustomerComputer) -> None:
    with pytest.raises(CertclientError):
        customer.enrollment().obtain(USER, customer.store, user_with("AB12CD35"))
    assert len(sent(customer)) == 1
