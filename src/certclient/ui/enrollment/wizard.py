"""The wizard: 更新 and 取得 from the first page to 「このウィンドウを閉じる」. Pages describe their
buttons; only the wizard touches them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QAbstractButton, QDialog, QPushButton, QWidget, QWizard

from certclient.enrollment.obstacles import check_renewable
from certclient.enrollment.procedure_status import ProcedureStatus
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.lifecycle import Stage, lifecycle_of
from certclient.model.profile import Profile
from certclient.model.secret import Secret
from certclient.store.base import StoredCertificate
from certclient.ui.context import AppContext
from certclient.ui.enrollment.navigation import (
    RenewalTarget,
    WizardMode,
    WizardPageId,
    WizardState,
    first_page,
    renewing,
)
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
from certclient.ui.enrollment.session import WizardSession
from certclient.ui.widgets.sizes import fitting_size

_SIZE_IN_LINES = (46, 46)
"""Width and height in text line heights, limited to the screen's size."""

_PRIMARY = QWizard.WizardButton.CustomButton1
_SECONDARY = QWizard.WizardButton.CustomButton2
_BACK = QWizard.WizardButton.CustomButton3
_CLOSE = QWizard.WizardButton.CancelButton


class EnrollmentWizard(QWizard):
    """The window of one procedure. Closing it early is safe: the procedure continues in the
    background, and the window reopens for questions."""

    finished_with = Signal(object)
    """The result of each run: Finished, Pending or a CertclientError."""
    left_unconfirmed = Signal()
    """It was closed before the bank received the confirmation."""

    def __init__(self, session: WizardSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        session.setParent(self)
        self._entered = False
        self._presses: dict[QWizard.WizardButton, Callable[[], None]] = {}
        self._pages = self._make_pages()
        # ModernStyle paints pages in the fields' colour, so dark themes would hide the fields.
        self.setWizardStyle(QWizard.WizardStyle.ClassicStyle)
        self.setOption(QWizard.WizardOption.NoDefaultButton)
        self.setOption(QWizard.WizardOption.NoBackButtonOnStartPage)
        for which in (_PRIMARY, _SECONDARY, _BACK):
            self.button(which).clicked.connect(lambda _checked=False, w=which: self._press(w))
        self.setStartId(first_page(session.wizard_state))
        session.moved.connect(self._move)
        session.run_ended.connect(self._run_ended)
        self._retitle()
        self.resize(fitting_size(self, *_SIZE_IN_LINES))

    # Constructors

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
        """Creates a wizard for 更新 of `stored`, or for what its date allows instead: 取得 after
        expiry, later whom to contact.

        `notice`: it opens by itself, so it begins with 電子証明書更新通知. `ticket`: from a bank's
        link. Raises CertclientError: CERTIFICATE_NOT_FOUND if the certificate belongs to no
        configured bank, and what stands in the way of renewing it (`obstacles.obstacle`).
        """
        certificate = stored.certificate
        for profile in context.profiles:
            owner = certificate.owner(profile.subject_rule)
            if owner is not None:
                life = lifecycle_of(certificate, context.clock(), profile.renewal)
                if life.stage in (Stage.NOT_YET, Stage.RENEWABLE):
                    check_renewable(certificate, profile.subject_rule)
                wizard_state = renewing(RenewalTarget(stored, owner, life), notice=notice)
                return cls(WizardSession(context, profile, wizard_state, ticket), parent)
        for profile in context.profiles:
            if certificate.named_owner(profile.subject_rule) is not None:
                check_renewable(certificate, profile.subject_rule)
        serial = certificate.serial_hex
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
        """Creates a wizard for 取得 with an issue code, or with the `ticket` of a bank's link.

        `profile_id`: the bank; if empty and there are several, the user chooses one on the first
        page. Raises CertclientError(PROFILE_NOT_FOUND).
        """
        profile = context.profile(profile_id) if profile_id else _first(context)
        if profile is None:
            raise CertclientError(ErrorCode.PROFILE_NOT_FOUND, file=profile_id)
        wizard_state = WizardState(WizardMode.OBTAIN, user_id=user_id)
        return cls(WizardSession(context, profile, wizard_state, ticket), parent)

    @classmethod
    def resume(
        cls,
        context: AppContext,
        status: ProcedureStatus,
        parent: QWidget | None = None,
    ) -> EnrollmentWizard:
        """Creates a wizard that resumes a procedure at once; its user has already agreed. If it
        runs without a window, the wizard shows that run until it ends.

        Raises CertclientError(PROFILE_NOT_FOUND) if its bank is not configured.
        """
        profile = context.profile(status.profile_id)
        if profile is None:
            raise CertclientError(ErrorCode.PROFILE_NOT_FOUND, file=status.profile_id)
        wizard_state = WizardState(
            WizardMode.RESUME,
            user_id=status.user_id,
            procedure_id=status.procedure_id,
            kind=status.kind,
        )
        return cls(WizardSession(context, profile, wizard_state), parent)

    # Pages

    def _make_pages(self) -> dict[WizardPageId, WizardPage]:
        session = self.session
        letter = LetterPage(session)
        pages: dict[WizardPageId, WizardPage] = {
            WizardPageId.NOTICE: NoticePage(session),
            WizardPageId.LETTER: letter,
            WizardPageId.CHECKS: ChecksPage(session),
            WizardPageId.START: StartPage(session),
            WizardPageId.WORK: WorkPage(session, letter),
            WizardPageId.DONE: DonePage(session),
            WizardPageId.WAITING: WaitingPage(session),
            WizardPageId.PAUSED: PausedPage(session),
            WizardPageId.TOO_LATE: TooLatePage(session),
            WizardPageId.PROBLEM: ProblemPage(session),
        }
        for page_id, page in pages.items():
            self.setPage(page_id, page)
            page.buttons_changed.connect(lambda p=page: self._show_buttons(p))
        return pages

    @property
    def page_now(self) -> WizardPage | None:
        """The page shown, or None before the wizard is shown."""
        return self._pages.get(WizardPageId(self.currentId())) if self.currentId() >= 0 else None

    def _move(self, page: WizardPageId | None) -> None:
        if page is None:
            self.accept()
            return
        self.show_page(page)
        self._pages[page].enter()
        self._set_focus(self._pages[page])

    def show_page(self, page: WizardPageId) -> None:
        """Shows a page with the session's current state, without the work the page starts when it
        is entered (checks, run)."""
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
        """The button that Enter presses."""
        return self.button(_PRIMARY if _PRIMARY in self._presses else _CLOSE)

    def showEvent(self, event: QShowEvent) -> None:
        """Enters the first page when the window is first shown."""
        super().showEvent(event)
        page = self.page_now
        if not self._entered and page is not None:
            self._entered = True
            self._move(WizardPageId(self.currentId()))

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        if event.type() is QEvent.Type.LanguageChange:
            self._retitle()
        super().changeEvent(event)

    def _retitle(self) -> None:
        obtaining = self.session.wizard_state.obtains
        self.setWindowTitle(
            self.tr("Obtain a certificate") if obtaining else self.tr("Certificate renewal")
        )

    # Closing

    def reject(self) -> None:
        """Esc, the window's X and the close button. Confirms if typed text would be lost."""
        page = self.page_now
        if page is None or page.may_close():
            super().reject()

    def done(self, result: int) -> None:
        """Cancels the open question; deletes the window once nothing runs any more."""
        page = self.page_now
        # Not QWizard.done, which resets the pages: the window may reopen for a question.
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
            return self.session.wizard_state.unconfirmed
        return isinstance(page, WorkPage) and page.confirming

    def _run_ended(self, end: object) -> None:
        """The page shows the end, if the window is open; otherwise the main window keeps it."""
        result = self.session.result
        if result is not None and self.isVisible():
            self.session.context.state.state.see(result)
        self.finished_with.emit(end)

    def _leave_if_closed(self, _end: object) -> None:
        if not self.isVisible():
            self._leave()

    def _leave(self) -> None:
        if page := self.page_now:
            page.leave()
        self.deleteLater()

    def offer_ticket(self, ticket: Secret) -> bool:
        """Accepts another ticket from a bank's link. Returns False if it comes too late."""
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
