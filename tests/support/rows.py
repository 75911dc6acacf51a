"""Rows of an overview without any store: one certificate of a customer in any condition."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from certclient.enrollment.inventory import InventoryEntry
from certclient.enrollment.overview import Condition, Row
from certclient.model.certificate import Certificate, Owner, Role
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.japan_time import TOKYO
from certclient.model.keys import KeyRef
from certclient.model.lifecycle import lifecycle
from certclient.model.profile import Profile
from certclient.store.base import StoredCertificate, Unavailable
from certclient.store.unavailable import UnavailableStore
from support.customer import profile_of
from support.pki import customer_name, make_lab, rsa_signer

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=TOKYO)
_UNUSED = Unavailable(ErrorCode.STORE_UNAVAILABLE)
_STORE = UnavailableStore("nss:x", "Firefox", Destination.PC, _UNUSED)


@lru_cache
def _world() -> tuple[Profile, Certificate]:
    lab = make_lab()
    return profile_of(lab), lab.issue(rsa_signer().spki, customer_name("TKYM1408054"))


def row_in(
    condition: Condition,
    days: int = 20,
    *,
    user_id: str = "TKYM1408054",
    serial: str = "01",
    alone: bool = True,
    absent: bool = False,
    obstacle: ErrorCode | None = None,
) -> Row:
    """A certificate in `condition` that ends at 23:59 in `days` days, seen at `NOON`."""
    profile, certificate = _world()
    end = (NOON + timedelta(days=days)).replace(hour=23, minute=59, second=59)
    dated = replace(
        certificate,
        not_before=end - timedelta(days=365),
        not_after=end,
        der=certificate.der + f"{user_id}{serial}".encode(),
    )
    archived = condition is Condition.ARCHIVED
    key = None if condition is Condition.NO_KEY else KeyRef("nss:x", b"1")
    entry = InventoryEntry(
        StoredCertificate(dated, "nss:x", "", key, archived=archived),
        _STORE,
        Owner(user_id, "1403", Role.USER),
        lifecycle(end, NOON, profile.renewal),
        obstacle=CertclientError(obstacle, serial="01", fields="subject") if obstacle else None,
        bank=profile.id,
    )
    return Row(profile, entry, condition, alone=alone, absent=absent)
