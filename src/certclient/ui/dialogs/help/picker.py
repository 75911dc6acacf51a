"""The browsers to pick from, above the drawing of the one that is picked."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QButtonGroup, QStackedWidget, QVBoxLayout, QWidget

from certclient.ui.dialogs.help.chooser import Browser, BrowserWindow
from certclient.ui.widgets.fields import RadioButton
from certclient.ui.widgets.flow import FlowLayout
from certclient.ui.widgets.parts import SecondaryText, Sentence
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.ui.dialogs.help.choices import Choice

translate = QCoreApplication.translate


class Chooser(QWidget):
    """The browsers to pick from, and the drawing of the one picked."""

    def __init__(self, lines: Sequence[Choice], host: str, *, own: bool) -> None:
        """`own`: `lines` are the customer's certificates, not an example."""
        super().__init__()
        self.pages = QStackedWidget()
        self.buttons = {browser: RadioButton() for browser in Browser}
        group = QButtonGroup(self)
        row = FlowLayout()
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
            several = Sentence()
            several.setText(_several())
            layout.addWidget(several)
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
