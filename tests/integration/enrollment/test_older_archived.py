"""Older archived certificates leave their store with their keys, whenever the work stops."""

from __future__ import annotations

from pathlib import Path

import pytest

from certclient.enrollment.bank_status import read_statuses
from certclient.enrollment.inventory import read_inventory
from certclient.enrollment.older_archived import Removals, older_archived, remove_older
from certclient.enrollment.procedure import Finished
from certclient.i18n.catalogue import Language, load
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import Policy, restricted
from support.customer import USER, CustomerComputer, make_customer, token_private_keys
from support.pkcs11_faults import CKR_DEVICE_MEMORY, CKR_DEVICE_REMOVED, Faults
from support.pki import customer_name
from support.scripted import ScriptedUser
from support.softhsm import MODULE, PIN, SoftHsm, right_pin

BY_POLICY = Policy(remove_archived=True)


def renew(customer: CustomerComputer, days: int, person: ScriptedUser | None = None) -> Certificate:
    """Renews what counts now; the new certificate is valid for `days`, so it is due again."""
    customer.ca.makes = lambda spki: customer.lab.issue(spki, customer_name(USER), days=days)
    done = customer.renew(person)
    assert isinstance(done, Finished)
    customer.current = done.certificate
    return done.certificate


def renewed(customer: CustomerComputer, times: int) -> list[Certificate]:
    """All certificates of a customer who has renewed `times` times."""
    return [customer.current, *(renew(customer, 21 + number) for number in range(times))]


def held(customer: CustomerComputer) -> list[Certificate]:
    return [one.certificate for one in customer.store.certificates()]


def remove(customer: CustomerComputer) -> Removals:
    """What the window and the command line do."""
    now = customer.time.clock()
    statuses = read_statuses(customer.journal)
    everything = read_inventory(customer.profile, customer.stores, now, statuses).entries
    return remove_older(older_archived(everything, now), everything, now, right_pin)


def test_older_certificates_go_with_their_keys_and_the_last_one_can_be_brought_back(
    customer: CustomerComputer,
) -> None:
    first, second, last, current = renewed(customer, 3)
    assert customer.count_keys() == 4, "a renewal deletes nothing by itself"
    ended = remove(customer)
    assert [one.certificate for one in ended.removed] == [first, second]
    assert ended.errors == ()
    assert customer.count_keys() == 2
    assert set(held(customer)) == {last, current}
    assert list(customer.store.unused_keys()) == []
    with customer.session() as session:
        session.self_test(current)
        session.unarchive(last)
        session.self_test(last)
    assert remove(customer) == Removals()


def test_by_policy_each_renewal_keeps_one_key_for_the_old_certificate(
    customer: CustomerComputer,
) -> None:
    customer.profile = restricted(customer.profile, BY_POLICY)
    for number in range(2):
        person = ScriptedUser(pins=[PIN])
        last, _current = customer.current, renew(customer, 21 + number, person)
        assert len(person.pin_requests) <= 1, "no question because of it"
        assert person.warnings == []
    assert customer.count_keys() == 2
    assert set(held(customer)) == {last, customer.current}


@pytest.fixture
def token_customer(tmp_path: Path, softhsm: SoftHsm) -> CustomerComputer:
    token = softhsm.new_token()
    return make_customer(tmp_path, token.store(), lambda: token_private_keys(token))


def test_a_token_that_is_pulled_out_in_the_middle_keeps_nothing_that_the_next_time_misses(
    token_customer: CustomerComputer,
) -> None:
    """After private key, public key or certificate of each; a stop of the computer is the same."""
    customer = token_customer
    every = renewed(customer, 3)
    for deleted in (0, 1, 1, 1):
        with Faults(MODULE) as faults:
            faults.fail("C_DestroyObject", CKR_DEVICE_REMOVED, after=deleted)
            ended = remove(customer)
        assert [error.code for error in ended.errors] == [ErrorCode.TOKEN_REMOVED]
        assert list(customer.store.unused_keys()) == [], "a key that only its label explains"
        assert customer.usable() == [every[-1]]
    assert remove(customer).errors == ()
    assert set(held(customer)) == set(every[-2:])
    assert customer.count_keys() == 2


def test_a_full_token_says_what_can_be_deleted_on_it(token_customer: CustomerComputer) -> None:
    customer = token_customer

    def refusal() -> CertclientError:
        with Faults(MODULE) as faults:
            faults.fail("C_GenerateKeyPair", CKR_DEVICE_MEMORY)
            with pytest.raises(CertclientError) as stopped:
                customer.renew()
        assert stopped.value.code is ErrorCode.TOKEN_FULL
        return stopped.value

    renew(customer, 22)
    assert "older" not in refusal().data, "the last archived one stays"
    renew(customer, 23)
    error = refusal()
    assert error.data["older"] == "1"
    text = load(Language.ENGLISH).error(error)
    assert "certclient remove-archived" in text.next_step
    assert len(remove(customer).removed) == 1
    renew(customer, 24)
