"""All that decides how an owner is shown; two scans of the same certificate are different rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certclient.ui.overview.owner_state import OwnerState

if TYPE_CHECKING:
    from certclient.enrollment.overview import Row
    from certclient.ui.context import AppContext


def owner_look(context: AppContext, state: OwnerState) -> tuple[object, ...]:
    """Equal for states that look the same on a card."""
    row = row_look(state.row) if state.row is not None else None
    known = context.profile(state.profile_id) is not None
    return (state.key, row, state.procedure, state.postponed, known)


def row_look(row: Row) -> tuple[object, ...]:
    """Equal for rows that look the same."""
    entry, error = row.entry, row.entry.obstacle
    store = entry.store
    return (
        (row.profile.id, row.condition, row.procedure, row.absent, row.alone),
        (entry.full_id, entry.owner, entry.life, entry.rejection, entry.stored.key_hidden),
        (store.store_id, store.label, store.destination, getattr(store, "title", "")),
        (entry.certificate.fingerprint, entry.certificate.unreadable),
        None if error is None else (error.code, *error.data.items()),
    )
