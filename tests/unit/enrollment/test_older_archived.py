"""Which archived certificates may be deleted by themselves: only those that are of no more use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from certclient.enrollment.bank_status import BankStatuses
from certclient.enrollment.inventory import InventoryEntry, inventory_of
from certclient.enrollment.journal import Rejection, RejectionSource
from certclient.enrollment.older_archived import older_archived
from certclient.model.certificate import Certificate
from certclient.model.keys import KeyRef
from certclient.model.profile import Profile
from certclient.store.base import StoredCertificate
from support.cli_runner import FakeStore
from support.customer import USER, profile_of
from support.pki import Lab, customer_name, make_lab, rsa_key, spki_of

NOW = datetime(2027, 3, 11, 3, 0, tzinfo=UTC)
LAB = make_lab(NOW)
SPKI = spki_of(rsa_key(0))
COLLEAGUE = "TKYM1408055"


@dataclass
class Computer:
    """The stores of a computer, and what its journal knows."""

    statuses: BankStatuses = field(default_factory=BankStatuses)
    stores: dict[str, FakeStore] = field(default_factory=dict)
    profile: Profile = field(default_factory=lambda: profile_of(LAB))

    def add(
        self,
        days: float,
        *,
        user: str = USER,
        archived: bool = True,
        key: bool = True,
        store: str = "nss:a",
        lab: Lab = LAB,
        copy_of: Certificate | None = None,
    ) -> Certificate:
        """A certificate with `days` left of its 400."""
        certificate = copy_of or lab.intermediate.issue(
            SPKI, customer_name(user), days=days, not_before=NOW - timedelta(days=400 - days)
        )
        held = self.stores.setdefault(store, FakeStore(store)).held
        reference = KeyRef(store, certificate.serial_hex.encode()) if key else None
        held.append(StoredCertificate(certificate, store, "name", reference, archived))
        return certificate

    def chain(self, *certificates: Certificate) -> None:
        """The journal: each certificate was replaced by the next."""
        known = {old.fingerprint: new.fingerprint for old, new in pairwise(certificates)}
        successors = {**self.statuses.successors, **known}
        self.statuses = replace(self.statuses, successors=successors)

    def refuse(self, certificate: Certificate) -> None:
        name = certificate.fingerprint
        rejection = Rejection(name, "practice", RejectionSource.INQUIRY, "CC-CA-REFUSED", NOW)
        self.statuses = replace(
            self.statuses, rejections={**self.statuses.rejections, name: rejection}
        )

    def entries(self) -> Sequence[InventoryEntry]:
        readings = [(store, store.held) for store in self.stores.values()]
        return inventory_of(self.profile, readings, NOW, self.statuses).entries

    def older(self, *open_user_ids: str, now: datetime = NOW) -> set[Certificate]:
        opened = {("practice", user_id) for user_id in open_user_ids}
        return {one.certificate for one in older_archived(self.entries(), now, opened)}


def renewed(computer: Computer, times: int, user: str = USER) -> list[Certificate]:
    """A certificate renewed `times` times, each time 10 days later, none expired; the last counts.

    All were renewed with this computer.
    """
    every = [computer.add(20 + 10 * number, user=user) for number in range(times)]
    every.append(computer.add(300, archived=False, user=user))
    computer.chain(*every)
    return every


def test_the_last_archived_certificate_stays_and_older_ones_may_go() -> None:
    computer = Computer()
    first, second, _last, _current = renewed(computer, 3)
    assert computer.older() == {first, second}


def test_a_single_archived_certificate_stays() -> None:
    computer = Computer()
    renewed(computer, 1)
    assert computer.older() == set()


def test_each_owner_keeps_one() -> None:
    computer = Computer()
    mine, *_ = renewed(computer, 2)
    theirs, *_ = renewed(computer, 2, COLLEAGUE)
    assert computer.older() == {mine, theirs}


def test_fifty_years_of_renewals_leave_one() -> None:
    computer = Computer()
    every = renewed(computer, 53)
    assert computer.older() == set(every[:-2])


def test_what_another_computer_renewed_goes_only_once_it_has_expired() -> None:
    """This journal does not know whether the bank has replaced the unexpired one."""
    computer = Computer()
    expired, _unexpired = computer.add(-1), computer.add(5)
    computer.add(30)
    computer.add(300, archived=False)
    assert computer.older() == {expired}


def test_the_last_one_is_the_one_that_was_replaced_last_whatever_the_dates_say() -> None:
    """The clock of one CA was ahead: the older certificate looks newer."""
    computer = Computer()
    older, last = computer.add(60), computer.add(40)
    computer.chain(older, last, computer.add(300, archived=False))
    assert computer.older() == {older}


def test_one_that_can_be_brought_back_is_kept_rather_than_one_without_key() -> None:
    computer = Computer()
    with_key, without = computer.add(20), computer.add(30, key=False)
    computer.chain(with_key, without, computer.add(300, archived=False))
    assert computer.older() == {without}


def test_one_that_the_bank_refuses_is_not_the_one_to_keep() -> None:
    computer = Computer()
    accepted, refused = computer.add(20), computer.add(30)
    computer.chain(accepted, refused, computer.add(300, archived=False))
    computer.refuse(refused)
    assert computer.older() == {refused}


@pytest.mark.parametrize("left", [-1, 20])
def test_nothing_goes_while_no_certificate_counts(left: float) -> None:
    """The owner's own has expired, or was refused: an archived one may be all there is."""
    computer = Computer()
    every = [computer.add(-30), computer.add(-20), computer.add(-10)]
    current = computer.add(left, archived=False)
    computer.chain(*every, current)
    if left > 0:
        assert computer.older() == set(every[:-1])
        computer.refuse(current)
    assert computer.older() == set()


def test_a_certificate_without_its_key_does_not_count() -> None:
    computer = Computer()
    computer.chain(
        computer.add(-30), computer.add(20), computer.add(300, archived=False, key=False)
    )
    assert computer.older() == set()


def test_an_unconfirmed_certificate_does_not_count_and_stays() -> None:
    computer = Computer()
    first, last, current = renewed(computer, 2)
    new = computer.add(330, archived=False)
    put_away = computer.add(-2)
    waiting = {new.fingerprint: "p1", put_away.fingerprint: "p2"}
    computer.statuses = replace(computer.statuses, unconfirmed=waiting)
    assert computer.older() == {first}
    assert {last, current, new, put_away}.isdisjoint(computer.older())


def test_nothing_of_an_owner_with_an_open_procedure_goes() -> None:
    computer = Computer()
    mine, *_ = renewed(computer, 2)
    renewed(computer, 2, COLLEAGUE)
    assert computer.older(COLLEAGUE) == {mine}


def test_nothing_that_is_not_archived_goes() -> None:
    """What a user has brought back, or another computer's renewal has left in the browser."""
    computer = Computer()
    first, second, *_ = renewed(computer, 3)
    held = computer.stores["nss:a"].held
    held[:] = [replace(one, archived=one.archived and one.certificate != first) for one in held]
    assert computer.older() == {second}


def test_copies_are_kept_or_go_together() -> None:
    computer = Computer()
    first, last, current = renewed(computer, 2)
    for copy in (first, last, current):
        computer.add(0, store="nss:b", copy_of=copy)
    assert computer.older() == {first}
    entries = older_archived(computer.entries(), NOW)
    assert sorted(one.store.store_id for one in entries) == ["nss:a", "nss:b"]


def test_certificates_of_others_stay() -> None:
    """Nobody's of this bank, and one of another CA with a customer's name."""
    computer = Computer()
    other = make_lab(NOW, label="Other")
    anchors = frozenset(lab.common_name for lab in LAB.chain)
    rule = replace(computer.profile.subject_rule, issuers=anchors)
    computer.profile = replace(computer.profile, subject_rule=rule)
    foreign = [computer.add(-1, user="Taro Yamada"), computer.add(-1, lab=other)]
    first, *_ = renewed(computer, 2)
    assert computer.older() == {first}
    assert computer.older().isdisjoint(foreign)


def test_a_certificate_expires_at_its_end_and_not_before() -> None:
    computer = Computer()
    old = computer.add(1)
    computer.add(2)
    computer.add(300, archived=False)
    end = old.not_after
    assert computer.older(now=end) == set()
    assert computer.older(now=end + timedelta(seconds=1)) == {old}
