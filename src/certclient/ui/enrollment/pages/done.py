"""電子証明書のインストールが完了しました / 電子証明書の更新と専用USBへの保存が完了いたしました."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QVBoxLayout

from certclient.enrollment.procedure import Finished, LoginTest, LoginTestResult, ProcedureKind
from certclient.model.destination import Destination
from certclient.ui.enrollment.browsers import running_browsers
from certclient.ui.enrollment.details import warning_text
from certclient.ui.enrollment.messages import for_support, severity_of
from certclient.ui.enrollment.move_number import MoveNumberCard
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.pages.base import Button, Buttons, WizardPage, sentences
from certclient.ui.enrollment.pages.keepsakes import Keepsakes
from certclient.ui.enrollment.pages.next_steps import next_steps, reminders
from certclient.ui.enrollment.quiet_lines import QuietLines, close_together
from certclient.ui.enrollment.summary import IssuanceSummary
from certclient.ui.widgets.callout import Callout
from certclient.ui.widgets.card import Card
from certclient.ui.widgets.error_panel import ErrorPanel, FieldMessage
from certclient.ui.widgets.parts import CardTitle, SmallText, StrongText
from certclient.ui.widgets.pictures import ResultMark
from certclient.ui.widgets.status import NumberedSteps
from certclient.ui.widgets.tokens import Severity, Space

if TYPE_CHECKING:
    from certclient.model.errors import CertclientError
    from certclient.ui.enrollment.session import WizardSession


class DonePage(WizardPage):
    """That it worked, and until when; what to do now; then the certificate in small print."""

    def __init__(self, session: WizardSession) -> None:
        super().__init__(session)
        self._login = FieldMessage(Severity.SUCCESS)
        self._unknown_login, self._login_failed = Callout(Severity.WARNING), ErrorPanel()
        self._until, self._warnings = StrongText(), Callout(Severity.WARNING)
        self._now, self._steps = CardTitle(), NumberedSteps()
        close_together(self._steps)
        self._lines, self._reminder_text = QuietLines(), SmallText()
        self.keepsakes = Keepsakes(session)
        self._todo, self._move = Card(self._now, self._steps), MoveNumberCard(session)
        self._small_print = Card(self._lines, self._reminder_text)
        self._arrange_head()
        for part in (
            self._unknown_login,
            self._login_failed,
            self._warnings,
            self._move,
            self._todo,
            self.keepsakes,
            self._small_print,
        ):
            self.body.addWidget(part)
        self.body.addStretch()
        self._running: tuple[str, ...] = ()

    def _arrange_head(self) -> None:
        """The news beside the mark: it worked, it logs in, until when."""
        news = QVBoxLayout()
        news.setSpacing(Space.XS)
        self.head.removeWidget(self.heading)
        self.head.addWidget(ResultMark(Severity.SUCCESS), 0, Qt.AlignmentFlag.AlignTop)
        self.head.addLayout(news, 1)
        for part in (self.heading, self._login, self._until):
            news.addWidget(part)

    @property
    def _issuance(self) -> IssuanceSummary | None:
        outcome = self.session.wizard_state.outcome
        if not isinstance(outcome, Finished):
            return None
        bank = self.context.bank(self.session.profile)
        return IssuanceSummary(
            outcome, bank, self.session.wizard_state.user_id, self.context.catalogue
        )

    def enter(self) -> None:
        """Looks up the running browsers, which need a restart."""
        self.keepsakes.forget()
        # In a worker: it looks at each process of the computer.
        self.context.tasks.run(running_browsers, done=self._show_running)

    def _show_running(self, names: tuple[str, ...]) -> None:
        if names != self._running:
            self._running = names
            self.refresh()

    def retranslate(self) -> None:
        """See WizardPage.retranslate."""
        issuance = self._issuance
        title = self._title(issuance)
        self.set_heading(title)
        self.keepsakes.show_issuance(issuance, title)
        self._warnings.show_text("", warning_text(self.session))
        self._show_login()
        self._move.show_end(issuance.finished if issuance is not None else None)
        self._todo.setVisible(issuance is not None)
        self._small_print.setVisible(issuance is not None)
        if issuance is None:
            self._until.set_text(self.tr("The certificate is installed already."))
            return
        until = self.context.catalogue.minute(issuance.finished.certificate.not_after)
        self._until.set_text(self.tr("New deadline: {until}").format(until=until))
        self._now.setText(self.tr("What to do now"))
        self._steps.show_steps(next_steps(issuance, self._running))
        self._lines.show_lines(self.keepsakes.lines(issuance))
        self._reminder_text.set_text("\n".join(reminders(issuance)))

    def _title(self, issuance: IssuanceSummary | None) -> str:
        if issuance is None:
            return self.tr("The procedure is finished")
        if issuance.destination is Destination.USB:
            if issuance.finished.kind is ProcedureKind.OBTAIN:
                return self.tr("The certificate has been obtained and saved to the USB token")
            return self.tr("The certificate has been renewed and saved to the USB token")
        return self.tr("The certificate has been installed")

    # The login with the new certificate

    def _show_login(self) -> None:
        test, error = self._login_test, self._login_error
        text = self.context.catalogue.login(test, self._test_url) if test is not None else ""
        worked = test is not None and test.result is LoginTestResult.WORKED
        self._login.set_text(text if worked else "")
        self._unknown_login.show_text("", "" if worked or error is not None else text)
        self._login_failed.setVisible(error is not None)
        if error is not None:
            self._show_login_failure(error)

    def _show_login_failure(self, error: CertclientError) -> None:
        current = self.session.current
        contact = self.context.contact(self.session.profile, current.owner if current else None)
        shown = self.context.catalogue.error(error, contact, begun=False)
        facts = {"profile": self.session.profile.id, "user": self.session.wizard_state.user_id}
        self._login_failed.show_error(
            shown,
            severity_of(error),
            title=shown.title,
            support=lambda: for_support(shown, facts),
        )

    @property
    def _login_test(self) -> LoginTest | None:
        issuance = self._issuance
        return issuance.finished.login if issuance is not None else None

    @property
    def _login_error(self) -> CertclientError | None:
        """Why the login with the new certificate failed; None if it did not."""
        test = self._login_test
        return test.error if test and test.result is LoginTestResult.FAILED else None

    @property
    def _test_url(self) -> str:
        return self.session.profile.login_test_url

    @property
    def _can_try(self) -> bool:
        """Whether a login in the browser can settle an unknown result."""
        test = self._login_test
        return (
            bool(self._test_url) and test is not None and test.result is not LoginTestResult.WORKED
        )

    # What the wizard asks

    @classmethod
    def primary_texts(cls) -> tuple[str, ...]:
        """See WizardPage.primary_texts."""
        translate = QCoreApplication.translate
        return (translate("DonePage", "Close this &window"),)

    def spoken(self) -> str:
        """The end, whether the login works, and what to do now."""
        failed = self._login_failed.spoken() if self._login_error else ""
        parts = (self._login.text(), self._unknown_login.text(), failed, self._warnings.text())
        move = self._move.spoken
        return sentences(super().spoken(), *parts, move, *self._steps.texts)

    def buttons(self) -> Buttons:
        """Offers a login, or a login test while its result is unknown."""
        return Buttons(
            primary=Button(
                self.tr("Close this &window"), lambda: self.session.forward(WizardPageId.DONE)
            ),
            secondary=(
                Button(self.tr("Try to log &in"), self._try_login)
                if self._can_try
                else Button(self.tr("Log &in now"), self._log_in)
            ),
        )

    def _log_in(self) -> None:
        self.context.open_url(self.session.profile.login_url)

    def _try_login(self) -> None:
        self.context.open_url(self._test_url)
