"""Whose a certificate is and where it lies, in words and pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from certclient.model.destination import Destination
from certclient.model.visible_text import visible
from certclient.ui.overview.row_texts import RowTexts

if TYPE_CHECKING:
    from certclient.model.profile import Profile
    from certclient.ui.context import AppContext
    from certclient.ui.overview.owner_state import OwnerState

_PICTURES = {Destination.PC: "pc-48", Destination.USB: "usb-48"}
_UNKNOWN_PLACE = "certificate-48"
_BETWEEN = " · "


class OwnerFacts(QObject):
    """In the current language."""

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._rows = RowTexts(context, self)

    def profile(self, state: OwnerState) -> Profile | None:
        """The bank's profile, None if it is not set up any more."""
        return state.row.profile if state.row else self._context.profile(state.profile_id)

    def bank(self, state: OwnerState) -> str:
        """The bank's name, or its id if it is not set up any more."""
        profile = self.profile(state)
        return self._context.bank(profile) if profile is not None else state.profile_id

    def role(self, state: OwnerState) -> str:
        """管理者 or 利用者, "" if it is not known."""
        row = state.row
        return self._context.catalogue.role(row.entry.owner.role) if row is not None else ""

    def caption(self, state: OwnerState, *, with_bank: bool) -> str:
        """Role, bank, and the store's name if it says more than the picture."""
        kind, place = self.picture(state)[1], self.place(state)
        name = place if place != kind else ""
        parts = (self.role(state), self.bank(state) if with_bank else "", name)
        return _BETWEEN.join(visible(part) for part in parts if part)

    def spoken(self, state: OwnerState) -> str:
        """Role and place, for a screen reader."""
        return ", ".join(part for part in (self.role(state), self.place(state)) if part)

    def place(self, state: OwnerState) -> str:
        """パソコン or 専用USB, with the browser's or the token's name; "" if it is not known."""
        return self._rows.place(state.row) if state.row is not None else ""

    def picture(self, state: OwnerState) -> tuple[str, str]:
        """The picture of the place, and its word."""
        if state.row is None:
            return _UNKNOWN_PLACE, ""
        destination = state.row.entry.store.destination
        return _PICTURES[destination], self._context.catalogue.destination(destination)

    def until(self, state: OwnerState) -> str:
        """The end of validity to the minute; "" if there is none to show."""
        return self._rows.until(state.row) if state.row is not None and state.dated else ""
