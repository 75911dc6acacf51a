"""What all wizard pages share: a heading, a scrolling body and a description of their buttons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget, QWizardPage

from certclient.ui.context import AppContext
from certclient.ui.enrollment.session import WizardSession
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.parts import Heading, Scroll


@dataclass(frozen=True, slots=True)
class Button:
    """A button below the page: its text with a mnemonic, and its action."""

    text: str
    press: Callable[[], None]
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Buttons:
    """The buttons a page needs. `primary` is the default button; `close` is the text of the close
    button, "" for none."""

    primary: Button | None = None
    secondary: Button | None = None
    back: Button | None = None
    close: str = ""


class WizardPage(QWizardPage):
    """A page. It describes its buttons; only the wizard touches them."""

    buttons_changed = Signal()

    def __init__(self, session: WizardSession) -> None:
        super().__init__()
        self.session = session
        body = QWidget()
        self.heading = Heading()
        self.body = QVBoxLayout(body)
        margin = self.fontMetrics().height()
        self.body.setContentsMargins(margin, margin, margin, margin // 2)
        self.body.setSpacing(margin // 2)
        self.body.addWidget(self.heading)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        banner = RehearsalBanner(session.context.rehearsal)
        # QWizard gives its pages other colour roles, which children inherit.
        banner.setBackgroundRole(QPalette.ColorRole.Window)
        banner.setForegroundRole(QPalette.ColorRole.WindowText)
        outer.addWidget(banner)
        outer.addWidget(Scroll(body))

    @property
    def context(self) -> AppContext:
        """Same as `session.context`."""
        return self.session.context

    def enter(self) -> None:
        """Called when the page comes into view, after `retranslate`."""

    def leave(self) -> None:
        """Called when the page goes out of view."""

    def retranslate(self) -> None:
        """Sets all texts from the current language and session."""

    def buttons(self) -> Buttons:
        """Returns the buttons needed now."""
        return Buttons(close=self.tr("&Close"))

    def may_close(self) -> bool:
        """Called on Esc and on the window's X. Returns False if the user decides to stay."""
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
