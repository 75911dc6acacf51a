"""The result of the test login with the new certificate, and its effect on the old one.

The logins are simulated, as no Linux store supports them; tests/windows has real ones (WinHTTP).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import pytest

from certclient.ca.client import SignerStatus
from certclient.enrollment.procedure import Finished, LoginTestResult, ProcedureKind
from certclient.model.certificate import Certificate
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.proxies.logins import ProxyLogins
from certclient.store.base import (
    Available,
    CertificateStore,
    PinProvider,
    StoredCertificate,
    StoreSession,
    Unavailable,
)
from support.customer import CustomerComputer
from support.scripted import ScriptedUser
from support.softhsm import PIN

TEST_URL = "https://127.0.0.1:1/login"
PROXY = "http://proxy.example:8080"


@dataclass
class LoginCapableStore:
    """A real store with a simulated test login; `answer` is the error that the bank returns."""

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
        logins: ProxyLogins | None = None,
    ) -> None:
        assert (url, proxy) == (TEST_URL, PROXY)
        assert certificate in [s.certificate for s in self.store.certificates()]
        if self.answer is not None:
            raise self.answer


def renew(customer: CustomerComputer, answer: CertclientError | None) -> Finished:
    customer.profile = replace(customer.profile, login_test_url=TEST_URL)
    customer.named_proxy = PROXY
    customer.store = LoginCapableStore(customer.store, answer)
    customer.stores = [customer.store]
    outcome = customer.renew(ScriptedUser(pins=[PIN]))
    assert isinstance(outcome, Finished)
    return outcome


def test_successful_login_archives_the_old_certificate(customer: CustomerComputer) -> None:
    done = renew(customer, None)
    assert done.kind is ProcedureKind.RENEW
    assert (done.login.result, done.login.error) == (LoginTestResult.WORKED, None)
    assert customer.usable() == [done.certificate]


@pytest.mark.parametrize("code", [ErrorCode.LOGIN_REFUSED, ErrorCode.LOGIN_FAILED])
def test_failed_login_keeps_the_old_certificate(
    customer: CustomerComputer, code: ErrorCode
) -> None:
    refusal = CertclientError(code, host="bank.example")
    done = renew(customer, refusal)
    assert (done.login.result, done.login.error) == (LoginTestResult.FAILED, refusal)
    assert (done.old_archived, done.old_kept) == (False, True)
    assert set(customer.usable()) == {customer.current, done.certificate}


def test_old_certificate_is_kept_when_the_login_cannot_be_tried(customer: CustomerComputer) -> None:
    done = renew(customer, CertclientError(ErrorCode.NETWORK_UNREACHABLE))
    assert done.login.result is LoginTestResult.PREVENTED
    assert (done.old_archived, done.old_kept) == (False, True)
    assert set(customer.usable()) == {customer.current, done.certificate}


def test_result_says_why_no_login_was_tried(customer: CustomerComputer) -> None:
    outcome = customer.renew(ScriptedUser(pins=[PIN]))
    assert isinstance(outcome, Finished)
    assert outcome.login.result is LoginTestResult.NO_ADDRESS


@pytest.mark.parametrize("status", SignerStatus)
def test_refused_login_is_recorded_only_if_the_ca_refuses_too(
    customer: CustomerComputer, status: SignerStatus
) -> None:
    """A bank's web servers may learn of a new certificate minutes after its CA."""
    customer.ca.signer = status
    done = renew(customer, CertclientError(ErrorCode.LOGIN_REFUSED, host="bank.example"))
    refused = status in (SignerStatus.REVOKED, SignerStatus.NOT_TRUSTED)
    recorded = [one.fingerprint for one in customer.journal.rejections()]
    assert recorded == ([done.certificate.fingerprint] if refused else [])
