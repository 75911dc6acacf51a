"""The one consent: three lines in plain words, and the details for who wants to read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout

from certclient.store.names import title_of
from certclient.ui.enrollment.details import certificate_details
from certclient.ui.enrollment.navigation import WizardMode
from certclient.ui.widgets.card import Card
from certclient.ui.widgets.expander import Expander
from certclient.ui.widgets.key_values import KeyValueList
from certclient.ui.widgets.parts import Sentence, StrongText
from certclient.ui.widgets.pictures import Picture
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from certclient.ui.enrollment.places import Place
    from certclient.ui.enrollment.session import WizardSession

_AFTER_THE_ID = 2
"""Where the destination stands among the details."""
_ICONS = ("person", "key", "shield")
_SIDE = 24


class Consent(Card):
    """What the button below the page agrees to."""

    def __init__(self, session: WizardSession) -> None:
        super().__init__()
        self._session = session
        self._question = StrongText()
        self._lines = [(Picture(icon, _SIDE), Sentence()) for icon in _ICONS]
        self._facts = KeyValueList(copyable=False)
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.S)
        grid.setVerticalSpacing(Space.XS)
        grid.setColumnStretch(1, 1)
        for row, (picture, sentence) in enumerate(self._lines):
            grid.addWidget(picture, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(sentence, row, 1)
        self.body.setContentsMargins(Space.M, Space.S + Space.XS, Space.M, Space.S + Space.XS)
        self._more = Expander(self._facts)
        top = Qt.AlignmentFlag.AlignTop
        head = QHBoxLayout()
        head.setSpacing(Space.S)
        head.addWidget(self._question, 1)
        head.addWidget(self._more.detached_button(), 0, top)
        self.body.addLayout(head)
        self.body.addLayout(grid)
        self.body.addWidget(self._more)

    @property
    def question(self) -> str:
        """What pressing the button means."""
        return self._question.text()

    @property
    def key_stays(self) -> str:
        """What becomes of the key, or why nothing can be agreed to yet."""
        return self._lines[1][1].text()

    def show_place(self, place: Place | None) -> None:
        """Says what is agreed to if the certificate goes to `place`."""
        self._question.set_text(self._asked())
        self._more.set_text(self.tr("&Details"))
        texts = (self._subject(place), self._key(place), self._old(place))
        for (picture, sentence), text in zip(self._lines, texts, strict=True):
            sentence.set_text(text)
            picture.setVisible(bool(text))
        lines = certificate_details(self._session)
        if place is not None:
            lines.insert(_AFTER_THE_ID, (self.tr("Stored in"), self.stored_in(place)))
        self._facts.show_lines(lines)

    def stored_in(self, place: Place) -> str:
        """The name of a place, with the browser's or the token's where that says more."""
        name = self._session.context.catalogue.destination(place.destination)
        title = title_of(place.store) if place.store is not None else ""
        if title in ("", name):
            return name
        return self.tr("{place} “{name}”").format(place=name, name=title)

    def _asked(self) -> str:
        if self._session.wizard_state.mode is WizardMode.OBTAIN:
            return self.tr("With “Obtain” you agree to this:")
        return self.tr("With “Renew” you agree to this:")

    def _subject(self, place: Place | None) -> str:
        """Whose certificate, which one, and where the new one goes."""
        session = self._session
        bank, user = session.context.bank(session.profile), session.wizard_state.user_id
        current, where = session.current, self.stored_in(place) if place is not None else ""
        if current is None or session.wizard_state.mode is WizardMode.OBTAIN:
            stored = self.tr("{bank}: the certificate of {user} is obtained and stored in: {place}")
            bare = self.tr("{bank}: the certificate of {user} is obtained.")
            return (stored if where else bare).format(user=user, bank=bank, place=where)
        catalogue = session.context.catalogue
        stored = self.tr(
            "{bank}: the certificate of {user} ({role}), valid until {until}, is renewed and "
            "stored in: {place}"
        )
        bare = self.tr(
            "{bank}: the certificate of {user} ({role}), valid until {until}, is renewed."
        )
        return (stored if where else bare).format(
            bank=bank,
            user=user,
            role=catalogue.role(current.owner.role),
            until=catalogue.until(current.life),
            place=where,
        )

    def _key(self, place: Place | None) -> str:
        if place is None:
            scan = self._session.scan
            if scan is not None and any(one.usable for one in scan.places):
                return self.tr("Please choose above where the certificate is to be stored.")
            return self.tr("No place can be used at the moment. Plug the token in, for example.")
        return self.tr("A new key is made in the chosen place and never leaves it.")

    def _old(self, place: Place | None) -> str:
        if place is None or self._session.current is None:
            return ""
        return self.tr(
            "The present certificate stays as it is until the new one has proven that it works."
        )


def question_of_places() -> str:
    """The question above the choices."""
    return QCoreApplication.translate("Consent", "Where is the new certificate to be stored?")
