"""Renewing from the PC to the USB token: two stores, and a token that is unplugged and back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from certclient.enrollment.procedure import Finished, Pending
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.progress import Step
from certclient.store.base import AttemptsLeft
from support.customer import CustomerComputer, make_customer, nss_private_keys, token_private_keys
from support.keyed_stores import KeyedStores
from support.nss import NssDatabase
from support.scripted import ScriptedUser
from support.softhsm import PIN, SoftHsm, SoftHsmToken

pytestmark = pytest.mark.reliability("tokens", "a renewal from one place to another")


@pytest.fixture
def token(softhsm: SoftHsm) -> SoftHsmToken:
    return softhsm.new_token()


@pytest.fixture
def customer(
    tmp_path: Path, keyed_stores: KeyedStores, nss: NssDatabase, token: SoftHsmToken
) -> CustomerComputer:
    """A customer with a certificate on the PC who renews onto the token."""
    store = keyed_stores.fill(nss).store()
    customer = make_customer(tmp_path, store, lambda: nss_private_keys(nss))
    customer.stores.append(token.store())
    return customer


def renew_to_usb(customer: CustomerComputer, person: ScriptedUser) -> Finished | Pending:
    return customer.enrollment().renew(customer.stored(), customer.stores[1], person)


def on_token(customer: CustomerComputer) -> list[Certificate]:
    return [s.certificate for s in customer.stores[1].certificates() if not s.archived]


def test_new_certificate_is_on_the_token_and_the_old_one_archived(
    customer: CustomerComputer, token: SoftHsmToken
) -> None:
    done = renew_to_usb(customer, ScriptedUser(pins=[PIN]))
    assert isinstance(done, Finished)
    assert on_token(customer) == [done.certificate]
    assert customer.usable() == []
    assert customer.stored().archived
    assert (token_private_keys(token), customer.count_keys()) == (1, 1)


def test_wrong_pin_costs_one_attempt_and_leaves_nothing_behind(
    customer: CustomerComputer, token: SoftHsmToken
) -> None:
    person = ScriptedUser(pins=["999999"])
    with pytest.raises(CertclientError) as raised:
        renew_to_usb(customer, person)
    assert raised.value.code is ErrorCode.PIN_INCORRECT
    assert [r.previous_incorrect for r in person.pin_requests] == [False, True]
    assert person.pin_requests[1].attempts is AttemptsLeft.LOW
    assert customer.ca.calls == [("probe", None)]
    assert token_private_keys(token) == 0
    assert customer.enrollment().pending() == []
    customer.assert_old_certificate_untouched()


def test_renewal_resumes_when_an_unplugged_token_is_back(
    customer: CustomerComputer, token: SoftHsmToken
) -> None:
    customer.ca.faults["send"] = [token.pull]
    with pytest.raises(CertclientError) as stopped:
        renew_to_usb(customer, ScriptedUser(pins=[PIN]))
    assert stopped.value.code in (ErrorCode.TOKEN_REMOVED, ErrorCode.TOKEN_MISSING)
    assert customer.usable() == [customer.current]
    (open_procedure,) = customer.enrollment().pending()
    with pytest.raises(CertclientError) as still_missing:
        customer.enrollment().resume(open_procedure.id, ScriptedUser(pins=[PIN]))
    assert still_missing.value.code is ErrorCode.TOKEN_MISSING
    token.plug()
    done = customer.enrollment().resume(open_procedure.id, ScriptedUser(pins=[PIN]))
    assert isinstance(done, Finished)
    assert on_token(customer) == [done.certificate]
    assert token_private_keys(token) == 1


def test_missing_token_does_not_block_renewal_and_is_cleaned_up_later(
    customer: CustomerComputer, token: SoftHsmToken
) -> None:
    stop = ScriptedUser(pins=[PIN], stop_before=lambda steps: Step.CREATE_KEY in steps)
    assert isinstance(renew_to_usb(customer, stop), Pending)
    token.pull()
    done = customer.renew(ScriptedUser())  # onto the PC instead
    assert isinstance(done, Finished)
    assert customer.usable() == [done.certificate]
    token.plug()
    assert token_private_keys(token) == 1, "the key of the abandoned renewal is still on the token"
    customer.current = done.certificate
    customer.time.now = done.certificate.not_after - timedelta(days=5)
    customer.ca.makes = customer.makes_at(customer.time.now)
    assert isinstance(renew_to_usb(customer, ScriptedUser(pins=[PIN])), Finished)
    assert token_private_keys(token) == 1, "only the new key"


def test_missing_token_pin_stops_the_renewal(customer: CustomerComputer) -> None:
    person = ScriptedUser()
    with pytest.raises(CertclientError) as raised:
        renew_to_usb(customer, person)
    assert raised.value.code is ErrorCode.PIN_REQUIRED
    assert len(person.pin_requests) == 1
    customer.assert_old_certificate_untouched()
