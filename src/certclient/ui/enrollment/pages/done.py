"""電子証明書のインストールが完了しました / 電子証明書の更新と専用USBへの保存が完了いたしました."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication, QPageSize, QPdfWriter, QTextDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QFileDialog, QGridLayout, QPushButton

from certclient.enrollment.procedure import Finished, LoginTest, LoginTestResult, ProcedureKind
from certclient.model.destination import Destination
from certclient.ui.enrollment.browsers import running_browsers
from certclient.ui.enrollment.details import warning_text
from certclient.ui.enrollment.messages import for_support, severity_of
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.pages.base import Button, Buttons, WizardPage, sentences
from certclient.ui.enrollment.summary import IssuanceSummary, next_year
from certclient.ui.widgets.error_panel import ErrorPanel
from certclient.ui.widgets.parts import Facts, Note, Sentence

if TYPE_CHECKING:
    from certclient.model.errors import CertclientError
    from certclient.ui.enrollment.session import WizardSession


class DonePage(WizardPage):
    """The issued certificate, what to keep in mind, and next year's date for the calendar."""

    def __init__(self, session: WizardSession) -> None:
        super().__init__(session)
        self._intro = Sentence()
        self._login, self._login_failed = Note(), ErrorPanel()
        self._facts = Facts()
        self._reminder_text = Sentence()
        self._warnings = Note()
        self._saved_text = Sentence()
        self.copy_button, self.print_button = QPushButton(), QPushButton()
        self.pdf_button, self.calendar_button = QPushButton(), QPushButton()
        keep = QGridLayout()
        for number, (button, press) in enumerate(
            (
                (self.copy_button, self._copy),
                (self.print_button, self._print),
                (self.pdf_button, self._save_pdf),
                (self.calendar_button, self._save_calendar),
            )
        ):
            button.clicked.connect(press)
            # Two rows leave room for large text.
            keep.addWidget(button, number // 2, number % 2)
        keep.setColumnStretch(2, 1)
        for part in (
            self._intro,
            self._login_failed,
            self._login,
            self._warnings,
            self._facts,
            self._reminder_text,
        ):
            self.body.addWidget(part)
        self.body.addLayout(keep)
        self.body.addWidget(self._saved_text)
        self.body.addStretch()
        self._running: tuple[str, ...] = ()

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
        self._saved_text.set_text("")
        self._running = running_browsers()

    def retranslate(self) -> None:
        """See WizardPage.retranslate."""
        issuance = self._issuance
        self.copy_button.setText(self.tr("&Copy"))
        self.print_button.setText(self.tr("&Print…"))
        self.pdf_button.setText(self.tr("Save as P&DF…"))
        self.calendar_button.setText(self.tr("Next year into the c&alendar…"))
        for button in (self.copy_button, self.print_button, self.pdf_button, self.calendar_button):
            button.setVisible(issuance is not None)
        self._warnings.set_text(warning_text(self.session))
        self._show_login_failure()
        texts = ("" if self._login_error else self._login_text(), self._restart())
        self._login.set_text("\n".join(one for one in texts if one))
        if issuance is None:
            self.set_heading(self.tr("The procedure is finished"))
            self._intro.set_text(self.tr("The certificate is installed already."))
            return
        self.set_heading(self._title(issuance))
        self._intro.set_text(self._introduction(issuance))
        self._facts.show_lines(issuance.lines(self._names()))
        self._reminder_text.set_text("\n".join(self._reminders(issuance)))

    def _title(self, issuance: IssuanceSummary) -> str:
        if issuance.destination is Destination.USB:
            if issuance.finished.kind is ProcedureKind.OBTAIN:
                return self.tr("The certificate has been obtained and saved to the USB token")
            return self.tr("The certificate has been renewed and saved to the USB token")
        return self.tr("The certificate has been installed")

    def _login_text(self) -> str:
        test = self._login_test
        return self.context.catalogue.login(test, self._test_url) if test is not None else ""

    @property
    def _login_error(self) -> CertclientError | None:
        """Why the login with the new certificate failed; None if it did not."""
        test = self._login_test
        return test.error if test and test.result is LoginTestResult.FAILED else None

    def _show_login_failure(self) -> None:
        error = self._login_error
        self._login_failed.setVisible(error is not None)
        if error is None:
            return
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
    def _test_url(self) -> str:
        return self.session.profile.login_test_url

    @property
    def _can_try(self) -> bool:
        """Whether a login in the browser can settle an unknown result."""
        test = self._login_test
        return (
            bool(self._test_url) and test is not None and test.result is not LoginTestResult.WORKED
        )

    def _introduction(self, issuance: IssuanceSummary) -> str:
        if issuance.destination is Destination.USB:
            return self.tr(
                "To log in with this certificate, plug the USB token into the PC first. After "
                "logging out, remove the USB token from the PC at once. That protects you from "
                "fraudulent transfers."
            )
        return self.tr(
            "The certificate has been installed on this PC. Use this certificate to log in."
        )

    def _restart(self) -> str:
        if self._running:
            return self.tr(
                "Before logging in, close all windows of the browser once. Running now: {names}"
            ).format(names=", ".join(self._running))
        return self.tr("If a browser is open, close all its windows once before logging in.")

    def _reminders(self, issuance: IssuanceSummary) -> list[str]:
        lines = []
        if issuance.destination is Destination.PC:
            lines.append(
                self.tr("You can log in only from the PC on which this certificate is installed.")
            )
        lines.append(self.tr("The certificate is valid for one year."))
        if issuance.finished.old_archived:
            lines.append(
                self.tr("The old certificate is put away: browsers do not offer it any more.")
            )
        elif issuance.finished.old_kept and issuance.finished.login.inconclusive:
            lines.append(
                self.tr(
                    "Until it is known that the new certificate logs in, the old one is left as it "
                    "was. The new one has the serial number {serial}."
                ).format(serial=issuance.finished.certificate.serial_hex)
            )
        elif issuance.finished.old_kept:
            lines.append(
                self.tr(
                    "The old certificate could not be put away, and browsers still offer it. When "
                    "you log in, choose the new one (serial number {serial})."
                ).format(serial=issuance.finished.certificate.serial_hex)
            )
        return lines

    def _names(self) -> dict[str, str]:
        return {
            "bank": self.tr("Bank"),
            "user": self.tr("User ID"),
            "issuer": self.tr("Issuer"),
            "serial": self.tr("Serial number"),
            "until": self.tr("Valid until"),
        }

    def primary_texts(self) -> tuple[str, ...]:
        """See WizardPage.primary_texts."""
        return (self.tr("Close this &window"),)

    def spoken(self) -> str:
        """The end, whether the login works, and what to keep in mind."""
        failed = self._login_failed.spoken() if self._login_error else ""
        parts = (self._intro.text(), failed, self._login.text(), self._warnings.text())
        return sentences(super().spoken(), *parts)

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

    # Button actions

    def _log_in(self) -> None:
        self.context.open_url(self.session.profile.login_url)

    def _try_login(self) -> None:
        self.context.open_url(self._test_url)

    def _copy(self) -> None:
        if issuance := self._issuance:
            QGuiApplication.clipboard().setText(self._plain(issuance))
            self._saved_text.set_text(self.tr("Copied."))

    def _plain(self, issuance: IssuanceSummary) -> str:
        lines = issuance.lines(self._names())
        return "\n".join([self._title(issuance), *(f"{name} = {value}" for name, value in lines)])

    def document(self, issuance: IssuanceSummary) -> QTextDocument:
        """Returns the document for printing and PDF."""
        document = QTextDocument()
        document.setHtml(
            issuance.html(self._title(issuance), self._names(), self._reminders(issuance))
        )
        return document

    def _print(self) -> None:
        issuance = self._issuance
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        if issuance and QPrintDialog(printer, self).exec():
            self.document(issuance).print_(printer)

    def _save_pdf(self) -> None:
        path = self._ask_path(self.tr("certificate.pdf"), "PDF (*.pdf)")
        if path is not None:
            self.save_pdf(path)

    def save_pdf(self, path: Path) -> None:
        """Writes the page as an A4 PDF and shows whether that worked."""
        if issuance := self._issuance:
            writer = QPdfWriter(str(path))
            writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
            self.document(issuance).print_(writer)
            self._report_saved(path, saved=path.exists())

    def _save_calendar(self) -> None:
        path = self._ask_path(self.tr("certificate-renewal.ics"), "iCalendar (*.ics)")
        if path is not None:
            self.save_calendar(path)

    def save_calendar(self, path: Path) -> None:
        """Writes next year's dates as iCalendar, with alarms, and shows whether that worked."""
        issuance = self._issuance
        if issuance is None:
            return
        summary = self.tr("Renew the certificate of {user}").format(user=issuance.user_id)
        last_day = self.tr("Last day to renew the certificate of {user}").format(
            user=issuance.user_id
        )
        content = next_year(
            issuance, self.session.profile, self.context.clock(), (summary, last_day)
        )
        try:
            path.write_bytes(content)
        except OSError:
            self._report_saved(path, saved=False)
        else:
            self._report_saved(path, saved=True)

    def _ask_path(self, name: str, kind: str) -> Path | None:
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save"), name, kind)
        return Path(path) if path else None

    def _report_saved(self, path: Path, *, saved: bool) -> None:
        texts = self.tr("Saved: {path}") if saved else self.tr("Could not be saved: {path}")
        self._saved_text.set_text(texts.format(path=path))
