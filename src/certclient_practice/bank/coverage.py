"""Which IDs of a contract have no valid certificate: S4 wants one for each, without exception."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from certclient.model.lifecycle import Lifecycle, RenewalPolicy, Stage, lifecycle
from certclient_practice.bank.bank import Books
from certclient_practice.repositories.records import CertificateRecord, Customer


class Standing(enum.Enum):
    """How an ID stands today."""

    VALID = "valid"
    RENEWABLE = "renewable"
    OBTAINABLE = "obtainable"
    TOO_LATE = "too-late"
    NEVER = "never"
    """No certificate was ever confirmed: the first issue is open (way D1)."""
    REVOKED = "revoked"

    @property
    def covered(self) -> bool:
        """Whether this ID can log in."""
        return self in (Standing.VALID, Standing.RENEWABLE)


@dataclass(frozen=True, slots=True)
class IdCoverage:
    """One ID with the certificate that counts for it, and where that stands in its life."""

    customer: Customer
    standing: Standing
    record: CertificateRecord | None = None
    life: Lifecycle | None = None


@dataclass(frozen=True, slots=True)
class ContractCoverage:
    """All IDs of one contract (ご契約先)."""

    contract: str
    ids: tuple[IdCoverage, ...]

    @property
    def uncovered(self) -> tuple[IdCoverage, ...]:
        return tuple(entry for entry in self.ids if not entry.standing.covered)


_BY_STAGE = {
    Stage.NOT_YET: Standing.VALID,
    Stage.RENEWABLE: Standing.RENEWABLE,
    Stage.OBTAINABLE: Standing.OBTAINABLE,
    Stage.TOO_LATE: Standing.TOO_LATE,
}


def id_coverage(
    books: Books, customer: Customer, now: datetime, policy: RenewalPolicy
) -> IdCoverage:
    """How one ID stands at `now` (aware)."""
    confirmed = books.register.confirmed_of(customer.user_id)
    if confirmed:
        record = max(confirmed, key=lambda found: found.certificate.not_after)
        life = lifecycle(record.certificate.not_after, now, policy)
        return IdCoverage(customer, _BY_STAGE[life.stage], record, life)
    last = books.register.last_confirmed(customer.user_id)
    if last is None:
        return IdCoverage(customer, Standing.NEVER)
    life = lifecycle(last.certificate.not_after, now, policy)
    return IdCoverage(customer, Standing.REVOKED, last, life)


def coverage(books: Books, now: datetime, policy: RenewalPolicy) -> Sequence[ContractCoverage]:
    """All contracts by name, each with all its IDs."""
    customers = sorted(books.customers.all(), key=lambda c: (c.contract, c.user_id))
    return [
        ContractCoverage(
            contract, tuple(id_coverage(books, customer, now, policy) for customer in members)
        )
        for contract, members in groupby(customers, key=lambda c: c.contract)
    ]
