"""「その他」: what else can be done with the certificate of a card."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from certclient.enrollment.overview import Condition, Row
from certclient.ui.overview.archiving import ArchiveAction, possible
from certclient.ui.overview.owner_state import Act, OwnerState, act_of
from certclient.ui.overview.pin_change import can_change_pin
from certclient.ui.overview.renewal_obstacle import renewal_obstacle
from certclient.ui.overview.revoking import can_revoke

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.ui.context import AppContext


class Entry(enum.Enum):
    """The entries in their order; the values name the icons."""

    DETAILS = "details"
    RENEW = "renew"
    CHANGE_PIN = "usb"
    PUT_AWAY = "put-away"
    BRING_BACK = "bring-back"
    GIVE_UP = "cross"
    REVOKE = "not-accepted"
    DELETE = "delete"


_BY_ACTION = {
    ArchiveAction.ARCHIVE: Entry.PUT_AWAY,
    ArchiveAction.RESTORE: Entry.BRING_BACK,
    ArchiveAction.DELETE: Entry.DELETE,
}


def entries_of(context: AppContext, state: OwnerState) -> Sequence[Entry]:
    """What can be done now besides the card's one button."""
    found = {Entry.GIVE_UP} if _may_give_up(context, state) else set()
    row = state.row
    if row is not None:
        overview = context.state.overview
        found |= {_BY_ACTION[one] for one in possible(row, overview, context.clock())}
        found |= {Entry.DETAILS} | _of_certificate(context, state, row)
    return [entry for entry in Entry if entry in found]


def _of_certificate(context: AppContext, state: OwnerState, row: Row) -> set[Entry]:
    found = {Entry.CHANGE_PIN} if can_change_pin(row) else set()
    if can_revoke(row) and row.entry.life.days_left >= 0:
        found.add(Entry.REVOKE)
    # The bank is asked once more about one that it has refused.
    refused = row.condition is Condition.NOT_ACCEPTED and not renewal_obstacle(context, row)
    if refused and act_of(state) is not Act.RENEW and state.procedure is None:
        found.add(Entry.RENEW)
    return found


def _may_give_up(context: AppContext, state: OwnerState) -> bool:
    return state.may_give_up and context.profile(state.profile_id) is not None


def entry_text(entry: Entry) -> str:
    """The text of an entry in the current language, with its mnemonic."""
    translate = QCoreApplication.translate
    return {
        Entry.DETAILS: translate("CardMenu", "&Details"),
        Entry.RENEW: translate("CardMenu", "&Renew certificate"),
        Entry.CHANGE_PIN: translate("CardMenu", "&Change the PIN…"),
        Entry.PUT_AWAY: translate("CardMenu", "&Put away"),
        Entry.BRING_BACK: translate("CardMenu", "&Bring back"),
        Entry.GIVE_UP: translate("CardMenu", "Gi&ve up…"),
        Entry.REVOKE: translate("CardMenu", "Revo&ke this certificate…"),
        Entry.DELETE: translate("CardMenu", "Delete &for good…"),
    }[entry]
