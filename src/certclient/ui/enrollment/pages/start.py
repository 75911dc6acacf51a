"""電子証明書更新開始 (seed S1): the destination and the one consent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QGroupBox,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from certclient.model.destination import Destination
from certclient.model.keys import Protection
from certclient.model.visible_text import visible
from certclient.store.base import SilentSigning
from certclient.store.names import title_of
from certclient.ui.enrollment.details import certificate_details
from certclient.ui.enrollment.navigation import WizardMode, WizardPageId, previous_page
from certclient.ui.enrollment.pages.base import Button, Buttons, WizardPage, sentences
from certclient.ui.widgets.parts import Facts, Framed, Note, Sentence, tool_tip

if TYPE_CHECKING:
    from certclient.ui.enrollment.places import Place
    from certclient.ui.enrollment.session import WizardSession

_RESCAN_MILLISECONDS = 2000
"""Milliseconds between two scans for tokens while the page is open."""


_AFTER_THE_ID = 2
"""Where the destination stands among the lines agreed to: above the fold with large text."""


class StartPage(WizardPage):
    """The current store is preselected; one that cannot be used shows why."""

    def __init__(self, session: WizardSession) -> None:
        super().__init__(session)
        self._places = QGroupBox()  # screen readers name it before its radio buttons
        self._places.setFlat(True)
        self._choices = QVBoxLayout(self._places)
        self._group = QButtonGroup(self)
        self._radios: dict[str, _Choice] = {}
        self._usb = Note()
        self._guide = QPushButton()
        self._guide.setFlat(True)
        self._guide.clicked.connect(self._open_guide)
        self._agree = Sentence()
        self._facts = Facts()
        self._key_stays = Sentence()
        self._windows_prompts = Note()
        # What is agreed to comes right after the choice: above the fold with large text, too.
        agreement = Framed(self._agree, self._facts, self._key_stays)
        parts: tuple[QWidget, ...]
        parts = (self._places, agreement, self._windows_prompts, self._usb, self._guide)
        for part in parts:
            self.body.addWidget(part)
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
        """Reuses the widgets of places that are still there, so that the focus stays."""
        scan = self.session.scan
        places = scan.places if scan is not None else ()
        kept = {place.key for place in places}
        for key in [key for key in self._radios if key not in kept]:
            self._radios.pop(key).remove(self._group)
        for place in places:
            if place.key not in self._radios:
                self._radios[place.key] = self._add(place)
        self.refresh()

    def _add(self, place: Place) -> _Choice:
        choice = _Choice()
        self._choices.addWidget(choice)
        self._group.addButton(choice.radio)
        key = place.key
        choice.radio.clicked.connect(lambda: self._choose(key))
        return choice

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
        self._places.setTitle(self.tr("Where is the new certificate to be stored?"))
        scan = self.session.scan
        for place in scan.places if scan is not None else ():
            if choice := self._radios.get(place.key):
                short, trouble = self._problem_text(place)
                choice.show_place(self._name(place), short, trouble, place.usable)
                choice.radio.setChecked(place == self.session.place)
        self._show_usb_text()
        self._show_consent()

    def _title(self) -> str:
        if self.session.wizard_state.mode is WizardMode.OBTAIN:
            return self.tr("Start obtaining the certificate")
        return self.tr("Start the certificate renewal")

    def _name(self, place: Place) -> str:
        name = self._action_name(place)
        title = title_of(place.store) if place.store is not None else ""
        # The mnemonic is ours; an ampersand of the store's is a letter.
        notes = [title.replace("&", "&&")] if title else []
        if place.present:
            notes.append(self.tr("used now"))
        return f"{name}  ({', '.join(notes)})" if notes else name

    def _action_name(self, place: Place) -> str:
        if place.destination is Destination.USB:
            return self.tr("Save to the &USB token")
        if self._is_further(place):
            return self.tr("Save to this PC")
        return self.tr("Save to this &PC")

    def _is_further(self, place: Place) -> bool:
        """Whether an earlier line has the mnemonic."""
        scan = self.session.scan
        places = scan.places if scan is not None else ()
        first = next((one for one in places if one.destination is place.destination), place)
        return first.key != place.key

    def _problem_text(self, place: Place) -> tuple[str, str]:
        """Returns why `place` cannot be used, in short and with what helps. Advice about a place
        takes room from the agreement only where no other place can be chosen, or where it names
        what is wrong with a folder."""
        if place.destination.value in self.session.profile.excluded_destinations:
            text = self.tr("Your administrator's settings do not allow this place.")
            return text, text
        if not place.allowed:
            text = self.tr("This bank does not allow this place.")
            return text, text
        if place.problem is None:
            return "", ""
        shown = self.context.catalogue.error(place.problem)
        # The advice about a folder refers to it.
        details = shown.details if "problem" in place.problem.data else ()
        whole = "\n".join((f"{shown.title} — {shown.next_step}", *details))
        return (shown.title if self.session.place and not details else whole), whole

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
        self._guide.setVisible(bool(self.session.profile.usb_guide_url) and self._usb_offered())
        self._guide.setText(self.tr("About the USB token, and its &software for download"))

    def _usb_offered(self) -> bool:
        return Destination.USB.value in self.session.profile.destinations

    def _show_consent(self) -> None:
        place = self.session.place
        self._agree.set_text(self._question())
        lines = certificate_details(self.session)
        if place is not None:
            lines.insert(_AFTER_THE_ID, (self.tr("Stored in"), self._stored_in(place)))
        self._facts.show_lines(lines)
        self._key_stays.set_text(self._consent_text(place))
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

    def _consent_text(self, place: Place | None) -> str:
        if place is None and self._can_choose():
            return self.tr("Please choose above where the certificate is to be stored.")
        if place is None:
            return self.tr("No place can be used at the moment. Plug the token in, for example.")
        if self.session.current is None:
            return self.tr("A new key is made in the chosen place and never leaves it.")
        return self.tr(
            "A new key is made in the chosen place and never leaves it. The present "
            "certificate stays as it is until the new one has proven that it works."
        )

    def _can_choose(self) -> bool:
        scan = self.session.scan
        return scan is not None and any(place.usable for place in scan.places)

    def _question(self) -> str:
        if self.session.wizard_state.mode is WizardMode.OBTAIN:
            return self.tr("With “Obtain” you agree that this certificate is obtained:")
        return self.tr("With “Renew” you agree that this certificate is renewed:")

    def _stored_in(self, place: Place) -> str:
        name = self.context.catalogue.destination(place.destination)
        title = title_of(place.store) if place.store is not None else ""
        if title in ("", name):
            return name
        return self.tr("{place} “{name}”").format(place=name, name=title)

    def primary_texts(self) -> tuple[str, ...]:
        """See WizardPage.primary_texts."""
        return (self.tr("&Obtain"), self.tr("&Renew"))

    def spoken(self) -> str:
        """Where it will be stored, and what the button agrees to."""
        place = self.session.place
        where = self._stored_in(place) if place is not None else ""
        stored = f"{self.tr('Stored in')} {where}" if where else self._key_stays.text()
        return sentences(super().spoken(), stored, self._agree.text())

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


class _WideRadio(QRadioButton):
    """Accepts clicks anywhere in its line, not just on its text."""

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)


class _Choice(QWidget):
    """One place: its radio button, and why it cannot be chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.radio = _WideRadio()
        self._problem_text = Sentence()
        self._problem_text.setIndent(24)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.radio)
        layout.addWidget(self._problem_text)

    def show_place(self, name: str, short: str, trouble: str, usable: bool) -> None:
        """`short`: why it cannot be chosen; `trouble`: that, and what helps."""
        self.radio.setText(visible(name))
        self.radio.setEnabled(usable)
        self.radio.setAccessibleDescription(trouble)
        self.radio.setToolTip(tool_tip(trouble))
        self._problem_text.set_text(short)

    def remove(self, group: QButtonGroup) -> None:
        group.removeButton(self.radio)
        self.setParent(None)
        self.deleteLater()
