"""What the help draws from the banks and certificates of this computer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from certclient.i18n.help_guide import Drawn
from certclient.ui.dialogs.help.choices import Choice, choices
from certclient.ui.dialogs.help.chooser import Browser, BrowserWindow
from certclient.ui.dialogs.help.letter import LetterPicture
from certclient.ui.widgets.buttons import LinkButton
from certclient.ui.widgets.card import Card
from certclient.ui.widgets.fields import RadioButton
from certclient.ui.widgets.parts import CardTitle, Facts, SecondaryText, Sentence
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from certclient.enrollment.overview import Overview
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
        card = Card()
        for one in right:
            title, facts = CardTitle(), Facts()
            title.setText(one.name)
            lines = [
                (translate("Help", "Issued by"), one.issuer),
                (translate("Help", "Valid until"), one.until),
                (translate("Help", "Serial number"), one.serial),
            ]
            facts.show_lines(
                lines + ([(translate("Help", "Saved in"), one.place)] if one.place else [])
            )
            card.body.addWidget(title)
            card.body.addWidget(facts)
        return card

    def _contacts(self) -> QWidget:
        profiles = self._context.profiles
        if not profiles:
            return _sentence(translate("Help", "No bank is set up on this computer."))
        column = _column()
        for profile in profiles:
            card = Card()
            title, facts = CardTitle(), Facts()
            title.setText(self._context.bank(profile))
            language = self._context.languages.current.value
            facts.show_lines(
                [
                    (
                        translate("Help", "Users ask"),
                        profile.contacts.user.for_language(language),
                    ),
                    (
                        translate("Help", "Administrators ask"),
                        profile.contacts.administrator.for_language(language),
                    ),
                ]
            )
            card.body.addWidget(title)
            card.body.addWidget(facts)
            _add(column, card)
        return column

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


class Chooser(QWidget):
    """The browsers to pick from, and the drawing of the one picked."""

    def __init__(self, lines: Sequence[Choice], host: str, *, own: bool) -> None:
        """`own`: `lines` are the customer's certificates, not an example."""
        super().__init__()
        self.pages = QStackedWidget()
        self.buttons = {browser: RadioButton() for browser in Browser}
        group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        for browser, button in self.buttons.items():
            button.setText(browser.value)
            group.addButton(button)
            row.addWidget(button)
            picture = BrowserWindow(browser, lines, host)
            self.pages.addWidget(picture)
            button.toggled.connect(
                lambda checked, one=picture: self.pages.setCurrentWidget(one) if checked else None
            )
        row.addStretch(1)
        first = Browser.EDGE if sys.platform == "win32" else _browser_of(lines)
        self.buttons[first].setChecked(True)
        about = SecondaryText()
        about.setText(
            translate(
                "Help", "This is about what the browser shows. Your own certificates are in it."
            )
            if own
            else translate(
                "Help",
                "This is about what the browser shows, with an example of a certificate.",
            )
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        if sum(one.right for one in lines) > 1:
            layout.addWidget(_sentence(_several()))
        layout.addLayout(row)
        layout.addWidget(self.pages)
        layout.addWidget(about)


def _several() -> str:
    return translate(
        "Help", "With several user IDs: choose the certificate of the one with which you log in."
    )


def _browser_of(lines: Sequence[Choice]) -> Browser:
    """On Linux: the browser that has the first certificate."""
    return Browser.FIREFOX if "Firefox" in lines[0].place else Browser.CHROME


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
