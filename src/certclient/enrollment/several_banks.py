"""The certificates of several banks on one computer: each belongs to one bank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from certclient.enrollment.bank_status import BankStatuses
from certclient.enrollment.inventory import (
    Inventory,
    InventoryEntry,
    inventory_of,
    read_stores,
)
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.store.base import CertificateStore, StoredCertificate

_Place = tuple[str, str]
"""What identifies a certificate in a store: store id and fingerprint."""


def read_inventories(
    profiles: Sequence[Profile],
    stores: Sequence[CertificateStore],
    now: datetime,
    statuses: BankStatuses,
) -> list[Inventory]:
    """The `exclusive` inventory of each bank. Reads every store once, without a PIN.

    `now` is aware; `statuses` is what the journal knows.
    """
    readings = read_stores(stores)
    return exclusive([inventory_of(profile, readings, now, statuses) for profile in profiles])


def exclusive(inventories: Sequence[Inventory]) -> list[Inventory]:
    """Leaves a certificate that matches two banks' rules to one: the bank at which this computer
    has obtained or renewed it, else the first of those whose CA issued it, else the first.
    Nobody's unreadable certificates are left out if a bank has them."""
    banks: dict[_Place, int] = {}
    every = [(number, one) for number, found in enumerate(inventories) for one in found.entries]
    for number, entry in sorted(every, key=lambda one: _rank(one[1])):
        banks.setdefault(_place(entry.stored), number)
    return [
        replace(
            found,
            entries=tuple(one for one in found.entries if banks[_place(one.stored)] == number),
            unreadable=tuple(one for one in found.unreadable if _place(one) not in banks),
        )
        for number, found in enumerate(inventories)
    ]


def combined(
    inventories: Sequence[Inventory],
    stores: Sequence[CertificateStore],
    statuses: BankStatuses,
) -> Inventory:
    """The inventories of all banks as one. Each entry names its bank.

    Soonest expiry first, archived ones last, as in each of them.
    """
    entries = [entry for found in inventories for entry in found.entries]
    entries.sort(key=lambda entry: (entry.stored.archived, entry.certificate.not_after))
    unusable: dict[str, CertclientError] = {}
    unreadable: dict[_Place, StoredCertificate] = {}
    for found in inventories:
        unusable |= found.unusable
        unreadable |= {_place(one): one for one in found.unreadable}
    return Inventory(tuple(stores), tuple(entries), unusable, statuses, tuple(unreadable.values()))


def _place(stored: StoredCertificate) -> _Place:
    return stored.store_id, stored.certificate.fingerprint


def _rank(entry: InventoryEntry) -> tuple[bool, bool]:
    """Orders the banks of one certificate, the most likely first."""
    known = entry.statuses.banks.get(entry.certificate.fingerprint)
    found = entry.obstacle
    other_issuer = found is not None and found.code is ErrorCode.CERTIFICATE_OTHER_ISSUER
    return known != entry.bank, other_issuer
