"""What the login with the new certificate shows, and what it means for the old one.

The logins are made up here, as no Linux store makes any; tests/windows has them from WinHTTP.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import pytest

from certclient.enrollment.procedure import Finished, Kind, LoginResult
from certclient.model.certificate import Certificate
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import (
    Available,
    CertificateStore,
    PinProvider,
    StoredCertificate,
    StoreSession,
    Unavailable,
)
from support.customer import Customer
from support.scripted import Person
from support.softhsm import PIN

TEST_URL = "https://127.0.0.1:1/login"
PROXY = "http://proxy.example:8080"


@dataclass
class LoggingIn:
    """A real store, in a system that logs in by itself; `answer` is what the bank says."""

    store: CertificateStore
    answer: CertclientError | None

    @property
    def store_id(self) -> str:
        return self.store.store_id

    @property
    def label(self) -> str:
        return self.store.label

    @property
    def destination(self) -> Destination:
        return self.store.destination

    def availability(self) -> Available | Unavailable:
        return self.store.availability()

    def certificates(self) -> Sequence[StoredCertificate]:
        return self.store.certificates()

    def unused_keys(self) -> Sequence[str]:
        return self.store.unused_keys()

    def open(self, pin: PinProvider) -> AbstractContextManager[StoreSession]:
        return self.store.open(pin)

    def log_in(
        self,
        certificate: Certificate,
        url: str,
        anchors: Sequence[Certificate],
        proxy: str | None = None,
    ) -> None:
        assert (url, proxy) == (TEST_URL, PROXY)
        assert certificate in [s.certificate for s in self.store.certificates()]
        if self.answer is not None:
            raise self.answer


def renewed(customer: Customer, answer: CertclientError | None) -> Finished:
    customer.profile = replace(customer.profile, login_test_url=TEST_URL)
    customer.named_proxy = PROXY
    customer.store = LoggingIn(customer.store, answer)
    customer.stores = [customer.store]
    outcome = customer.renew(Person(pins=[PIN]))
    assert isinstance(outcome, Finished)
    return outcome


def test_a_login_that_works_lets_the_old_one_be_put_away(customer: Customer) -> None:
    done = renewed(customer, None)
    assert done.kind is Kind.RENEW
    assert (done.login.result, done.login.error) == (LoginResult.WORKED, None)
    assert customer.usable() == [done.certificate]


@pytest.mark.parametrize("code", [ErrorCode.LOGIN_REFUSED, ErrorCode.LOGIN_FAILED])
def test_a_login_that_fails_leaves_the_old_one_alone(customer: Customer, code: ErrorCode) -> None:
    refusal = CertclientError(code, host="bank.example")
    done = renewed(customer, refusal)
    assert (done.login.result, done.login.error) == (LoginResult.FAILED, refusal)
    assert (done.old_archived, done.old_kept) == (False, True)
    assert set(customer.usable()) == {customer.current, done.certificate}


def test_until_a_login_could_be_tried_the_old_one_stays_too(customer: Customer) -> None:
    done = renewed(customer, CertclientError(ErrorCode.NETWORK_UNREACHABLE))
    assert done.login.result is LoginResult.HINDERED
    assert (done.old_archived, done.old_kept) == (False, True)
    assert set(customer.usable()) == {customer.current, done.certificate}


def test_why_nothing_was_tried_is_known(customer: Customer) -> None:
    outcome = customer.renew(Person(pins=[PIN]))
    assert isinstance(outcome, Finished)
    assert outcome.login.result is LoginResult.NO_ADDRESS
