"""The wizard: 更新 and 取得 from the first page to 「このウィンドウを閉じる」. It alone touches the
buttons; pages say what they want."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QAbstractButton, QDialog, QPushButton, QWidget, QWizard

from certclient.enrollment.procedure import Kind
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.lifecycle import lifecycle
from certclient.model.profile import Profile
from certclient.model.secret import Secret
from certclient.store.base import StoredCertificate
from certclient.ui.context import AppContext
from certclient.ui.enrollment.navigation import Current, Journey, Page, Way, first_page, renewing
from certclient.ui.enrollment.pages.base import Button, WizardPage
from certclient.ui.enrollment.pages.checks import ChecksPage
from certclient.ui.enrollment.pages.done import DonePage
from certclient.ui.enrollment.pages.letter import LetterPage
from certclient.ui.enrollment.pages.notice import NoticePage
from certclient.ui.enrollment.pages.paused import PausedPage
from certclient.ui.enrollment.pages.problem import ProblemPage
from certclient.ui.enrollment.pages.start import StartPage
from certclient.ui.enrollment.pages.too_late import TooLatePage
from certclient.ui.enrollment.pages.waiting import WaitingPage
from certclient.ui.enrollment.pages.work import WorkPage
from certclient.ui.enrollment.session import Session
from certclient.ui.widgets.sizes import fitting_size

_SIZE_IN_LINES = (46, 46)
"""Width and height in heights of a line of text; never more than the screen has."""

_PRIMARY = QWizard.WizardButton.CustomButton1
_SECONDARY = QWizard.WizardButton.CustomButton2
_BACK = QWizard.WizardButton.CustomButton3
_CLOSE = QWizard.WizardButton.CancelButton


class EnrollmentWizard(QWizard):
    """One procedure's window. Closing it in the middle is safe: the procedure goes on in the
    background, and the window comes back if it has a question."""

    finished_with = Signal(object)
    """Each time a run ends: enrollment.procedure.Finished or Pending, or the CertclientError."""
    left_unconfirmed = Signal()
    """It is closed before the bank knows that the new certificate has arrived."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        session.setParent(self)
        self._entered = False
        self._presses: dict[QWizard.WizardButton, Callable[[], None]] = {}
        self._pages = self._make_pages()
        # Modern paints pages in the fields' own colour: on dark ground they could not be seen.
        self.setWizardStyle(QWizard.WizardStyle.ClassicStyle)
        self.setOption(QWizard.WizardOption.NoDefaultButton)
        self.setOption(QWizard.WizardOption.NoBackButtonOnStartPage)
        for which in (_PRIMARY, _SECONDARY, _BACK):
            self.button(which).clicked.connect(lambda _checked=False, w=which: self._press(w))
        self.setStartId(first_page(session.journey))
        session.moved.connect(self._move)
        session.run_ended.connect(self.finished_with)
        self._retitle()
        self.resize(fitting_size(self, *_SIZE_IN_LINES))

    # How the rest of the program opens it

    @classmethod
    def renew(
        cls,
        context: AppContext,
        stored: StoredCertificate,
        parent: QWidget | None = None,
        *,
        notice: bool = False,
        ticket: Secret | None = None,
    ) -> EnrollmentWizard:
        """更新 of `stored`, or what its date makes of it (取得 after expiry, whom to ask later).

        `notice`: it opens by itself, so it begins with 電子証明書更新通知. `ticket`: what a bank's
        link brought. Raises CertclientError(CERTIFICATE_NOT_FOUND) for a certificate of no known
        bank.
        """
        for profile in context.profiles:
            owner = stored.certificate.owner(profile.subject_rule)
            if owner is not None:
                life = lifecycle(stored.certificate.not_after, context.clock(), profile.renewal)
                journey = renewing(Current(stored, owner, life), notice=notice)
                return cls(Session(context, profile, journey, ticket), parent)
        serial = stored.certificate.serial_hex
        raise CertclientError(ErrorCode.CERTIFICATE_NOT_FOUND, serial=serial)

    @classmethod
    def obtain(
        cls,
        context: AppContext,
        user_id: str = "",
        parent: QWidget | None = None,
        *,
        profile_id: str = "",
        ticket: Secret | None = None,
    ) -> EnrollmentWizard:
        """取得 with an issue code, or with the `ticket` of a bank's link.

        `profile_id`: the bank; of several the customer else chooses one on the first page. Raises
        CertclientError(PROFILE_NOT_FOUND).
        """
        profile = context.profile(profile_id) if profile_id else _first(context)
        if profile is None:
            raise CertclientError(ErrorCode.PROFILE_NOT_FOUND, file=profile_id)
        journey = Journey(Way.OBTAIN, user_id=user_id)
        return cls(Session(context, profile, journey, ticket), parent)

    @classmethod
    def resume(
        cls,
        context: AppContext,
        procedure_id: str,
        parent: QWidget | None = None,
        *,
        kind: Kind | None = None,
    ) -> EnrollmentWizard:
        """Goes on with an interrupted procedure at once; its customer has agreed already.

        `kind`: 更新 or 取得, for the window's title.
        """
        # Whose procedure it is, the first look around finds out.
        profile = _first(context)
        if profile is None:
            raise CertclientError(ErrorCode.PROFILE_NOT_FOUND)
        journey = Journey(Way.RESUME, procedure_id=procedure_id, kind=kind)
        return cls(Session(context, profile, journey), parent)

    # Pages

    def _make_pages(self) -> dict[Page, WizardPage]:
        session = self.session
        letter = LetterPage(session)
        pages: dict[Page, WizardPage] = {
            Page.NOTICE: NoticePage(session),
            Page.LETTER: letter,
            Page.CHECKS: ChecksPage(session),
            Page.START: StartPage(session),
            Page.WORK: WorkPage(session, letter),
            Page.DONE: DonePage(session),
            Page.WAITING: WaitingPage(session),
            Page.PAUSED: PausedPage(session),
            Page.TOO_LATE: TooLatePage(session),
            Page.PROBLEM: ProblemPage(session),
        }
        for page_id, page in pages.items():
            self.setPage(page_id, page)
            page.buttons_changed.connect(lambda p=page: self._show_buttons(p))
        return pages

    @property
    def page_now(self) -> WizardPage | None:
        return self._pages.get(Page(self.currentId())) if self.currentId() >= 0 else None

    def _move(self, page: Page | None) -> None:
        if page is None:
            self.accept()
            return
        self.show_page(page)
        self._pages[page].enter()
        self._set_focus(self._pages[page])

    def show_page(self, page: Page) -> None:
        """Shows a page as the session is now, without what the page does by itself when it is
        reached (checking, running)."""
        before = self.page_now
        if before is not None:
            before.leave()
        self.setCurrentId(page)
        self._pages[page].retranslate()
        self._show_buttons(self._pages[page])

    def _set_focus(self, page: WizardPage) -> None:
        if not page.isAncestorOf(self.focusWidget() or self):
            self.default_button.setFocus()

    @property
    def default_button(self) -> QAbstractButton:
        """What Enter presses."""
        return self.button(_PRIMARY if _PRIMARY in self._presses else _CLOSE)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        page = self.page_now
        if not self._entered and page is not None:
            self._entered = True
            self._move(Page(self.currentId()))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.LanguageChange:
            self._retitle()
        super().changeEvent(event)

    def _retitle(self) -> None:
        obtaining = self.session.journey.obtains
        self.setWindowTitle(
            self.tr("Obtain a certificate") if obtaining else self.tr("Certificate renewal")
        )

    # Closing

    def reject(self) -> None:
        """Esc, the window's X and the button. Asks only where something typed would be lost."""
        page = self.page_now
        if page is None or page.may_close():
            super().reject()

    def done(self, result: int) -> None:
        """Goes when nothing runs any more; a run goes on without its window."""
        page = self.page_now
        # Not QWizard's, which forgets the page: a question may bring the window back.
        QDialog.done(self, result)
        if isinstance(page, WorkPage) and page.asking:
            page.cancel_question()
        if self._is_unconfirmed(page):
            self.left_unconfirmed.emit()
        if self.session.run is None:
            self._leave()
        else:
            self.session.run_ended.connect(self._leave_if_closed)

    def _is_unconfirmed(self, page: WizardPage | None) -> bool:
        if self.session.run is None:
            return self.session.journey.unconfirmed
        return isinstance(page, WorkPage) and page.confirming

    def _leave_if_closed(self, _end: object) -> None:
        if not self.isVisible():
            self._leave()

    def _leave(self) -> None:
        if page := self.page_now:
            page.leave()
        self.deleteLater()

    def offer_ticket(self, ticket: Secret) -> bool:
        """A bank's link has brought another ticket; False where it comes too late."""
        taken = self.session.offer_ticket(ticket)
        if taken and self.page_now is not None:
            self.page_now.refresh()
        return taken

    # Buttons

    def _show_buttons(self, page: WizardPage) -> None:
        if page is not self.page_now:
            return
        wanted = page.buttons()
        layout: list[QWizard.WizardButton] = []
        for which, button in ((_BACK, wanted.back), (_SECONDARY, wanted.secondary)):
            layout += self._place(which, button)
            if which is _BACK:
                layout.append(QWizard.WizardButton.Stretch)
        layout += self._place(_PRIMARY, wanted.primary)
        if wanted.close:
            layout.append(_CLOSE)
            self.setButtonText(_CLOSE, wanted.close)
        self.setButtonLayout(layout)
        default = self.default_button
        if isinstance(default, QPushButton):
            default.setDefault(True)

    def _place(
        self, which: QWizard.WizardButton, button: Button | None
    ) -> list[QWizard.WizardButton]:
        if button is None:
            self._presses.pop(which, None)
            return []
        self._presses[which] = button.press
        self.setButtonText(which, button.text)
        self.button(which).setEnabled(button.enabled)
        return [which]

    def _press(self, which: QWizard.WizardButton) -> None:
        if press := self._presses.get(which):
            press()


def _first(context: AppContext) -> Profile | None:
    return next(iter(context.profiles), None)
