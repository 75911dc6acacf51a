"""Renewal without user interaction.

Which certificates and procedures allow it, what prevents it for others, and when a confirmation is
retried.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from certclient.enrollment.backoff import PASSING
from certclient.enrollment.date_errors import date_error
from certclient.enrollment.inventory import Inventory, InventoryEntry, newest_per_owner
from certclient.enrollment.journal import ProcedureState
from certclient.enrollment.outcomes import ProcedureView
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import Protection
from certclient.model.lifecycle import Stage
from certclient.model.policy import DESTINATIONS, forbidden
from certclient.model.profile import Profile
from certclient.model.spreading import is_turn, is_urgent, tries_again
from certclient.store.base import SilentSigning, Unavailable
from certclient.store.unavailable import store_by_id


def needing_attention(inventory: Inventory) -> Sequence[InventoryEntry]:
    """The certificates that count and need action now: renewable or obtainable ones."""
    needy = (Stage.RENEWABLE, Stage.OBTAINABLE)
    return [e for e in newest_per_owner(inventory.entries) if e.life.stage in needy]


def refused_alone(inventory: Inventory) -> Sequence[InventoryEntry]:
    """Valid certificates that the bank has refused and whose owner has no other that counts: one
    for each owner, to be reported until there is another."""
    counting = {entry.owner for entry in newest_per_owner(inventory.entries)}
    found = {
        entry.owner: entry
        for entry in inventory.entries
        if entry.rejection is not None
        and entry.stored.key is not None
        and not entry.stored.archived
        and entry.life.days_left >= 0
        and entry.owner not in counting
    }
    return list(found.values())


def renewal_blocker(profile: Profile, entry: InventoryEntry) -> CertclientError | None:
    """Why this certificate cannot be renewed without user interaction; None if it can.

    Its obstacle, RENEWAL_CLOSED, EXPIRED_OBTAIN_ANEW, PIN_REQUIRED, BANK_SECRETS_REQUIRED,
    KEY_PROTECTED, POLICY_FORBIDS, or why its store or key cannot be used. Never prompts.
    """
    user_id = entry.full_id
    if entry.obstacle is not None:
        return entry.obstacle
    if entry.life.stage is Stage.OBTAINABLE:
        return date_error(entry.certificate, entry.life)
    role = entry.owner.role
    if profile.ask_pin.includes(role) or profile.ask_one_time_password.includes(role):
        return CertclientError(ErrorCode.BANK_SECRETS_REQUIRED, user_id=user_id)
    if entry.store.destination.value in profile.excluded_destinations:
        return forbidden(DESTINATIONS, entry.store.destination.value)
    return store_blocker(profile, entry)


def resume_blocker(
    profile: Profile, inventory: Inventory, view: ProcedureView
) -> CertclientError | None:
    """Why this procedure cannot continue without user interaction, as `renewal_blocker`; None if it
    can.

    Once a certificate is issued, the bank's secrets are no longer needed, only keys that sign
    without a prompt. Every key of the user ID is checked, so that none that would prompt is used.
    """
    own = [
        entry
        for entry in inventory.entries
        if entry.owner.user_id == view.user_id and entry.stored.key is not None
    ]
    check = store_blocker if view.state.unconfirmed else renewal_blocker
    found = [error for entry in own if (error := check(profile, entry)) is not None]
    home = store_by_id(inventory.stores, view.store_id).store_id
    return found[0] if found else inventory.unusable.get(home)


def is_its_turn(entry: InventoryEntry, now: datetime) -> bool:
    """Whether a scheduled job renews this certificate, which nothing prevents, at `now` (aware).

    `model.spreading` spreads the renewals of many computers.
    """
    return is_turn(entry.certificate, entry.life, now)


def is_put_off(view: ProcedureView, entry: InventoryEntry | None, now: datetime) -> bool:
    """Whether a scheduled job leaves this procedure to a later run than the one at `now` (aware).

    `entry`: the user ID's current certificate. A request that the CA could not answer is repeated
    in one of the next half-days, by `model.spreading`; what the CA has begun, and what is urgent,
    is continued by each run.
    """
    unanswered = view.state in _UNANSWERED and view.last_error in PASSING
    if not unanswered or entry is None or is_urgent(entry.life, now):
        return False
    return not tries_again(view.id, view.changed, now)


_UNANSWERED = (ProcedureState.PREPARED, ProcedureState.KEY_CREATED, ProcedureState.REQUESTED)


class RetrySchedule:
    """When to retry confirmations automatically: soon at first, then at doubling intervals.

    A bank revokes a certificate that is not confirmed in time, often within an hour.
    """

    def __init__(self) -> None:
        self._next: dict[str, tuple[datetime, timedelta]] = {}
        self._tries: dict[str, int] = {}

    def is_due(self, procedure_id: str, now: datetime) -> bool:
        """Whether this procedure is due at `now` (aware); always on the first call."""
        planned = self._next.get(procedure_id)
        return planned is None or now >= planned[0]

    def tries(self, procedure_id: str) -> int:
        """How often this procedure has been tried."""
        return self._tries.get(procedure_id, 0)

    def record_attempt(self, procedure_id: str, now: datetime) -> None:
        """Records an attempt at `now` (aware); the interval doubles, up to five minutes."""
        self._tries[procedure_id] = self.tries(procedure_id) + 1
        planned = self._next.get(procedure_id)
        pause = _FIRST_PAUSE if planned is None else min(planned[1] * 2, _LONGEST_PAUSE)
        self._next[procedure_id] = (now + pause, pause)


_FIRST_PAUSE = timedelta(seconds=20)
_LONGEST_PAUSE = timedelta(minutes=5)


def store_blocker(profile: Profile, entry: InventoryEntry) -> CertclientError | None:
    """Why this certificate's key cannot be used without user interaction; None if it can.

    PIN_REQUIRED, KEY_PROTECTED, or the store's or the key's own reason. Never prompts.
    """
    store = entry.store
    state = store.availability()
    if isinstance(state, Unavailable):
        return CertclientError(state.reason, **state.data)
    if state.needs_pin or store.destination is Destination.USB:
        return CertclientError(ErrorCode.PIN_REQUIRED, token=store.label)
    if not isinstance(store, SilentSigning):
        return None
    if profile.key.protection is not Protection.NONE:
        # The bank requires protected keys: even creating the new one would prompt.
        return CertclientError(ErrorCode.KEY_PROTECTED, user_id=entry.full_id)
    try:
        store.try_alone(entry.certificate)
    except CertclientError as error:
        return CertclientError(error.code, **{**error.data, "user_id": entry.full_id})
    return None
