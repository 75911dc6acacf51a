"""Something went wrong: what, why, what to do next, and a button that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from certclient import __version__
from certclient.enrollment.procedure import Pending, State
from certclient.i18n.catalogue import Shown
from certclient.model.errors import CertclientError, ErrorCode, Kind
from certclient.ui.enrollment.messages import actions, for_support
from certclient.ui.enrollment.navigation import Action
from certclient.ui.enrollment.pages.base import Button, Buttons, WizardPage
from certclient.ui.enrollment.session import Session
from certclient.ui.widgets.parts import Note, Sentence


class ProblemPage(WizardPage):
    """The first action is the default button; the others stand in the page."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._sentence, self._details, self._help = Sentence(), Sentence(), Sentence()
        self._unconfirmed = Sentence()
        self._code, self._said = Sentence(), Sentence()
        self._next = Note()
        self._choices = QWidget()
        layout = QVBoxLayout(self._choices)
        layout.setContentsMargins(0, 0, 0, 0)
        for part in (
            self._sentence,
            self._unconfirmed,
            self._next,
            self._details,
            self._help,
            self._code,
        ):
            self.body.addWidget(part)
        self.body.addWidget(self._choices)
        self.body.addWidget(self._said)
        self.body.addStretch()
        self.action_buttons: dict[Action, QPushButton] = {}
        for action in Action:
            button = QPushButton()
            button.setAutoDefault(False)
            button.clicked.connect(self._deeds()[action])
            layout.addWidget(button, alignment=Qt.AlignmentFlag.AlignLeft)
            self.action_buttons[action] = button

    def enter(self) -> None:
        self._said.say("")

    @property
    def _error(self) -> CertclientError:
        journey = self.session.journey
        if journey.error is not None:
            return journey.error
        cleaned_up = isinstance(journey.outcome, Pending) and journey.outcome.state is (
            State.ABANDONED
        )
        return CertclientError(ErrorCode.CONSENT_REFUSED if cleaned_up else ErrorCode.INTERNAL)

    def _actions(self) -> list[Action]:
        has_guide = bool(self.session.profile.usb_guide_url)
        return actions(self._error, self.session.journey, has_usb_guide=has_guide)

    def _shown(self) -> Shown:
        current = self.session.current
        contact = self.context.contact(self.session.profile, current.owner if current else None)
        return self.context.words.error(self._error, contact)

    def retranslate(self) -> None:
        shown = self._shown()
        self.say_heading(shown.title)
        self._sentence.say(shown.sentence)
        self._unconfirmed.say(self._stays_online() if self.session.journey.unconfirmed else "")
        self._next.say(shown.next_step)
        self._details.say("\n".join(shown.details))
        self._help.say(shown.help)
        failure = self._error.code.kind is not Kind.NOTHING_TO_DO
        self._code.say(self.tr("Error code: {code}").format(code=shown.code) if failure else "")
        wanted = self._actions()
        texts = self._texts()
        primary = self._primary(wanted)
        for action, button in self.action_buttons.items():
            button.setText(texts[action])
            button.setVisible(action in wanted and action is not primary)

    def _stays_online(self) -> str:
        return self.tr(
            "The new certificate is stored, but the bank does not know yet that it has arrived. "
            "Please leave this PC on and online for a moment: this program tries again by itself."
        )

    def _texts(self) -> Mapping[Action, str]:
        return {
            Action.RETRY: self.tr("&Try again"),
            Action.CHOOSE_PLACE: self.tr("Choose another &place"),
            Action.OBTAIN: self.tr("&Obtain a certificate"),
            Action.OPEN_USB_GUIDE: self.tr("About the USB token, and its &software for download"),
            Action.COPY_FOR_SUPPORT: self.tr("Copy for the &support desk"),
            Action.CLOSE: self.tr("&Close"),
        }

    def _deeds(self) -> Mapping[Action, Callable[[], None]]:
        return {
            Action.RETRY: self.session.retry,
            Action.CHOOSE_PLACE: self.session.choose_again,
            Action.OBTAIN: self.session.obtain,
            Action.OPEN_USB_GUIDE: self._open_guide,
            Action.COPY_FOR_SUPPORT: self._copy,
            Action.CLOSE: lambda: self.session.moved.emit(None),
        }

    @staticmethod
    def _primary(wanted: list[Action]) -> Action | None:
        """What the default button does; copying is never the way on."""
        return wanted[0] if wanted and wanted[0] is not Action.COPY_FOR_SUPPORT else None

    def buttons(self) -> Buttons:
        primary = self._primary(self._actions())
        if primary is Action.CLOSE or primary is None:
            return Buttons(close=self.tr("&Close"))
        button = Button(self._texts()[primary], self._deeds()[primary])
        return Buttons(primary=button, close=self.tr("&Close"))

    def _open_guide(self) -> None:
        self.context.open_url(self.session.profile.usb_guide_url)

    def _copy(self) -> None:
        facts = {
            "certclient": __version__,
            "profile": self.session.profile.id,
            "user": self.session.journey.user_id,
            "time": self.context.clock().isoformat(timespec="seconds"),
        }
        QGuiApplication.clipboard().setText(for_support(self._shown(), facts))
        self._said.say(self.tr("Copied. Paste it into a message to the support desk."))
