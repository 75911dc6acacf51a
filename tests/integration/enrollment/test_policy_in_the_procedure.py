"""A place that the administrator took away is refused by the procedure itself, whoever asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from certclient.enrollment.procedure import Finished, Pending
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import Policy, restricted
from certclient.model.progress import Step
from support.customer import Customer, make_customer, nss_private_keys
from support.nss import NssDatabase
from support.scripted import Person

USB_ONLY = Policy(destinations=(Destination.USB,))


@pytest.fixture
def customer(tmp_path: Path, nss: NssDatabase) -> Customer:
    return make_customer(tmp_path, nss.store(), lambda: nss_private_keys(nss))


def test_nothing_begins_at_a_place_that_was_taken_away(customer: Customer) -> None:
    customer.profile = restricted(customer.profile, USB_ONLY)
    person = Person()
    with pytest.raises(CertclientError) as refused:
        customer.renew(person)
    assert refused.value.code is ErrorCode.POLICY_FORBIDS
    assert (refused.value.data["name"], refused.value.data["value"]) == ("Destinations", "pc")
    assert person.consents == [], "nobody is asked in vain"
    assert customer.ca.calls == []
    customer.assert_old_certificate_untouched()


def test_what_was_begun_before_is_finished(customer: Customer) -> None:
    """The CA may have issued already: giving it up would help nobody."""
    stop = Person(stop_before=lambda steps: Step.CREATE_KEY in steps)
    begun = customer.renew(stop)
    assert isinstance(begun, Pending)
    customer.profile = restricted(customer.profile, USB_ONLY)
    done = customer.enrollment().resume(begun.procedure_id, Person())
    assert isinstance(done, Finished)
    assert customer.usable() == [done.certificate]
