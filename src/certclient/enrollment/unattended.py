"""Renewing without a person: which certificates allow it, and what stands in the way of others."""

from __future__ import annotations

from collections.abc import Sequence

from certclient.enrollment.inventory import Entry, Inventory, newest_per_owner
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import Protection
from certclient.model.lifecycle import Stage
from certclient.model.policy import DESTINATIONS, forbidden
from certclient.model.profile import Profile
from certclient.store.base import Unavailable, WorksAlone


def worth_a_look(inventory: Inventory) -> Sequence[Entry]:
    """The certificates that count and that need something now: renewable ones, and expired ones
    for which a new one can still be obtained."""
    needy = (Stage.RENEWABLE, Stage.OBTAINABLE)
    return [e for e in newest_per_owner(inventory.entries) if e.life.stage in needy]


def obstacle(profile: Profile, entry: Entry) -> CertclientError | None:
    """Why this certificate cannot be renewed without a person: EXPIRED_OBTAIN_ANEW, PIN_REQUIRED,
    BANK_SECRETS_REQUIRED, KEY_PROTECTED, POLICY_FORBIDS, or why its store or key cannot be used.

    None if it can. Asks nobody and shows nothing.
    """
    user_id = entry.full_id
    if entry.life.stage is Stage.OBTAINABLE:
        until = entry.life.obtain_until.isoformat()
        return CertclientError(ErrorCode.EXPIRED_OBTAIN_ANEW, obtain_until=until)
    role = entry.owner.role
    if profile.ask_pin.includes(role) or profile.ask_one_time_password.includes(role):
        return CertclientError(ErrorCode.BANK_SECRETS_REQUIRED, user_id=user_id)
    if entry.store.destination.value in profile.withheld:
        return forbidden(DESTINATIONS, entry.store.destination.value)
    return _at_the_store(profile, entry)


def _at_the_store(profile: Profile, entry: Entry) -> CertclientError | None:
    store = entry.store
    state = store.availability()
    if isinstance(state, Unavailable):
        return CertclientError(state.reason, **state.data)
    if state.needs_pin or store.destination is Destination.USB:
        return CertclientError(ErrorCode.PIN_REQUIRED, token=store.label)
    if not isinstance(store, WorksAlone):
        return None
    if profile.key.protection is not Protection.NONE:
        # The bank wants keys that ask: already the new one's making would.
        return CertclientError(ErrorCode.KEY_PROTECTED, user_id=entry.full_id)
    try:
        store.try_alone(entry.certificate)
    except CertclientError as error:
        return CertclientError(error.code, **{**error.data, "user_id": entry.full_id})
    return None
