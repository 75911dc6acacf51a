"""Which IDs of a contract lack a valid certificate; S4 requires one for every ID."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from certclient.model.lifecycle import Lifecycle, RenewalPolicy, Stage, lifecycle_of
from certclient_practice.bank.bank import Repositories
from certclient_practice.repositories.records import CertificateRecord, Customer


class CoverageState(enum.Enum):
    """The certificate status of one ID today."""

    VALID = "valid"
    RENEWABLE = "renewable"
    CLOSED = "closed"
    """It still logs in, but renewal has closed on its expiry date."""
    OBTAINABLE = "obtainable"
    TOO_LATE = "too-late"
    NEVER = "never"
    """No certificate was ever confirmed: a first issue is possible (way D1)."""
    REVOKED = "revoked"

    @property
    def covered(self) -> bool:
        """Whether this ID has a certificate that can log in."""
        return self in (CoverageState.VALID, CoverageState.RENEWABLE, CoverageState.CLOSED)


@dataclass(frozen=True, slots=True)
class IdCoverage:
    """One ID, its relevant certificate and the life cycle stage of that certificate."""

    customer: Customer
    state: CoverageState
    record: CertificateRecord | None = None
    life: Lifecycle | None = None


@dataclass(frozen=True, slots=True)
class ContractCoverage:
    """All IDs of one contract (ご契約先)."""

    contract: str
    ids: tuple[IdCoverage, ...]

    @property
    def uncovered(self) -> tuple[IdCoverage, ...]:
        """The IDs without a certificate that can log in."""
        return tuple(entry for entry in self.ids if not entry.state.covered)


_BY_STAGE = {
    Stage.NOT_YET: CoverageState.VALID,
    Stage.RENEWABLE: CoverageState.RENEWABLE,
    Stage.OBTAINABLE: CoverageState.OBTAINABLE,
    Stage.TOO_LATE: CoverageState.TOO_LATE,
}


def id_coverage(
    repositories: Repositories, customer: Customer, now: datetime, policy: RenewalPolicy
) -> IdCoverage:
    """Returns the status of one ID at `now` (aware).

    The confirmed certificate that ends last counts; without one, the last that was ever confirmed.
    """
    record = repositories.register.lasting_of(customer.user_id)
    if record is not None:
        life = lifecycle_of(record.certificate, now, policy)
        state = CoverageState.CLOSED if life.closed else _BY_STAGE[life.stage]
        return IdCoverage(customer, state, record, life)
    last = repositories.register.last_confirmed(customer.user_id)
    if last is None:
        return IdCoverage(customer, CoverageState.NEVER)
    life = lifecycle_of(last.certificate, now, policy)
    return IdCoverage(customer, CoverageState.REVOKED, last, life)


def coverage(
    repositories: Repositories, now: datetime, policy: RenewalPolicy
) -> Sequence[ContractCoverage]:
    """Returns all contracts, sorted by contract, each with all its IDs at `now` (aware)."""
    customers = sorted(repositories.customers.all(), key=lambda c: (c.contract, c.user_id))
    return [
        ContractCoverage(
            contract,
            tuple(id_coverage(repositories, customer, now, policy) for customer in members),
        )
        for contract, members in groupby(customers, key=lambda c: c.contract)
    ]
