"""電子証明書のインストールが完了しました / 電子証明書の更新と専用USBへの保存が完了いたしました."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QGuiApplication, QPageSize, QPdfWriter, QTextDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QFileDialog, QGridLayout, QPushButton

from certclient.enrollment.procedure import Finished, Kind, LoginResult, LoginTest
from certclient.model.destination import Destination
from certclient.ui.enrollment.browsers import running_browsers
from certclient.ui.enrollment.holder import warnings_told
from certclient.ui.enrollment.navigation import Page
from certclient.ui.enrollment.pages.base import Button, Buttons, WizardPage
from certclient.ui.enrollment.receipt import Receipt, next_year
from certclient.ui.enrollment.session import Session
from certclient.ui.widgets.parts import Facts, Note, Sentence


class DonePage(WizardPage):
    """What was issued, what to mind from now on, and next year's date for the calendar."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._intro = Sentence()
        self._login = Note()
        self._facts = Facts()
        self._mind = Sentence()
        self._warnings = Note()
        self._said = Sentence()
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
            button.setAutoDefault(False)
            # In two rows: large text has room, too.
            keep.addWidget(button, number // 2, number % 2)
        keep.setColumnStretch(2, 1)
        for part in (self._intro, self._login, self._warnings, self._facts, self._mind):
            self.body.addWidget(part)
        self.body.addLayout(keep)
        self.body.addWidget(self._said)
        self.body.addStretch()
        self._running: tuple[str, ...] = ()

    @property
    def _receipt(self) -> Receipt | None:
        outcome = self.session.journey.outcome
        if not isinstance(outcome, Finished):
            return None
        bank = self.context.bank(self.session.profile)
        return Receipt(outcome, bank, self.session.journey.user_id, self.context.words)

    def enter(self) -> None:
        self._said.say("")
        self._running = running_browsers()

    def retranslate(self) -> None:
        receipt = self._receipt
        self.copy_button.setText(self.tr("&Copy"))
        self.print_button.setText(self.tr("&Print…"))
        self.pdf_button.setText(self.tr("Save as P&DF…"))
        self.calendar_button.setText(self.tr("Next year into the c&alendar…"))
        for button in (self.copy_button, self.print_button, self.pdf_button, self.calendar_button):
            button.setVisible(receipt is not None)
        self._warnings.say(warnings_told(self.session))
        told = (self._told_login(), self._restart())
        self._login.say("\n".join(one for one in told if one))
        if receipt is None:
            self.say_heading(self.tr("The procedure is finished"))
            self._intro.say(self.tr("The certificate is installed already."))
            return
        self.say_heading(self._title(receipt))
        self._intro.say(self._introduction(receipt))
        self._facts.show_lines(receipt.lines(self._names()))
        self._mind.say("\n".join(self._to_mind(receipt)))

    def _title(self, receipt: Receipt) -> str:
        if receipt.destination is Destination.USB:
            if receipt.finished.kind is Kind.OBTAIN:
                return self.tr("The certificate has been obtained and saved to the USB token")
            return self.tr("The certificate has been renewed and saved to the USB token")
        return self.tr("The certificate has been installed")

    def _told_login(self) -> str:
        test = self._login_test
        return self.context.words.login(test, self._test_url) if test is not None else ""

    @property
    def _login_test(self) -> LoginTest | None:
        receipt = self._receipt
        return receipt.finished.login if receipt is not None else None

    @property
    def _test_url(self) -> str:
        return self.session.profile.login_test_url

    @property
    def _can_try(self) -> bool:
        """Whether the browser can find out what is not known yet."""
        test = self._login_test
        return bool(self._test_url) and test is not None and test.result is not LoginResult.WORKED

    def _introduction(self, receipt: Receipt) -> str:
        if receipt.destination is Destination.USB:
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

    def _to_mind(self, receipt: Receipt) -> list[str]:
        lines = []
        if receipt.destination is Destination.PC:
            lines.append(
                self.tr("You can log in only from the PC on which this certificate is installed.")
            )
        lines.append(self.tr("The certificate is valid for one year."))
        if receipt.finished.old_archived:
            lines.append(
                self.tr("The old certificate is put away: browsers do not offer it any more.")
            )
        elif receipt.finished.old_kept and receipt.finished.login.in_doubt:
            lines.append(
                self.tr(
                    "Until it is known that the new certificate logs in, the old one is left as it "
                    "was. The new one has the serial number {serial}."
                ).format(serial=receipt.finished.certificate.serial_hex)
            )
        elif receipt.finished.old_kept:
            lines.append(
                self.tr(
                    "The old certificate could not be put away, and browsers still offer it. When "
                    "you log in, choose the new one (serial number {serial})."
                ).format(serial=receipt.finished.certificate.serial_hex)
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

    def buttons(self) -> Buttons:
        return Buttons(
            primary=Button(self.tr("C&lose this window"), lambda: self.session.forward(Page.DONE)),
            secondary=(
                Button(self.tr("Try to log &in"), self._try_login)
                if self._can_try
                else Button(self.tr("Log &in now"), self._log_in)
            ),
        )

    # What the buttons do

    def _log_in(self) -> None:
        self.context.open_url(self.session.profile.login_url)

    def _try_login(self) -> None:
        self.context.open_url(self._test_url)

    def _copy(self) -> None:
        if receipt := self._receipt:
            QGuiApplication.clipboard().setText(self._plain(receipt))
            self._said.say(self.tr("Copied."))

    def _plain(self, receipt: Receipt) -> str:
        lines = receipt.lines(self._names())
        return "\n".join([self._title(receipt), *(f"{name} = {value}" for name, value in lines)])

    def document(self, receipt: Receipt) -> QTextDocument:
        """For paper and PDF."""
        document = QTextDocument()
        document.setHtml(receipt.html(self._title(receipt), self._names(), self._to_mind(receipt)))
        return document

    def _print(self) -> None:
        receipt = self._receipt
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        if receipt and QPrintDialog(printer, self).exec():
            self.document(receipt).print_(printer)

    def _save_pdf(self) -> None:
        path = self._ask_path(self.tr("certificate.pdf"), "PDF (*.pdf)")
        if path is not None:
            self.save_pdf(path)

    def save_pdf(self, path: Path) -> None:
        """Writes the page as PDF, A4."""
        if receipt := self._receipt:
            writer = QPdfWriter(str(path))
            writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
            self.document(receipt).print_(writer)
            self._tell_saved(path, saved=path.exists())

    def _save_calendar(self) -> None:
        path = self._ask_path(self.tr("certificate-renewal.ics"), "iCalendar (*.ics)")
        if path is not None:
            self.save_calendar(path)

    def save_calendar(self, path: Path) -> None:
        """Writes next year's dates, with an alarm on the first day of renewal."""
        receipt = self._receipt
        if receipt is None:
            return
        summary = self.tr("Renew the certificate of {user}").format(user=receipt.user_id)
        last_day = self.tr("Last day to renew the certificate of {user}").format(
            user=receipt.user_id
        )
        content = next_year(
            receipt, self.session.profile, self.context.clock(), (summary, last_day)
        )
        try:
            path.write_bytes(content)
        except OSError:
            self._tell_saved(path, saved=False)
        else:
            self._tell_saved(path, saved=True)

    def _ask_path(self, name: str, kind: str) -> Path | None:
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save"), name, kind)
        return Path(path) if path else None

    def _tell_saved(self, path: Path, *, saved: bool) -> None:
        told = self.tr("Saved: {path}") if saved else self.tr("Could not be saved: {path}")
        self._said.say(told.format(path=path))
