"""Working without a person: which certificates and procedures allow it, what stands in the way of
others, and when a confirmation is tried again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from certclient.enrollment.inventory import Entry, Inventory, newest_per_owner
from certclient.enrollment.outcomes import ProcedureView
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
    return store_obstacle(profile, entry)


def resume_obstacle(
    profile: Profile, inventory: Inventory, view: ProcedureView
) -> CertclientError | None:
    """Why this procedure cannot go on without a person, as `obstacle`; None if it can.

    A certificate that is there needs the bank's secrets no more, only keys that ask for nothing:
    with those of the user ID as they are, one that asks is not touched.
    """
    own = [
        entry
        for entry in inventory.entries
        if entry.owner.user_id == view.user_id and entry.stored.key is not None
    ]
    check = store_obstacle if view.state.unconfirmed else obstacle
    found = [error for entry in own if (error := check(profile, entry)) is not None]
    return found[0] if found else inventory.unusable.get(view.store_id)


class RetrySchedule:
    """When to try confirmations again by itself: soon, then less and less often.

    A bank revokes what is not confirmed in time, often within an hour.
    """

    def __init__(self) -> None:
        self._next: dict[str, tuple[datetime, timedelta]] = {}

    def is_due(self, procedure_id: str, now: datetime) -> bool:
        """Whether it is time (`now` is aware) for this procedure; the first time always."""
        planned = self._next.get(procedure_id)
        return planned is None or now >= planned[0]

    def tried(self, procedure_id: str, now: datetime) -> None:
        """It was tried at `now`; the next time is twice as far away as the last."""
        planned = self._next.get(procedure_id)
        pause = _FIRST_PAUSE if planned is None else min(planned[1] * 2, _LONGEST_PAUSE)
        self._next[procedure_id] = (now + pause, pause)


_FIRST_PAUSE = timedelta(seconds=20)
_LONGEST_PAUSE = timedelta(minutes=5)


def store_obstacle(profile: Profile, entry: Entry) -> CertclientError | None:
    """Why its key cannot be used without a person: PIN_REQUIRED, KEY_PROTECTED, or the store's or
    the key's own reason; None if it can. Asks nobody and shows nothing."""
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
