"""電子証明書更新開始 (seed S1): the destination and the one consent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, QTimer

from certclient.model.destination import Destination
from certclient.model.keys import Protection
from certclient.store.base import SilentSigning
from certclient.ui.enrollment.navigation import WizardMode, WizardPageId, previous_page
from certclient.ui.enrollment.pages.base import Button, Buttons, WizardPage, sentences
from certclient.ui.enrollment.pages.consent import Consent, question_of_places
from certclient.ui.enrollment.pages.place_choice import PlaceChoice
from certclient.ui.widgets.buttons import LinkButton
from certclient.ui.widgets.parts import Callout, SecondaryText, StrongText
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from certclient.ui.enrollment.places import Place
    from certclient.ui.enrollment.session import WizardSession

_RESCAN_MILLISECONDS = 2000
"""Milliseconds between two scans for tokens while the page is open."""


class StartPage(WizardPage):
    """The current store is preselected; one that cannot be used shows why."""

    def __init__(self, session: WizardSession) -> None:
        super().__init__(session)
        self._where = StrongText()
        self._choice = PlaceChoice(session)
        self._choice.chosen.connect(self._choose)
        self._consent = Consent(session)
        self._windows_prompts, self._usb = Callout(), SecondaryText()
        self._guide = LinkButton()
        self._guide.clicked.connect(self._open_guide)
        self.body.setSpacing(Space.S)
        # What is agreed to comes right after the choice: above the fold with large text, too.
        for part in (self._where, self._choice, self._consent, self._windows_prompts, self._usb):
            self.body.addWidget(part)
        self.body.addWidget(self._guide, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addStretch()
        self._timer = QTimer(self)
        self._timer.setInterval(_RESCAN_MILLISECONDS)
        self._timer.timeout.connect(self._scan)
        self._scanning = False
        session.places_changed.connect(self._show_places)

    def enter(self) -> None:
        """Starts periodic scans."""
        self._scanning = False
        self._show_places()
        self._timer.start()

    def leave(self) -> None:
        """Stops the periodic scans."""
        self._timer.stop()

    def _scan(self) -> None:
        if not self._scanning:
            self._scanning = True
            self.session.scan_stores(self._scanned)

    def _scanned(self) -> None:
        self._scanning = False

    def _show_places(self) -> None:
        scan = self.session.scan
        self._choice.show_places(scan.places if scan is not None else ())
        self.refresh()

    def _choose(self, key: str) -> None:
        scan = self.session.scan
        for place in scan.places if scan is not None else ():
            if place.key == key:
                self.session.place = place
        self.refresh()

    def _open_guide(self) -> None:
        self.context.open_url(self.session.profile.usb_guide_url)

    # Texts

    def retranslate(self) -> None:
        """See WizardPage.retranslate."""
        self.set_heading(self._title())
        self._where.setText(question_of_places())
        self._choice.setAccessibleName(question_of_places())
        self._choice.retranslate()
        self._consent.show_place(self.session.place)
        self._show_usb_text()
        self._show_prompts(self.session.place)

    def _title(self) -> str:
        if self.session.wizard_state.mode is WizardMode.OBTAIN:
            return self.tr("Start obtaining the certificate")
        return self.tr("Start the certificate renewal")

    def _show_usb_text(self) -> None:
        place = self.session.place
        to_usb = place is not None and place.destination is Destination.USB
        self._usb.set_text(
            self.tr(
                "Saving to the USB token takes about 30 seconds to 1 minute; leave it plugged in "
                "until it is done. Beforehand, the token has to be ordered from your bank and its "
                "software installed."
            )
            if to_usb
            else ""
        )
        offered = Destination.USB.value in self.session.profile.destinations
        self._guide.setVisible(bool(self.session.profile.usb_guide_url) and offered)
        self._guide.setText(self.tr("About the USB token, and its &software for download"))

    def _show_prompts(self, place: Place | None) -> None:
        self._windows_prompts.set_text(
            self.tr(
                "On the way, Windows itself asks whether the key may be used. Please choose “OK” "
                "or “Allow”; if the key has a password, enter it."
            )
            if self._windows_prompts_for(place)
            else ""
        )

    def _windows_prompts_for(self, place: Place | None) -> bool:
        """Returns whether the current key has, or the new one will have, セキュリティレベル 「中」
        or 「高」."""
        protected = self.session.profile.key.protection is not Protection.NONE
        of_windows = place is not None and isinstance(place.store, SilentSigning)
        return self.session.key_prompts or (protected and of_windows)

    @classmethod
    def primary_texts(cls) -> tuple[str, ...]:
        """See WizardPage.primary_texts."""
        translate = QCoreApplication.translate
        return (translate("StartPage", "&Obtain"), translate("StartPage", "&Renew"))

    def spoken(self) -> str:
        """Where it will be stored, and what the button agrees to."""
        place = self.session.place
        stored = self._consent.key_stays
        if place is not None:
            stored = self.tr("Stored in {place}").format(place=self._consent.stored_in(place))
        return sentences(super().spoken(), stored, self._consent.question)

    def buttons(self) -> Buttons:
        """更新 or 取得 is the consent; enabled once a place is chosen."""
        obtaining = self.session.wizard_state.mode is WizardMode.OBTAIN
        text = self.tr("&Obtain") if obtaining else self.tr("&Renew")
        ready = self.session.place is not None
        back = None
        if previous_page(WizardPageId.START, self.session.wizard_state) is not None:
            back = Button(self.tr("&Back"), lambda: self.session.back(WizardPageId.START))
        return Buttons(
            primary=Button(text, lambda: self.session.forward(WizardPageId.START), ready),
            back=back,
            close=self.tr("&Cancel"),
        )
