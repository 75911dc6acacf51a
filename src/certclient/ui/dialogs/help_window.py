"""Help: when to do what, and which certificate to choose when the browser asks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton, QVBoxLayout, QWidget

from certclient import __version__
from certclient.enrollment.overview import Overview, Row
from certclient.store.names import title_of
from certclient.ui.dialogs.error_dialog import close_box
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.parts import Heading, Sentence
from certclient.ui.widgets.scroll import Scroll
from certclient.ui.widgets.sizes import fitting_size

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QShowEvent

    from certclient.ui.context import AppContext


class HelpWindow(QDialog):
    """Not modal, so that the user can follow it in the main window."""

    about_requested = Signal()

    def __init__(self, context: AppContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._overview = Overview(context.clock())
        self._layout = QVBoxLayout()
        body = QWidget()
        body.setLayout(self._layout)
        self._chooser_heading = Heading()
        self._chooser = Sentence()
        self._renewal_heading = Heading()
        self._renewal = Sentence()
        self._usb_heading = Heading()
        self._usb = Sentence()
        self._contact_heading = Heading()
        self._contact = Sentence()
        for part in self._parts():
            self._layout.addWidget(part)
        self._layout.addStretch(1)
        buttons = close_box(self)
        buttons.rejected.connect(self.reject)
        self.about_button = QPushButton()
        self.about_button.clicked.connect(self.about_requested)
        buttons.addButton(self.about_button, QDialogButtonBox.ButtonRole.HelpRole)
        self.guide_button = QPushButton()
        self.guide_button.clicked.connect(self._open_guide)
        buttons.addButton(self.guide_button, QDialogButtonBox.ButtonRole.HelpRole)
        outer = QVBoxLayout(self)
        outer.addWidget(RehearsalBanner(context.rehearsal))
        outer.addWidget(Scroll(body), 1)
        outer.addWidget(buttons)
        self.resize(fitting_size(self, 44, 38))
        self._retranslate()

    def show_overview(self, overview: Overview) -> None:
        """Updates the list of usable certificates, at once if it is to be seen."""
        self._overview = overview
        self._outdated = True
        if self.isVisible():
            self._retranslate()

    def showEvent(self, event: QShowEvent) -> None:
        """Catches up with what has changed meanwhile."""
        if self._outdated:
            self._retranslate()
        super().showEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _guide(self) -> Path | None:
        """The user's guide in the current language; None if it is not installed."""
        folder = self._context.documentation
        if folder is None:
            return None
        page = folder / "docs" / f"guide.{self._context.languages.current.value}.html"
        return page if page.is_file() else None

    def _open_guide(self) -> None:
        guide = self._guide()
        if guide is not None:
            self._context.open_url(guide.as_uri())

    def _parts(self) -> list[Sentence]:
        return [
            self._chooser_heading,
            self._chooser,
            self._renewal_heading,
            self._renewal,
            self._usb_heading,
            self._usb,
            self._contact_heading,
            self._contact,
        ]

    def _retranslate(self) -> None:
        self._outdated = False
        self.setWindowTitle(self.tr("Help"))
        self.about_button.setText(self.tr("&About this program ({0})").format(__version__))
        self.guide_button.setText(self.tr("User's &guide"))
        self.guide_button.setVisible(self._guide() is not None)
        self._chooser_heading.setText(self.tr("Which certificate should I choose?"))
        self._chooser.setText(self._chooser_text())
        self._renewal_heading.setText(self.tr("Renew or obtain?"))
        self._renewal.setText(
            self.tr(
                'Renew while your certificate is valid: choose it in the list and press "Renew'
                ' certificate". After it has expired, or for the first one, press "Obtain a'
                " certificate\" and have the bank's letter with the user ID and the issue code at"
                " hand."
            )
        )
        self._usb_heading.setText(self.tr("USB token"))
        self._usb.setText(
            self.tr(
                "Plug the USB token in before you log in or renew, and remove it at once after you"
                " have logged out. Saving takes 30 seconds to a minute. Too many wrong PINs lock"
                " the token; only the bank can help then."
            )
        )
        self._contact_heading.setText(self.tr("Who can help"))
        self._contact.setText(self._contact_text())

    def _chooser_text(self) -> str:
        lines = [
            self.tr(
                "When you log in, the browser asks which certificate to use. Choose the one with"
                " the name of your user ID and the newest date:"
            )
        ]
        lines += [self._choice(row) for row in self._overview.rows if self._usable(row)]
        lines.append(
            self.tr(
                "The browser keeps a wrong choice: close all its windows and open it again, then"
                " it asks anew. Certificates that were put away are not offered."
            )
        )
        lines.append(self._browsers_text())
        return "\n".join(lines)

    def _browsers_text(self) -> str:
        if sys.platform == "win32":
            return self.tr(
                "Edge, Chrome and Firefox all offer the certificates saved in Windows: Firefox"
                " reads them by itself, and nothing has to be imported into it."
            )
        return self.tr(
            "Each browser has a certificate store of its own, except that Chrome, Chromium and Edge"
            " share one. Log in with the browser whose name the list shows; without a name, there"
            " is only one."
        )

    def _usable(self, row: Row) -> bool:
        return row.condition.counts and row.entry.life.days_left >= 0

    def _choice(self, row: Row) -> str:
        certificate, catalogue = row.entry.certificate, self._context.catalogue
        text = self.tr("• {name}: issued by {issuer}, valid until {until}, serial number {serial}")
        if title := title_of(row.entry.store):
            text = f"{text} ({title})"
        return text.format(
            name=certificate.common_name,
            issuer=certificate.issuer_common_name,
            until=catalogue.minute(certificate.not_after),
            serial=certificate.serial_hex,
        )

    def _contact_text(self) -> str:
        lines: list[str] = []
        language = self._context.languages.current.value
        for profile in self._context.profiles:
            text = self.tr("{bank}: users ask {user}; administrators ask {administrator}.")
            lines.append(
                text.format(
                    bank=self._context.bank(profile),
                    user=profile.contacts.user.for_language(language),
                    administrator=profile.contacts.administrator.for_language(language),
                )
            )
        return "\n".join(lines)
