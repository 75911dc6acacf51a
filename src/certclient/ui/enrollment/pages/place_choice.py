"""The choice of パソコン or 専用USB as large cards; one that cannot be used says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QWidget

from certclient.model.destination import Destination
from certclient.model.visible_text import visible
from certclient.store.names import title_of
from certclient.ui.widgets.card import ChoiceCard
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

    from certclient.ui.enrollment.places import Place
    from certclient.ui.enrollment.session import WizardSession

_PICTURES = {Destination.PC: "pc-48", Destination.USB: "usb-48"}
_SIDE_BY_SIDE_LINES = 13
"""The least width of a card, in text line heights."""


class PlaceChoice(QWidget):
    """The cards are side by side where there is room. They stay while their places do, so that the
    focus does."""

    chosen = Signal(str)
    """The key of the place."""

    def __init__(self, session: WizardSession) -> None:
        super().__init__()
        self._session = session
        self._cards: dict[str, ChoiceCard] = {}
        self._group = QButtonGroup(self)
        self._columns = 1
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(Space.M)

    def show_places(self, places: Sequence[Place]) -> None:
        """Adds and removes cards; call `retranslate` afterwards."""
        kept = {place.key for place in places}
        for key in [key for key in self._cards if key not in kept]:
            card = self._cards.pop(key)
            self._group.removeButton(card)
            card.hide()
            card.deleteLater()
        for place in places:
            if place.key not in self._cards:
                self._cards[place.key] = self._add(place)
        self._arrange()

    def retranslate(self) -> None:
        """Sets all texts, and which card is checked."""
        # A group that is exclusive keeps one checked.
        self._group.setExclusive(self._session.place is not None)
        for place in self._places:
            if card := self._cards.get(place.key):
                card.set_texts(self._name(place), self._note(place))
                card.set_reason(self._reason(place) if not place.usable else "")
                card.setChecked(place == self._session.place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts the cards below each other where the window is narrow."""
        super().resizeEvent(event)
        self._arrange()

    @property
    def _places(self) -> Sequence[Place]:
        scan = self._session.scan
        return scan.places if scan is not None else ()

    def _add(self, place: Place) -> ChoiceCard:
        card, key = ChoiceCard(_PICTURES[place.destination], self), place.key
        self._group.addButton(card)
        card.clicked.connect(lambda: self.chosen.emit(key))
        return card

    def _arrange(self) -> None:
        """Side by side if there are two or more and each is wide enough."""
        least = _SIDE_BY_SIDE_LINES * self.fontMetrics().height()
        columns = 2 if self.width() >= 2 * least + Space.M and len(self._cards) > 1 else 1
        wanted = {key: divmod(number, columns) for number, key in enumerate(self._ordered())}
        for key, (row, column) in wanted.items():
            self._grid.addWidget(self._cards[key], row, column)
        for column in range(2):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def _ordered(self) -> list[str]:
        return [place.key for place in self._places if place.key in self._cards]

    # Texts

    def _name(self, place: Place) -> str:
        name, title = self._action_name(place), ""
        if place.store is not None and self._has_sibling(place):
            title = title_of(place.store)
        # The mnemonic is ours; an ampersand of the store's is a letter.
        return visible(f"{name}  ({title.replace('&', '&&')})" if title else name)

    def _note(self, place: Place) -> str:
        title = title_of(place.store) if place.store is not None else ""
        kind = self._session.context.catalogue.destination(place.destination)
        notes = []
        if title and title != kind and not self._has_sibling(place):
            notes.append(visible(title))
        if place.present:
            notes.append(self.tr("The present certificate is here."))
        return "\n".join(notes)

    def _action_name(self, place: Place) -> str:
        if place.destination is Destination.USB:
            return (
                self.tr("Save to the USB token")
                if self._is_further(place)
                else (self.tr("Save to the &USB token"))
            )
        if self._is_further(place):
            return self.tr("Save to this PC")
        return self.tr("Save to this &PC")

    def _has_sibling(self, place: Place) -> bool:
        """Whether another place has the same destination."""
        return sum(one.destination is place.destination for one in self._places) > 1

    def _is_further(self, place: Place) -> bool:
        """Whether an earlier card has the mnemonic."""
        same = (one for one in self._places if one.destination is place.destination)
        return next(same, place).key != place.key

    def _reason(self, place: Place) -> str:
        """Why `place` cannot be used, and what helps. Advice is left out where another place can be
        chosen, unless it names what is wrong with a folder."""
        if place.destination.value in self._session.profile.excluded_destinations:
            return self.tr("Your administrator's settings do not allow this place.")
        if not place.allowed:
            return self.tr("This bank does not allow this place.")
        if place.problem is None:
            return ""
        shown = self._session.context.catalogue.error(place.problem)
        # The advice about a folder refers to it.
        details = shown.details if "problem" in place.problem.data else ()
        whole = "\n".join((f"{shown.title} — {shown.next_step}", *details))
        return shown.title if self._session.place and not details else whole
