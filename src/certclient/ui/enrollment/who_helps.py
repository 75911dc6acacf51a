"""Who can help with a failure: the name, the telephone number and the hours from the profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from certclient.model.errors import Actor
from certclient.ui.widgets.parts import CardTitle, SecondaryText, StrongText
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from certclient.i18n.catalogue import ErrorText
    from certclient.model.profile import Contact

_BY_CONTACT = (Actor.CUSTOMER, Actor.BANK)
"""Whose help the bank's profile names."""


class WhoHelps(QWidget):
    """Hidden if nobody has to be asked."""

    def __init__(self) -> None:
        super().__init__()
        self._intro, self._name = SecondaryText(), StrongText()
        self._phone, self._hours = CardTitle(), SecondaryText()
        number = QVBoxLayout()
        number.setSpacing(0)
        number.addWidget(self._phone)
        number.addWidget(self._hours)
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        row.addWidget(self._name, 1, Qt.AlignmentFlag.AlignTop)
        row.addLayout(number, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addWidget(self._intro)
        layout.addLayout(row)

    def show_contact(self, shown: ErrorText, actor: Actor, contact: Contact, language: str) -> None:
        """`contact` is shown where the error is a matter between the customer and the bank; other
        errors say in words who can help."""
        named = actor in _BY_CONTACT
        intro = self.tr("If you are not sure, ask:")
        if actor is Actor.BANK:
            intro = self.tr("Who can help:")
        self._intro.set_text(intro if named else shown.help)
        self._name.set_text(contact.name.for_language(language) if named else "")
        phone = self.tr("Telephone {number}").format(number=contact.phone)
        self._phone.set_text(phone if named and contact.phone else "")
        self._hours.set_text(contact.hours.for_language(language) if named else "")
        self.setVisible(bool(self._intro.text()))
