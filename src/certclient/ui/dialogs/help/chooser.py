"""The browser's window in which a certificate is chosen, drawn with the right line marked.

Each browser words and arranges it differently. The texts are those of Chromium, Edge and Firefox;
the certificates are the customer's own where they are known.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from certclient.ui.widgets.card import Card
from certclient.ui.widgets.painting import draw_box, painter_of
from certclient.ui.widgets.parts import PlainLabel, SecondaryText, SmallText, StrongText
from certclient.ui.widgets.status import StatusPill
from certclient.ui.widgets.tokens import Radius, Severity, Space, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from certclient.ui.dialogs.help.choices import Choice


class Browser(enum.Enum):
    """The browsers that are drawn; the value is the name that users know."""

    EDGE = "Edge"
    CHROME = "Chrome"
    FIREFOX = "Firefox"


_SITE = "bank.example.jp"
_SHORT = 12
"""Characters of a serial number in a list that is folded up."""


translate = QCoreApplication.translate


class BrowserWindow(Card):
    """A drawing, not a window to use: nothing in it takes the focus; it is described in words."""

    def __init__(self, browser: Browser, choices: Sequence[Choice], host: str) -> None:
        """`choices`: at least one. `host`: of the bank's login page, "" for an example."""
        super().__init__()
        self.browser = browser
        site = host or _SITE
        title, request = _words(browser, site)
        heading, sentence = StrongText(), SecondaryText()
        heading.setText(title)
        sentence.setText(request)
        self.body.addWidget(heading)
        self.body.addWidget(sentence)
        if browser is Browser.FIREFOX:
            self._draw_firefox(choices)
        else:
            for choice in choices:
                self.body.addWidget(
                    _Line(choice.name, _details(browser, choice), right=choice.right)
                )
            names = (
                translate("Browser", "Certificate information"),
                translate("Browser", "Cancel"),
                translate("Browser", "OK"),
            )
            self.body.addWidget(_Buttons(names if browser is Browser.CHROME else _edge(names)))
        self.body.addStretch(1)
        self.setAccessibleName(browser.value)
        self.setAccessibleDescription(described(choices))

    def _draw_firefox(self, choices: Sequence[Choice]) -> None:
        """One line of a list that is folded up, with the details below."""
        right = choices[0]
        self.body.addWidget(
            _Line(f"{right.name} [{_groups(right.serial)[:_SHORT]}…]  ▾", "", right=True)
        )
        for text in (
            translate("Browser", "Details of selected certificate:"),
            *_firefox_details(right),
        ):
            label = SmallText()
            label.setText(text)
            self.body.addWidget(label)
        self.body.addWidget(_Buttons((translate("Browser", "Cancel"), translate("Browser", "OK"))))


def described(choices: Sequence[Choice]) -> str:
    """The drawing in words, for screen readers."""
    text = translate(
        "Browser",
        "Choose this one: {name}, issued by {issuer}, valid until {until}, serial {serial}",
    )
    return "\n".join(
        text.format(name=one.name, issuer=one.issuer, until=one.until, serial=one.serial)
        for one in choices
        if one.right
    )


def _words(browser: Browser, site: str) -> tuple[str, str]:
    """Title and request, as the browser words them."""
    if browser is Browser.FIREFOX:
        title = translate("Browser", "User Identification Request")
        request = translate(
            "Browser", "“{site}” has requested that you identify yourself with a certificate:"
        )
    elif browser is Browser.EDGE:
        title = translate("Browser", "Select a certificate for authentication")
        request = translate("Browser", "Site {site}:443 needs your credentials:")
    else:
        title = translate("Browser", "Select a certificate")
        request = translate(
            "Browser", "Select a certificate to authenticate yourself to {site}:443"
        )
    return title, request.replace("{site}", site)


def _edge(names: tuple[str, str, str]) -> tuple[str, str, str]:
    """Edge has its buttons in another order."""
    information, cancel, accept = names
    return information, accept, cancel


def _details(browser: Browser, choice: Choice) -> str:
    """What stands beside a certificate's name."""
    place = f" ({choice.place})" if choice.place else ""
    if browser is Browser.EDGE:
        return f"{choice.issuer}\n{choice.since} – {choice.until}{place}"
    text = translate("Browser", "Issuer: {issuer}   Serial: {serial}")
    return text.format(issuer=choice.issuer, serial=choice.serial) + place


def _firefox_details(choice: Choice) -> Sequence[str]:
    return (
        translate("Browser", "Issued to: {name}").replace("{name}", f"CN={choice.name}"),
        translate("Browser", "Serial number: {serial}").replace("{serial}", _groups(choice.serial)),
        translate("Browser", "Valid until {until}").replace("{until}", choice.until),
        translate("Browser", "Issued by: {issuer}").replace("{issuer}", f"CN={choice.issuer}"),
    )


def _groups(serial: str) -> str:
    """A serial number as Firefox writes it: 0A:1B:2C."""
    digits = serial if len(serial) % 2 == 0 else f"0{serial}"
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))


class _Line(QWidget):
    """A certificate in the list; the right one has a frame, a mark and a word for it."""

    def __init__(self, name: str, details: str, *, right: bool) -> None:
        super().__init__()
        self.right = right
        title, below = StrongText() if right else PlainLabel(), SmallText()
        title.setText(name)
        below.set_text(details)
        # One below the other: with large text, they would not fit side by side.
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.S, Space.S, Space.S, Space.S)
        column.setSpacing(Space.XS)
        column.addWidget(title)
        column.addWidget(below)
        if right:
            mark = StatusPill()
            mark.show_state(Severity.SUCCESS, translate("Browser", "This one"), "check")
            column.addWidget(mark, 0, Qt.AlignmentFlag.AlignLeft)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the frame of the right one, and a faint one of the others."""
        colours, painter = tokens(), painter_of(self)
        ground, line, width = None, colours.line, 1
        if self.right:
            ground, line, width = colours.accent_ground, colours.accent, 2
        draw_box(painter, QRectF(self.rect()), Radius.CONTROL, ground, line, width)
        painter.end()


class _Buttons(QWidget):
    """The browser's buttons, drawn as what they are: a picture."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        for name in names:
            row.addWidget(_DrawnButton(name))


class _DrawnButton(PlainLabel):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.setText(text)
        self.setContentsMargins(Space.S, Space.XS, Space.S, Space.XS)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws a frame below the text."""
        painter = painter_of(self)
        draw_box(painter, QRectF(self.rect()), Radius.CONTROL, None, tokens().line)
        painter.end()
        super().paintEvent(event)
