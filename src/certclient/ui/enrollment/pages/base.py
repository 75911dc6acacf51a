"""What every page of the wizard has: a heading, a body that scrolls, and a wish for buttons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget, QWizardPage

from certclient.ui.context import AppContext
from certclient.ui.enrollment.session import Session
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.parts import Heading, Scroll


@dataclass(frozen=True, slots=True)
class Button:
    """A button below the page: its text with a mnemonic, and what it does."""

    text: str
    press: Callable[[], None]
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Buttons:
    """What a page wants below it. `primary` is the default button; `close` is the text of the one
    that closes the window, "" for none."""

    primary: Button | None = None
    secondary: Button | None = None
    back: Button | None = None
    close: str = ""


class WizardPage(QWizardPage):
    """A page. It asks for buttons and never touches them: that is the wizard's."""

    buttons_changed = Signal()

    def __init__(self, session: Session) -> None:
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
        # A wizard's pages have another role, which children inherit.
        banner.setBackgroundRole(QPalette.ColorRole.Window)
        banner.setForegroundRole(QPalette.ColorRole.WindowText)
        outer.addWidget(banner)
        outer.addWidget(Scroll(body))

    @property
    def context(self) -> AppContext:
        return self.session.context

    def enter(self) -> None:
        """The page comes into view. Texts are set already."""

    def leave(self) -> None:
        """The page goes out of view."""

    def retranslate(self) -> None:
        """Sets every text in the language of now, from the session as it is now."""

    def buttons(self) -> Buttons:
        """What is wanted below the page now."""
        return Buttons(close=self.tr("&Close"))

    def may_close(self) -> bool:
        """False where the customer wants to stay after all. Asked on Esc and on the window's X."""
        return True

    def say_heading(self, text: str) -> None:
        self.heading.say(text)
        self.setAccessibleName(text)

    def refresh(self) -> None:
        """Texts and buttons again, after something changed."""
        self.retranslate()
        self.buttons_changed.emit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.LanguageChange:
            self.refresh()
        super().changeEvent(event)
