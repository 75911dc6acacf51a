"""The main window's page when there is no certificate: what to do first, or why none was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from certclient.ui.overview.menu_entries import menu_entries
from certclient.ui.overview.missing_tokens import missing_software, reasons
from certclient.ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from certclient.ui.widgets.card import Card
from certclient.ui.widgets.flow import FlowLayout
from certclient.ui.widgets.parts import CardTitle, Sentence, SmallText, without_mnemonic
from certclient.ui.widgets.pictures import Picture
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from certclient.enrollment.overview import Overview
    from certclient.ui.context import AppContext
    from certclient.ui.overview.menu_entries import MenuEntry

_PICTURE = 96
_LETTERS = 70
"""The widest line of text, in letters."""


class EmptyPage(QWidget):
    """Shows that the scan is running, that no bank is configured, that nothing was found, or that
    a token which held certificates cannot be read."""

    def __init__(self, context: AppContext, chosen: Callable[[MenuEntry], None]) -> None:
        """`chosen` is called with the `MenuEntry` by which the user wants to begin."""
        super().__init__()
        self._context = context
        self._chosen = chosen
        self._scanning = True
        self._picture = Picture("empty-48", _PICTURE)
        self._heading, self._text, self._token = CardTitle(), Sentence(), Sentence()
        self._codes = SmallText()
        self.obtain, self.practise = PrimaryButton(), SecondaryButton()
        self.guide = LinkButton()
        self.others: Sequence[SecondaryButton] = [
            SecondaryButton() for entry in menu_entries() if entry.on_empty_page
        ]
        self._lay_out()
        self._connect()
        self._retranslate()

    def show_overview(self, overview: Overview) -> None:
        """Shows why there is no certificate once a scan has ended."""
        self._scanning = not overview.complete
        self._retranslate()

    @property
    def tells_of_tokens(self) -> bool:
        """Whether it says why a token cannot be used."""
        return bool(self._context.profiles) and bool(reasons(self._context))

    def changeEvent(self, event: QEvent) -> None:
        """Follows language and text size."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _lay_out(self) -> None:
        centre = Qt.AlignmentFlag.AlignHCenter
        buttons = FlowLayout()
        buttons.setSpacing(Space.S)
        for button in (self.obtain, *self.others, self.practise):
            buttons.addWidget(button)
        card = Card()
        card.body.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        card.body.setSpacing(Space.M)
        card.body.addWidget(self._picture, 0, centre)
        for part in (self._heading, self._text, self._token):
            card.body.addWidget(part)
        card.body.addWidget(self.guide, 0, Qt.AlignmentFlag.AlignLeft)
        card.body.addWidget(self._codes)
        card.body.addLayout(buttons)
        self._card = card
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card, 20)
        row.addStretch(1)
        card.setMaximumWidth(_LETTERS * 2 * self.fontMetrics().averageCharWidth())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addSpacing(Space.XL)
        outer.addLayout(row)

    def _connect(self) -> None:
        entries = [entry for entry in menu_entries() if entry.on_empty_page]
        for button, entry in zip(self.others, entries, strict=True):
            button.set_icon(entry.icon)
            button.clicked.connect(lambda _checked=False, entry=entry: self._chosen(entry))
        self.guide.set_icon("link")
        self.guide.clicked.connect(self._open_guide)
        practise = self._context.practise
        if practise is not None:
            self.practise.clicked.connect(practise.start)
            practise.changed.connect(self._retranslate)

    def _open_guide(self) -> None:
        page = missing_software(self._context).page
        if page:
            self._context.open_url(page)

    # Texts

    def _retranslate(self) -> None:
        context = self._context
        self._show_buttons()
        self._token.set_text("")
        self._codes.set_text("")
        self.guide.hide()
        if not context.profiles:
            self._show_no_bank()
        elif self._scanning:
            self._show("search-48", self.tr("Looking for certificates…"), "")
        elif found := reasons(context):
            self._show("token-missing-48", self.tr("No certificate was found"), found.text)
            self._codes.set_text(self.tr("Error code: {0}").format(found.codes))
            self._offer_guide(found.page)
        else:
            self._show_first()

    def _show_buttons(self) -> None:
        context = self._context
        begin = not self._scanning and bool(context.profiles)
        self.obtain.setText(self.tr("Obtain &your first certificate"))
        self.obtain.setVisible(begin)
        texts = [entry.text for entry in menu_entries() if entry.on_empty_page]
        for button, text in zip(self.others, texts, strict=True):
            button.setText(without_mnemonic(text))
            button.setVisible(begin)
        practising = context.practise is not None and context.practise.running
        text = self.tr("Practising in another window") if practising else self.tr("&Practise")
        self.practise.setText(text)
        self.practise.setEnabled(not practising)
        self.practise.setVisible(not context.profiles and context.practise is not None)

    def _show(self, picture: str, heading: str, text: str) -> None:
        self._picture.show_picture(picture)
        self._heading.setText(heading)
        self._text.set_text(text)

    def _show_first(self) -> None:
        self._show(
            "empty-48",
            self.tr("There is no certificate yet"),
            self.tr(
                "For your first certificate, have the letter at hand that the bank sent you:"
                " it has your user ID and the issue code. If your certificate is on a USB"
                " token, plug it in; it then appears here by itself."
            ),
        )
        found = missing_software(self._context)
        self._token.set_text(found.text)
        self._offer_guide(found.page)

    def _offer_guide(self, page: str) -> None:
        self.guide.setText(self.tr("About the USB token and its software"))
        self.guide.setVisible(bool(page))

    def _show_no_bank(self) -> None:
        if self._context.bank_errors:
            heading = self.tr("No bank can be used on this computer")
            text = self.tr("The lines below say what is wrong with the bank's settings.")
        else:
            heading = self.tr("No bank is set up on this computer")
            text = self.tr(
                "The settings of your bank are missing. Install the program from your bank's"
                " page again, or ask whoever looks after your computers."
            )
        offer = self.tr(
            "You can also try everything out with a practice bank: “Practise” opens a window of its"
            " own, with certificates that are not real. Closing it removes them."
        )
        shown = (text, offer) if self._context.practise is not None else (text,)
        self._show("bank-48", heading, "\n\n".join(shown))
