"""What the help draws from the banks and certificates of this computer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from certclient.i18n.help_guide import Drawn
from certclient.ui.dialogs.help.choices import Choice, choices
from certclient.ui.dialogs.help.letter import LetterPicture
from certclient.ui.dialogs.help.picker import Chooser
from certclient.ui.widgets.buttons import LinkButton
from certclient.ui.widgets.card import Card
from certclient.ui.widgets.parts import CardTitle, SecondaryText, Sentence, SmallText, StrongText
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from certclient.enrollment.overview import Overview
    from certclient.model.profile import Contact
    from certclient.ui.context import AppContext


translate = QCoreApplication.translate


class HelpDrawings:
    """Makes the drawn parts of pages, in the current language, from what is known now."""

    def __init__(self, context: AppContext, overview: Overview) -> None:
        self._context = context
        self.choices: Sequence[Choice] = choices(overview, context.catalogue)

    def widget(self, drawn: Drawn) -> QWidget:
        """The part; an empty widget where there is nothing to show."""
        return self._makers[drawn]()

    def words(self, drawn: Drawn) -> str:
        """What the part says, for screen readers; "" where its widgets say it."""
        if drawn is Drawn.CHOOSER:
            return "\n".join(one.name for one in self.choices if one.right)
        return ""

    @property
    def _makers(self) -> dict[Drawn, Callable[[], QWidget]]:
        return {
            Drawn.CHOOSER: self._chooser,
            Drawn.BROWSERS: self._browsers,
            Drawn.RIGHT_ONES: self._right_ones,
            Drawn.LETTER: lambda: LetterPicture(self._context.profiles),
            Drawn.CONTACTS: self._contacts,
            Drawn.ACCOUNTING: self._accounting,
            Drawn.USB_PAGES: self._usb_pages,
        }

    def _chooser(self) -> QWidget:
        lines, own = self.choices, bool(self.choices)
        if not own:
            lines = _example(self._context)
        host = next((urlsplit(one.login_url).hostname or "" for one in self._context.profiles), "")
        return Chooser(lines, host, own=own)

    def _browsers(self) -> QWidget:
        if sys.platform == "win32":
            text = translate(
                "Help",
                "Edge, Chrome and Firefox all offer the certificates saved in Windows: Firefox"
                " reads them by itself, and nothing has to be imported into it.",
            )
        else:
            text = translate(
                "Help",
                "Each browser has a certificate store of its own, except that Chrome, Chromium and"
                " Edge share one. Log in with the browser whose name the list shows; without a"
                " name, there is only one.",
            )
        return _sentence(text)

    def _right_ones(self) -> QWidget:
        right = [one for one in self.choices if one.right]
        if not right:
            return _sentence(translate("Help", "There is no certificate on this computer yet."))
        column = _column()
        for one in right:
            lines = [
                (translate("Help", "Issued by"), one.issuer),
                (translate("Help", "Valid until"), one.until),
                (translate("Help", "Serial number"), one.serial),
                (translate("Help", "Saved in"), one.place),
            ]
            _add(column, _card(one.name, lines))
        return column

    def _contacts(self) -> QWidget:
        profiles = self._context.profiles
        if not profiles:
            return _sentence(translate("Help", "No bank is set up on this computer."))
        column = _column()
        for profile in profiles:
            users, administrators = profile.contacts.user, profile.contacts.administrator
            lines = [
                *self._contact(translate("Help", "Users ask"), users),
                *self._contact(translate("Help", "Administrators ask"), administrators),
            ]
            _add(column, _card(self._context.bank(profile), lines))
        return column

    def _contact(self, who: str, contact: Contact) -> Iterator[tuple[str, str]]:
        language = self._context.languages.current.value
        yield who, contact.name.for_language(language)
        yield translate("Help", "Telephone"), contact.phone
        yield translate("Help", "Hours"), contact.hours.for_language(language)

    def _accounting(self) -> QWidget:
        """The pages that the banks name, each once."""
        links = dict.fromkeys(one for bank in self._context.profiles for one in bank.accounting)
        return self._links([(one.name, one.url) for one in links])

    def _usb_pages(self) -> QWidget:
        named = {one.usb_guide_url: one for one in self._context.profiles if one.usb_guide_url}
        text = translate("Help", "{bank}: about the USB token and its software")
        return self._links(
            [
                (text.replace("{bank}", self._context.bank(profile)), url)
                for url, profile in named.items()
            ]
        )

    def _links(self, links: Sequence[tuple[str, str]]) -> QWidget:
        """Buttons that open pages in the browser; where each leads stands below it."""
        column = _column()
        for name, url in links:
            button, address = LinkButton(), SecondaryText()
            button.setText(name.replace("&", "&&"))
            button.set_icon("link")
            button.setAccessibleName(
                translate("Help", "Open {name} in the browser").replace("{name}", name)
            )
            button.clicked.connect(lambda _checked=False, url=url: self._context.open_url(url))
            address.setText(url)
            _add(column, button)
            _add(column, address)
        return column


def _example(context: AppContext) -> Sequence[Choice]:
    """What a customer without a certificate will see."""
    bank = next((context.bank(one) for one in context.profiles), translate("Help", "Your bank"))
    name, issuer = (
        translate("Help", "your user ID"),
        translate("Help", "the certification authority of {bank}"),
    )
    issuer = issuer.replace("{bank}", bank)
    return (
        Choice(
            name,
            issuer,
            translate("Help", "today"),
            translate("Help", "in a year"),
            "1A2B3C",
            "",
            right=True,
        ),
        Choice(
            name,
            issuer,
            translate("Help", "a year ago"),
            translate("Help", "soon"),
            "0F1E2D",
            "",
            right=False,
        ),
    )


def _sentence(text: str) -> Sentence:
    made = Sentence()
    made.setText(text)
    return made


def _card(title: str, lines: Iterable[tuple[str, str]]) -> Card:
    """A name above each value: side by side, they would not fit with large text."""
    card, heading = Card(), CardTitle()
    heading.setText(title)
    card.body.addWidget(heading)
    for name, value in lines:
        if value:
            label, text = SmallText(), StrongText()
            label.setText(name)
            text.setText(value)
            text.setAccessibleName(f"{name} {value}")
            card.body.addWidget(label)
            card.body.addWidget(text)
    return card


def _column() -> QWidget:
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(Space.S)
    return column


def _add(column: QWidget, widget: QWidget) -> None:
    layout = column.layout()
    if layout is not None:
        layout.addWidget(widget)
