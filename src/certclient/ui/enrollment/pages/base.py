"""What all wizard pages share: a heading, a scrolling body and a description of their buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from certclient.ui.widgets.button_bar import Button, Buttons
from certclient.ui.widgets.parts import Heading, sentences
from certclient.ui.widgets.scroll import Scroll
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from certclient.ui.context import AppContext
    from certclient.ui.enrollment.session import WizardSession

__all__ = ["Button", "Buttons", "WizardPage", "sentences"]


class WizardPage(QWidget):
    """A page. It describes its buttons, focus and announcement; only the wizard acts on them.

    `head` is the line with the heading, for a picture beside it; `body` has all the rest.
    """

    buttons_changed = Signal()
    """Same page, other buttons."""
    renewed = Signal()
    """The page shows something else, such as a question: like another page."""

    def __init__(self, session: WizardSession) -> None:
        super().__init__()
        self.session = session
        body = QWidget()
        self.heading = Heading()
        self.body = QVBoxLayout(body)
        self.body.setContentsMargins(Space.L, Space.S + Space.XS, Space.L, 0)
        self.body.setSpacing(Space.S + Space.XS)
        self.head = QHBoxLayout()
        self.head.setSpacing(Space.M)
        self.head.addWidget(self.heading, 1)
        self.body.addLayout(self.head)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.scroll_area = Scroll(body)
        outer.addWidget(self.scroll_area)

    @property
    def context(self) -> AppContext:
        """Same as `session.context`."""
        return self.session.context

    def enter(self) -> None:
        """Called when the page comes into view, after `retranslate`."""

    def settle(self) -> None:
        """Called when the focus is where it belongs: hides what the page showed before."""

    def leave(self) -> None:
        """Called when the page goes out of view."""

    def retranslate(self) -> None:
        """Sets all texts from the current language and session."""

    def buttons(self) -> Buttons:
        """Returns the buttons needed now."""
        return Buttons(close=self.tr("&Close"))

    @classmethod
    def primary_texts(cls) -> tuple[str, ...]:
        """Returns every text that the primary button can have on this page, so that its place is
        wide enough from the first page on, before this one is made."""
        return ()

    def first_field(self) -> QWidget | None:
        """Returns the field to fill in first: the first empty or wrong one. None on a page without
        a field, where the default button gets the focus."""
        return None

    def spoken(self) -> str:
        """Returns what a screen reader says when the page comes into view."""
        return self.heading.text()

    @property
    def urgent(self) -> bool:
        """Whether a screen reader says it at once (errors)."""
        return False

    def escape(self) -> bool:
        """Called on Esc: goes back if the page can, and returns True. False closes the window."""
        back = self.buttons().back
        if back is None:
            return False
        back.press()
        return True

    def may_close(self) -> bool:
        """Called when the window is to be closed. Returns False if the user decides to stay."""
        return True

    def set_heading(self, text: str) -> None:
        """Sets the heading and the page's accessible name."""
        self.heading.set_text(text)
        self.setAccessibleName(text)

    def refresh(self) -> None:
        """Updates texts and buttons after a change."""
        self.retranslate()
        self.buttons_changed.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Refreshes texts and buttons on a language switch."""
        if event.type() is QEvent.Type.LanguageChange:
            self.refresh()
        super().changeEvent(event)
