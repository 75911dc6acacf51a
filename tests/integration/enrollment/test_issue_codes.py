"""A code that cannot be right is never sent, whoever brings it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from certclient.enrollment.interaction import SecretKind
from certclient.enrollment.procedure import Finished
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.issue_code import CodeCase, code_rule
from certclient.model.progress import Step
from certclient.model.secret import Secret
from support.customer import USER, CustomerComputer
from support.scripted import ScriptedUser, UnavailableVault
from support.softhsm import PIN


@pytest.fixture(autouse=True)
def eight_characters(customer: CustomerComputer) -> None:
    codes = code_rule("A-Z0-9", (8,), hyphens=False, case=CodeCase.KEPT)
    customer.profile = replace(customer.profile, codes=codes)
    customer.ca.right_code = "AB12CD34"
    customer.time.now = customer.current.not_after + timedelta(days=3)
    customer.ca.makes = customer.makes_at(customer.time.now)


def user_with(*codes: str) -> ScriptedUser:
    return ScriptedUser(pins=[PIN] * 3, secrets={SecretKind.ISSUE_CODE: list(codes)})


def test_a_code_of_another_form_is_not_sent_and_leaves_no_key(customer: CustomerComputer) -> None:
    with pytest.raises(CertclientError) as refused:
        customer.enrollment().obtain(USER, customer.store, user_with("AB12CD3"))
    assert refused.value.code is ErrorCode.ISSUE_CODE_FORMAT
    assert "AB12CD3" not in str(refused.value)
    assert "send" not in [call for call, _ in customer.ca.calls]
    assert customer.count_keys() == 1
    assert customer.enrollment().pending() == []


def test_the_user_is_told_the_form_with_the_question(customer: CustomerComputer) -> None:
    person = user_with("AB12CD34")
    customer.enrollment().obtain(USER, customer.store, person)
    (request,) = person.secret_requests
    assert request.codes == customer.profile.codes


@pytest.mark.parametrize("ticket", ["AB12CD34", "ab12-cd34"])
def test_a_links_code_of_the_right_form_is_used(customer: CustomerComputer, ticket: str) -> None:
    person = user_with()
    customer.enrollment().obtain(USER, customer.store, person, Secret(ticket))
    assert person.secret_requests == []
    assert person.warnings == []


def test_a_links_code_that_cannot_be_right_is_a_warning_and_asked_for(
    customer: CustomerComputer,
) -> None:
    person = user_with("AB12CD34")
    customer.enrollment().obtain(USER, customer.store, person, Secret("AB12CD34_5"))
    assert [warning.code for warning in person.warnings] == [ErrorCode.ISSUE_CODE_FORMAT]
    assert len(person.secret_requests) == 1


@pytest.mark.parametrize("stop", [Step.REQUEST, Step.INSTALL, Step.VERIFY])
def test_after_a_restart_without_a_credential_store_the_code_is_asked_for_again(
    customer: CustomerComputer, stop: Step
) -> None:
    customer.vault = UnavailableVault()
    first = user_with("AB12CD34")
    first.stop_before = lambda steps: stop in steps
    outcome = customer.enrollment().obtain(USER, customer.store, first)
    assert not first.secret_requests[0].again

    with pytest.raises(CertclientError) as needed:  # nobody is there to type it
        customer.enrollment().resume(outcome.procedure_id, user_with())
    assert needed.value.code is ErrorCode.ISSUE_CODE_REQUIRED
    assert needed.value.data["problem"] == "again"
    (waiting,) = customer.enrollment().pending()
    assert waiting.waits_for_code

    person = user_with("AB12CD34")
    done = customer.enrollment().resume(outcome.procedure_id, person)
    assert isinstance(done, Finished)
    assert person.secret_requests[0].again
