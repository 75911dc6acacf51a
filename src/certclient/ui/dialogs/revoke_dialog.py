"""失効の確認: names the certificate, says what its revocation means, and waits for a deliberate
consent."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QVBoxLayout,
    QWidget,
)

from certclient.enrollment.own_revocation import Removal
from certclient.model.revocation_reason import RevocationReason
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.button_bar import Button, ButtonBar, Buttons
from certclient.ui.widgets.callout import Callout
from certclient.ui.widgets.card import Card
from certclient.ui.widgets.fields import CheckBox, LabelledField, RadioButton, TextField
from certclient.ui.widgets.input_guard import InputGuard
from certclient.ui.widgets.key_values import Facts
from certclient.ui.widgets.labels import Heading, Sentence, StrongText, sentences
from certclient.ui.widgets.page import body_layout
from certclient.ui.widgets.scroll import Scroll
from certclient.ui.widgets.sizes import fitting_size
from certclient.ui.widgets.tokens import Severity, Space

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from certclient.enrollment.overview import Row
    from certclient.ui.context import AppContext

_WIDTH, _HIGHEST = 44, 60
"""In text line heights."""


@dataclass(frozen=True, slots=True)
class RevocationChoice:
    """What the customer has chosen."""

    reason: RevocationReason
    removal: Removal


class RevokeDialog(QDialog):
    """Accepted only after the consent is ticked and, for the last valid certificate of its user ID,
    the user ID is typed."""

    def __init__(self, context: AppContext, row: Row, place: str, last: bool, parent: QWidget):
        """`place`: the store's name as the main window shows it. `last`: no other certificate of
        the user ID on this computer can log in."""
        super().__init__(parent)
        self._context, self._row, self._place, self._last = context, row, place, last
        self._heading, self._facts, self._meaning = Heading(), Facts(), Sentence()
        self._warning = Callout(Severity.WARNING)
        self._why = StrongText()
        self.reasons = {reason: RadioButton() for reason in RevocationReason}
        self.delete_too, self.consent = CheckBox(), CheckBox()
        self.word = TextField()
        self._word = LabelledField(self.word)
        self.bar = ButtonBar(self.reject)
        self._lay_out()
        self._connect()
        InputGuard(self)
        self._retranslate()
        self._fit()

    @property
    def choice(self) -> RevocationChoice:
        """The chosen reason, and what becomes of the certificate here."""
        chosen = next(reason for reason, radio in self.reasons.items() if radio.isChecked())
        removal = Removal.DELETE if self.delete_too.isChecked() else Removal.ARCHIVE
        return RevocationChoice(chosen, removal)

    def showEvent(self, event: QShowEvent) -> None:
        """Has a screen reader say what is asked."""
        super().showEvent(event)
        said = sentences(self._heading.text(), self._meaning.text(), self._warning.text())
        self._context.announce(self, said, urgent=True)

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _lay_out(self) -> None:
        body = QWidget()
        inner = body_layout(body)
        shown = (self._heading, Card(self._facts), self._meaning, self._warning)
        for part in shown:
            inner.addWidget(part)
        self._group = QButtonGroup(self)
        reasons = Card(self._why)
        reasons.body.setSpacing(Space.XS)
        for radio in self.reasons.values():
            self._group.addButton(radio)
            reasons.body.addWidget(radio)
        for answer in (reasons, self.delete_too, self.consent, self._word):
            inner.addWidget(answer)
        inner.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._banner = RehearsalBanner(self._context.rehearsal)
        layout.addWidget(self._banner)
        self._scroll = Scroll(body)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self.bar)

    def _connect(self) -> None:
        self.reasons[RevocationReason.NO_LONGER_USED].setChecked(True)
        self.delete_too.setChecked(True)
        self.consent.toggled.connect(self._show_buttons)
        self.word.textChanged.connect(self._show_buttons)
        self._word.setVisible(self._last)

    def _fit(self) -> None:
        """Large enough for everything to be seen at once, if the screen is."""
        size = fitting_size(self, _WIDTH, _HIGHEST)
        banner = self._banner.sizeHint().height() if self._context.rehearsal else 0
        around = banner + self.bar.sizeHint().height()
        height = self._scroll.height_at(size.width()) + around
        self.resize(size.boundedTo(QSize(size.width(), height)))

    @property
    def _agreed(self) -> bool:
        typed = unicodedata.normalize("NFKC", self.word.text()).strip().upper()
        named = not self._last or typed == self._row.entry.owner.user_id.upper()
        return self.consent.isChecked() and named

    def _show_buttons(self) -> None:
        self.bar.offer(
            Buttons(
                primary=Button(self.tr("&Revoke"), self.accept, self._agreed),
                close=self.tr("&Cancel"),
                danger=True,
            ),
            typing=False,
        )
        self.bar.retire()

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Revoke a certificate"))
        self._heading.setText(self.tr("Revoke this certificate?"))
        self.setAccessibleName(self._heading.text())
        entry, catalogue = self._row.entry, self._context.catalogue
        self._facts.show_lines(
            [
                (self.tr("Bank"), self._context.bank(self._row.profile)),
                (self.tr("User ID"), entry.full_id),
                (self.tr("Place"), self._place),
                (self.tr("Valid until"), catalogue.minute(entry.life.deadline)),
                (self.tr("Serial number"), entry.certificate.serial_hex),
            ]
        )
        self._meaning.setText(
            self.tr(
                "Once it is revoked, nobody can log in with this certificate any more. "
                "This cannot be undone."
            )
        )
        self._warning.set_text(
            self.tr(
                "It is the last valid certificate of this user ID. After its revocation you cannot "
                "log in until your bank has given you an issue code for a new one."
            )
            if self._last
            else ""
        )
        self._why.setText(self.tr("Why?"))
        self._name_choices()
        self._show_buttons()

    def _name_choices(self) -> None:
        texts = {
            RevocationReason.NO_LONGER_USED: self.tr(
                "The PC or USB token is &given away or scrapped, or its user has left"
            ),
            RevocationReason.LOST: self.tr("The PC or USB token was &lost or stolen"),
            RevocationReason.SUSPECTED: self.tr("&Somebody else may have used it"),
        }
        for reason, radio in self.reasons.items():
            radio.setText(texts[reason])
        self.delete_too.setText(self.tr("Afterwards &delete the certificate and its key here"))
        self.consent.setText(self.tr("I &understand that nobody can log in with it any more"))
        user_id = self._row.entry.owner.user_id
        label = self.tr("&Type the user ID “{0}” to confirm").format(user_id)
        self._word.set_label(label)
        self.word.setAccessibleName(label.replace("&", ""))
