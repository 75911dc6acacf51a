"""A CA that takes a key only once, and whose first answer was lost: another key, by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import cast

import pytest

from certclient.ca.client import RefusalReason, refusal_error
from certclient.enrollment.interaction import SecretKind
from certclient.enrollment.journal import Record
from certclient.enrollment.procedure import Enrollment, Finished
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeyRef, KeySpec
from certclient.store.base import CertificateStore, PinProvider, StoreSession
from support.customer import USER, CustomerComputer
from support.scripted import ScriptedUser
from support.softhsm import PIN

LOST = CertclientError(ErrorCode.NETWORK_TIMEOUT)
USED = refusal_error("この鍵には発行済みです", RefusalReason.KEY_NOT_ACCEPTED)
UNKNOWN = refusal_error("no such transaction", RefusalReason.REQUEST_UNKNOWN)


class PowerCutError(BaseException):
    """The computer stops here: nothing may catch it."""


@dataclass
class Token:
    """A store with room for one key beside the current one; stops the computer after the call
    `cut` (its number and name)."""

    inner: CertificateStore
    cut: str = ""
    calls: list[str] = field(default_factory=list)
    keys: dict[str, KeyRef] = field(default_factory=dict)

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def open(self, pin: PinProvider) -> AbstractContextManager[StoreSession]:
        return self._opened(pin)

    @contextmanager
    def _opened(self, pin: PinProvider) -> Iterator[StoreSession]:
        with self.inner.open(pin) as session:
            yield cast(StoreSession, _Session(session, self))

    def called(self, name: str) -> None:
        self.calls.append(name)
        if self.cut == f"{self.calls.count(name)}:{name}":
            raise PowerCutError


@dataclass
class _Session:
    inner: StoreSession
    token: Token

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def create_key(self, spec: KeySpec, label: str) -> KeyRef:
        if self.token.keys and label not in self.token.keys:
            raise CertclientError(ErrorCode.TOKEN_FULL)
        self.token.keys[label] = key = self.inner.create_key(spec, label)
        self.token.called("create_key")
        return key

    def delete_key(self, key: KeyRef) -> None:
        self.inner.delete_key(key)
        self.token.keys = {one: ref for one, ref in self.token.keys.items() if ref != key}
        self.token.called("delete_key")


@pytest.fixture
def token(customer: CustomerComputer) -> Token:
    made = Token(customer.store)
    customer.store = cast(CertificateStore, made)
    customer.stores = [customer.store]
    return made


def prepared(customer: CustomerComputer) -> int:
    return [call for call, _ in customer.ca.calls].count("prepare")


@pytest.mark.parametrize(
    ("answers", "requests"),
    [
        pytest.param([LOST, USED], 2, id="says so at the repeated request"),
        pytest.param([LOST, UNKNOWN, UNKNOWN], 3, id="says only that it cannot be"),
        pytest.param([LOST, USED, LOST, USED], 3, id="twice"),
    ],
)
def test_a_renewal_goes_on_with_another_key(
    customer: CustomerComputer, token: Token, answers: list[CertclientError], requests: int
) -> None:
    """The token has room for the current key and one more."""
    customer.ca.faults["send"] = [*answers, None]
    person = ScriptedUser(pins=[PIN])
    done = customer.renew(person)
    assert isinstance(done, Finished)
    assert customer.usable() == [done.certificate]
    assert customer.count_keys() == 2, "the current key and the last one"
    assert prepared(customer) == requests
    assert len(person.pin_requests) <= 1
    assert len(person.consents) == 1
    assert person.warnings == []
    assert customer.enrollment().leftovers(customer.stores) == []
    assert token.calls.count("create_key") == 1 + answers.count(USED) + answers.count(UNKNOWN) // 2


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([USED], id="no answer was lost"),
        pytest.param([LOST, USED] * 9, id="every key"),
    ],
)
def test_a_ca_that_takes_no_key_at_all_ends_it(
    customer: CustomerComputer, token: Token, answers: list[CertclientError]
) -> None:
    customer.ca.faults["send"] = list(answers)
    with pytest.raises(CertclientError) as refused:
        customer.renew()
    assert refused.value.code is ErrorCode.CA_REFUSED
    assert token.calls.count("create_key") == (1 if len(answers) == 1 else 3)
    customer.assert_old_certificate_untouched()
    assert customer.count_keys() == 1
    assert customer.enrollment().pending() == []


def test_an_unproven_refusal_costs_no_key(customer: CustomerComputer, token: Token) -> None:
    forged = refusal_error("no", RefusalReason.KEY_NOT_ACCEPTED, proven=False)
    customer.ca.faults["send"] = [LOST, forged]
    with pytest.raises(CertclientError):
        customer.renew()
    assert isinstance(customer.renew(), Finished)
    assert token.calls.count("create_key") == 1


def test_obtaining_asks_for_the_code_once(customer: CustomerComputer) -> None:
    with customer.session() as session:
        session.delete(customer.current)
    customer.ca.right_code = "AB12CD34"
    customer.ca.faults["send"] = [LOST, USED, None]
    person = ScriptedUser(pins=[PIN], secrets={SecretKind.ISSUE_CODE: ["AB12CD34"]})
    done = customer.enrollment().obtain(USER, customer.store, person)
    assert isinstance(done, Finished)
    assert len(person.secret_requests) == 1
    assert customer.vault.fetch(done.procedure_id) is None
    assert customer.count_keys() == 1


@pytest.mark.parametrize("cut", ["1:delete_key", "2:create_key", "journal"])
def test_a_power_cut_on_the_way_leaves_nothing_behind(
    customer: CustomerComputer, token: Token, cut: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer.ca.faults["send"] = [LOST, USED, None]
    token.cut = cut
    if cut == "journal":
        save = customer.journal.save

        def save_and_stop(*records: Record, power_safe: bool = True) -> None:
            save(*records, power_safe=power_safe)
            if any(record.used_key_id for record in records):
                raise PowerCutError

        monkeypatch.setattr(customer.journal, "save", save_and_stop)
    with pytest.raises(PowerCutError):
        customer.renew()
    monkeypatch.undo()
    token.cut = ""
    (opened,) = customer.enrollment().pending()
    done = _resumed(customer.enrollment(), opened.id)
    assert customer.usable() == [done.certificate]
    assert customer.count_keys() == 2
    assert customer.enrollment().leftovers(customer.stores) == []


def test_giving_up_on_the_way_deletes_both_keys(customer: CustomerComputer, token: Token) -> None:
    customer.ca.faults["send"] = [LOST, USED, None]
    token.cut = "2:create_key"
    with pytest.raises(PowerCutError):
        customer.renew()
    token.cut = ""
    (opened,) = customer.enrollment().pending()
    customer.enrollment().abandon(opened.id, ScriptedUser(pins=[PIN]))
    customer.assert_old_certificate_untouched()
    assert customer.count_keys() == 1


def test_a_network_that_fails_on_the_way_leaves_nothing_behind(
    customer: CustomerComputer, token: Token
) -> None:
    customer.ca.faults["send"] = [LOST, USED]
    customer.ca.faults["probe"] = [None, CertclientError(ErrorCode.NETWORK_UNREACHABLE)]
    with pytest.raises(CertclientError) as stopped:
        customer.renew()
    assert stopped.value.code is ErrorCode.NETWORK_UNREACHABLE
    customer.assert_old_certificate_untouched()
    assert customer.count_keys() == 1
    assert token.calls[-1] == "delete_key"


def _resumed(enrollment: Enrollment, procedure_id: str) -> Finished:
    done = enrollment.resume(procedure_id, ScriptedUser(pins=[PIN]))
    assert isinstance(done, Finished)
    return done
