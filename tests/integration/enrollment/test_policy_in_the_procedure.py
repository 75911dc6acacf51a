"""The procedure itself refuses a destination that the administrator's policy excludes."""

from __future__ import annotations

from pathlib import Path

import pytest

from certclient.enrollment.procedure import Finished, Pending
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import Policy, restricted
from certclient.model.progress import Step
from support.customer import CustomerComputer, make_customer, nss_private_keys
from support.nss import NssDatabase
from support.scripted import ScriptedUser

USB_ONLY = Policy(destinations=(Destination.USB,))


@pytest.fixture
def customer(tmp_path: Path, nss: NssDatabase) -> CustomerComputer:
    return make_customer(tmp_path, nss.store(), lambda: nss_private_keys(nss))


def test_no_procedure_starts_at_an_excluded_destination(customer: CustomerComputer) -> None:
    customer.profile = restricted(customer.profile, USB_ONLY)
    person = ScriptedUser()
    with pytest.raises(CertclientError) as raised:
        customer.renew(person)
    assert raised.value.code is ErrorCode.POLICY_FORBIDS
    assert (raised.value.data["name"], raised.value.data["value"]) == ("Destinations", "pc")
    assert person.consents == [], "no consent is requested in vain"
    assert customer.ca.calls == []
    customer.assert_old_certificate_untouched()


def test_procedure_started_before_the_policy_is_finished(customer: CustomerComputer) -> None:
    """The CA may already have issued the certificate, so a rollback would be useless."""
    stop = ScriptedUser(stop_before=lambda steps: Step.CREATE_KEY in steps)
    pending = customer.renew(stop)
    assert isinstance(pending, Pending)
    customer.profile = restricted(customer.profile, USB_ONLY)
    done = customer.enrollment().resume(pending.procedure_id, ScriptedUser())
    assert isinstance(done, Finished)
    assert customer.usable() == [done.certificate]
