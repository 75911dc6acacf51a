"""A renewal does not look again and again at what earlier ones have put away."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import pkcs11
import pytest
from pkcs11 import Attribute

from certclient.enrollment.journal import Journal
from certclient.enrollment.procedure import Finished
from certclient.model.keys import KeyAlgorithm, KeySpec
from certclient.store.pkcs11 import objects
from support.customer import CustomerComputer
from support.pki import customer_name

PUT_AWAY = 5
READS_EACH = 6
"""How often a renewal may read the three objects of each of them, a certificate and two halves of a
key. The certificate to renew is looked for once, by the test (all three); all certificates
are looked at before a new one is written, and before the old one is put away."""
OWN_READS = 40
"""What a renewal reads without them, and some more."""


class ObjectReads:
    """Counts the objects whose content a store has read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self._readable = objects.readable
        monkeypatch.setattr(objects, "readable", self._counted)

    def _counted(self, handle: pkcs11.Object, names: Sequence[Attribute]) -> Mapping[Any, Any]:
        self.count += 1
        return self._readable(handle, names)

    def of_renewal(self, customer: CustomerComputer) -> int:
        before = self.count
        assert isinstance(customer.renew(), Finished)
        return self.count - before


def put_away(customer: CustomerComputer, number: int) -> None:
    """Certificates that renewals of years have left in the store, with their keys."""
    with customer.session() as session:
        for old in range(number):
            key = session.create_key(KeySpec(algorithm=KeyAlgorithm.EC_P256), f"years ago {old}")
            spki = session.signer(key).spki
            certificate = customer.lab.issue(spki, customer_name(f"OLD{old}"), days=20)
            session.install(key, certificate, f"years ago {old}")
            session.archive(certificate)


@pytest.mark.skipif(sys.platform == "win32", reason="PKCS#11")
def test_a_renewal_reads_what_was_put_away_a_few_times_only(
    customer: CustomerComputer, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_away(customer, PUT_AWAY)
    reads = ObjectReads(monkeypatch)
    with_them = reads.of_renewal(customer)
    assert with_them <= OWN_READS + PUT_AWAY * READS_EACH


def test_a_renewal_reads_the_finished_procedures_at_most_three_times(
    customer: CustomerComputer,
) -> None:
    """Which certificate counts, at the start and the end; which old ones are still to be put
    away."""
    statements: list[str] = []
    customer.journal = Journal(customer.journal.path, statements.append)
    assert isinstance(customer.renew(), Finished)
    assert sum("WHERE NOT open" in statement for statement in statements) <= 3
