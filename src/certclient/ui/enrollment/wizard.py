"""The wizard: 更新 and 取得 from the first page to 「このウィンドウを閉じる」. Pages describe their
buttons; only the wizard touches them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout, QWidget

from certclient.enrollment.gains import no_gain
from certclient.enrollment.obstacles import check_renewable
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.lifecycle import Lifecycle, Stage, lifecycle_of
from certclient.ui.enrollment.frame import WizardFrame
from certclient.ui.enrollment.navigation import (
    RenewalTarget,
    WizardMode,
    WizardPageId,
    WizardState,
    first_page,
    renewing,
)
from certclient.ui.enrollment.pages.work import WorkPage
from certclient.ui.enrollment.session import WizardSession
from certclient.ui.enrollment.trail import Trail, trail
from certclient.ui.enrollment.wizard_pages import WizardPages, primary_texts
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.button_bar import ButtonBar
from certclient.ui.widgets.input_guard import HOLD_SECONDS, LINK_HOLD_SECONDS, InputGuard
from certclient.ui.widgets.sizes import fitting_size

if TYPE_CHECKING:
    from certclient.enrollment.procedure_status import ProcedureStatus
    from certclient.model.certificate import Certificate
    from certclient.model.profile import Profile
    from certclient.model.secret import Secret
    from certclient.store.base import StoredCertificate
    from certclient.ui.context import AppContext
    from certclient.ui.enrollment.pages.base import WizardPage

_SIZE_IN_LINES = (42, 39)
"""Width and height in text line heights, limited to the screen's size."""

_PAINTED_MILLISECONDS = 30
"""When a page is on the screen, the one that follows is made."""


class EnrollmentWizard(QDialog):
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
        self._first = first_page(session.wizard_state)
        self.page_id: WizardPageId | None = None
        self._presented: WizardPage | None = None
        self._unsaid: WizardPage | None = None
        self._was_active = False
        self._is_by_link = False
        self.guard = InputGuard(self)
        self.bar = ButtonBar(self.reject)
        self._pages = WizardPages(session, self._add_page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(RehearsalBanner(session.context.rehearsal))
        self._trail = Trail()
        self.frame = WizardFrame()
        layout.addWidget(self.frame, 1)
        layout.addWidget(self.bar)
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
        statuses = context.state.overview.statuses
        for profile in context.profiles:
            rule = statuses.subject_rule(profile)
            owner = certificate.owner(rule)
            if owner is not None:
                life = lifecycle_of(certificate, context.clock(), profile.renewal)
                if life.stage in (Stage.NOT_YET, Stage.RENEWABLE):
                    check_renewable(certificate, rule)
                    _check_gain(context, profile, certificate, life)
                wizard_state = renewing(RenewalTarget(stored, owner, life), notice=notice)
                return cls(WizardSession(context, profile, wizard_state, ticket), parent)
        for profile in context.profiles:
            if certificate.named_owner(profile.subject_rule) is not None:
                check_renewable(certificate, statuses.subject_rule(profile))
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
        moving: bool = False,
    ) -> EnrollmentWizard:
        """Creates a wizard for 取得 with an issue code, or with the `ticket` of a bank's link.

        `profile_id`: the bank; if empty and there are several, the user chooses one on the first
        page. `moving`: 「新しいパソコンに移る」 has led here. Raises CertclientError:
        PROFILE_NOT_FOUND, NO_BANK.
        """
        profile = context.profile(profile_id) if profile_id else _first(context)
        if profile is None:
            code = ErrorCode.PROFILE_NOT_FOUND if profile_id else ErrorCode.NO_BANK
            raise CertclientError(code, **({"file": profile_id} if profile_id else {}))
        wizard_state = WizardState(WizardMode.OBTAIN, user_id=user_id)
        session = WizardSession(context, profile, wizard_state, ticket)
        session.moving = moving
        return cls(session, parent)

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

    def _add_page(self, page: WizardPage) -> None:
        page.buttons_changed.connect(lambda: self._show_buttons(page))
        page.renewed.connect(lambda: self._present(page))
        self.frame.add_page(page)

    @property
    def page_now(self) -> WizardPage | None:
        """The page shown, or None before the wizard is shown."""
        return self._pages[self.page_id] if self.page_id is not None else None

    def _move(self, page: WizardPageId | None) -> None:
        if page is None:
            self.accept()
            return
        self._leave_page(page)
        entered = self._pages[page]
        entered.retranslate()
        entered.enter()
        if self.page_id is page:
            self._present(entered)

    def show_page(self, page: WizardPageId) -> None:
        """Shows a page with the session's current state, without the work the page starts when it
        is entered (checks, run)."""
        self._leave_page(page)
        shown = self._pages[page]
        shown.retranslate()
        self._present(shown)

    def _leave_page(self, following: WizardPageId) -> None:
        before = self.page_now
        if before is not None:
            before.leave()
        self.page_id = following
        self._presented = None

    def _present(self, page: WizardPage) -> None:
        """Shows `page` with its buttons. The focus moves once, before anything is hidden; what was
        pressed for the page before is ignored for a moment."""
        if page is not self.page_now:
            return
        self._presented = page
        self.guard.page_changed(self._hold_seconds)
        self.setUpdatesEnabled(False)
        self.bar.offer(page.buttons(), typing=page.first_field() is not None)
        self._show_trail()
        page.show()
        self._set_focus(page.first_field() or self.bar.default)
        for other in self._pages.made:
            if other is not page:
                other.hide()
        page.settle()
        self.bar.retire()
        page.scroll_area.verticalScrollBar().setValue(0)
        self.setUpdatesEnabled(True)
        self._unsaid = page
        self._say()
        QTimer.singleShot(_PAINTED_MILLISECONDS, self, self._make_following)

    def _make_following(self) -> None:
        if self.page_id is not None and self.isVisible():
            self._pages.make_following(self.page_id)

    def _show_trail(self) -> None:
        if self.page_id is not None:
            self._trail = trail(self.page_id, self.session.wizard_state, self._trail)
            self.frame.show_trail(self._trail)

    def _say(self) -> None:
        """Has a screen reader say the page; the first one when the window has become active, or the
        window's own title would interrupt it."""
        page, ready = self._unsaid, self._was_active or self.isActiveWindow()
        if page is not None and ready and self.isVisible():
            self._unsaid, self._was_active = None, True
            self.session.context.announce(self, page.spoken(), urgent=page.urgent)

    def _set_focus(self, target: QWidget) -> None:
        if target is self.focusWidget():
            # It means something else now: screen readers read it again.
            QAccessible.updateAccessibility(QAccessibleEvent(target, QAccessible.Event.Focus))
        else:
            target.setFocus()

    @property
    def default_button(self) -> QPushButton:
        """The button that Enter presses unless another button has the focus."""
        return self.bar.default

    def showEvent(self, event: QShowEvent) -> None:
        """Enters the first page when the window is first shown."""
        super().showEvent(event)
        if self.page_id is None:
            self._fit_bar()
            self._move(self._first)

    def _fit_bar(self) -> None:
        self.bar.fit(primary_texts())

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        if event.type() is QEvent.Type.ActivationChange and self._unsaid is not None:
            QTimer.singleShot(0, self, self._say)  # after the focus
        if event.type() is QEvent.Type.LanguageChange:
            self._retitle()
            self._fit_bar()
        super().changeEvent(event)

    def _retitle(self) -> None:
        obtaining = self.session.wizard_state.obtains
        self.setWindowTitle(
            self.tr("Obtain a certificate") if obtaining else self.tr("Certificate renewal")
        )

    # Closing

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back where the page can; otherwise it closes the window like its X."""
        page = self.page_now
        if event.key() == Qt.Key.Key_Escape and page is not None and page.escape():
            return
        super().keyPressEvent(event)

    def reject(self) -> None:
        """Esc, the window's X and the close button. Confirms if typed text would be lost."""
        asked = dict.fromkeys((self.page_now, self._pages.letter))
        if all(page is None or page.may_close() for page in asked):
            super().reject()

    def done(self, result: int) -> None:
        """Cancels the open question; deletes the window once nothing runs any more."""
        page = self.page_now
        super().done(result)
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

    def opened_by_link(self) -> None:
        """A link has opened or raised it: whoever looks at a web page has to see this window before
        a key or click here means consent."""
        self._is_by_link = True
        self.guard.page_changed(self._hold_seconds)

    @property
    def waits_for_consent_to_link(self) -> bool:
        """Whether a link has opened it and its user has not decided yet."""
        return self._is_by_link and self.isVisible() and self.session.waits_for_consent

    @property
    def _hold_seconds(self) -> float:
        waits = self._is_by_link and self.session.waits_for_consent
        return LINK_HOLD_SECONDS if waits else HOLD_SECONDS

    def offer_ticket(self, ticket: Secret) -> bool:
        """Accepts a ticket from a bank's link, unless there is one, or the user has typed a code.
        Returns False if it comes too late."""
        letter = self._pages.letter
        if letter is not None and letter.has_code:
            return True
        taken = self.session.offer_ticket(ticket)
        if taken and self.page_now is not None:
            self.page_now.refresh()
        return taken

    # Buttons

    def _show_buttons(self, page: WizardPage) -> None:
        if page is self._presented:
            self.bar.offer(page.buttons(), typing=page.first_field() is not None)
            self.bar.retire()


def _first(context: AppContext) -> Profile | None:
    return next(iter(context.profiles), None)


def _check_gain(
    context: AppContext, profile: Profile, certificate: Certificate, life: Lifecycle
) -> None:
    """Raises RENEWAL_GAINS_NOTHING for a renewal that would gain nothing today."""
    answers = context.state.overview.statuses.answers_to(certificate)
    found = no_gain(profile, certificate, answers, context.clock())
    if life.stage is Stage.RENEWABLE and found is not None:
        raise found
