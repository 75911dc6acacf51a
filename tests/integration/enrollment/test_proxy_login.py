"""A procedure that meets a proxy which wants a user name and password."""

from __future__ import annotations

import pytest

from certclient.enrollment.journal import ProcedureState
from certclient.enrollment.procedure import Finished
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.proxy_login import (
    ProxyLogin,
    ProxyLoginAnswer,
    ProxyLoginRequest,
    login_required,
)
from certclient.model.secret import Secret
from support.customer import CustomerComputer
from support.scripted import ScriptedUser
from support.softhsm import PIN

PROXY = "proxy.example.jp:8080"
WANTED = login_required(ProxyLoginRequest(PROXY, "Kaisha", ("Digest",)))
WRONG = login_required(ProxyLoginRequest(PROXY, "Kaisha", ("Digest",), previous_incorrect=True))


def answers(number: int) -> list[ProxyLoginAnswer]:
    return [ProxyLoginAnswer(ProxyLogin("taro", Secret(str(n)))) for n in range(number)]


@pytest.mark.parametrize("call", ["probe", "send", "confirm"])
def test_step_is_repeated_with_the_login(customer: CustomerComputer, call: str) -> None:
    customer.ca.faults[call] = [WANTED, WRONG, None]
    person = ScriptedUser(pins=[PIN], proxy_answers=answers(2))
    assert isinstance(customer.renew(person), Finished)
    assert [one.previous_incorrect for one in person.proxy_requests] == [False, True]
    assert person.proxy_requests[0].realm == "Kaisha"
    assert customer.time.slept == [], "a question is no passing fault"
    sent = [detail for name, detail in customer.ca.calls if name == "send"]
    assert set(sent) == {"t1"}, "the identical request"


def test_giving_up_keeps_the_procedure(customer: CustomerComputer) -> None:
    customer.ca.faults["send"] = [WANTED, WRONG]
    person = ScriptedUser(pins=[PIN], proxy_answers=answers(1))
    with pytest.raises(CertclientError) as failed:
        customer.renew(person)
    assert failed.value.code is ErrorCode.PROXY_AUTHENTICATION
    (kept,) = customer.enrollment().pending()
    assert kept.state is ProcedureState.REQUESTED
    again = ScriptedUser(pins=[PIN])
    assert isinstance(customer.enrollment().resume(kept.id, again), Finished)
    sent = [detail for name, detail in customer.ca.calls if name == "send"]
    assert set(sent) == {"t1"}, "the identical request"
