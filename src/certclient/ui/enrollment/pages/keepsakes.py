"""What a customer may keep of the new certificate: a copy, a print, a PDF, next year's date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication, QTextDocument
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from certclient.ui.enrollment.pages.next_steps import reminders
from certclient.ui.enrollment.summary import IssuanceSummary, next_year
from certclient.ui.widgets.buttons import LinkButton
from certclient.ui.widgets.flow import FlowLayout
from certclient.ui.widgets.paper import pdf_bytes, print_document
from certclient.ui.widgets.parts import SmallText

if TYPE_CHECKING:
    from certclient.ui.enrollment.session import WizardSession


class Keepsakes(QWidget):
    """Small actions below the last page, and what became of the last one pressed."""

    def __init__(self, session: WizardSession) -> None:
        super().__init__()
        self._session = session
        self._issuance: IssuanceSummary | None = None
        self._title = ""
        self.calendar_button, self.pdf_button = LinkButton(), LinkButton()
        self.print_button, self.copy_button = LinkButton(), LinkButton()
        self._saved_text = SmallText()
        row = QWidget()
        flow = FlowLayout(row)
        for button, icon, press in (
            (self.calendar_button, "calendar", self._save_calendar),
            (self.pdf_button, "save", self._save_pdf),
            (self.print_button, "print", self._print),
            (self.copy_button, "copy", self._copy),
        ):
            button.set_icon(icon)
            button.clicked.connect(press)
            flow.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(row)
        layout.addWidget(self._saved_text)

    def forget(self) -> None:
        """Clears what became of the last action."""
        self._saved_text.set_text("")

    def show_issuance(self, issuance: IssuanceSummary | None, title: str) -> None:
        """Offers the actions for `issuance`; None hides them. `title`: what has been done."""
        self._issuance, self._title = issuance, title
        self.setVisible(issuance is not None)
        self.copy_button.setText(self.tr("&Copy"))
        self.print_button.setText(self.tr("&Print…"))
        self.pdf_button.setText(self.tr("Save as P&DF…"))
        self.calendar_button.setText(self.tr("Next year into the c&alendar…"))

    def lines(self, issuance: IssuanceSummary) -> list[tuple[str, str]]:
        """The certificate line by line, as the seeds print it."""
        return issuance.lines(self._names())

    def _names(self) -> dict[str, str]:
        return {
            "bank": self.tr("Bank"),
            "user": self.tr("User ID"),
            "issuer": self.tr("Issuer"),
            "serial": self.tr("Serial number"),
            "until": self.tr("Valid until"),
        }

    def document(self, issuance: IssuanceSummary) -> QTextDocument:
        """Returns the document for printing and PDF."""
        document = QTextDocument()
        document.setHtml(issuance.html(self._title, self._names(), reminders(issuance)))
        return document

    def _copy(self) -> None:
        if issuance := self._issuance:
            lines = (f"{name} = {value}" for name, value in self.lines(issuance))
            QGuiApplication.clipboard().setText("\n".join([self._title, *lines]))
            self._saved_text.set_text(self.tr("Copied."))

    def _print(self) -> None:
        if issuance := self._issuance:
            print_document(self.document(issuance), self)

    def _save_pdf(self) -> None:
        path = self._ask_path(self.tr("certificate.pdf"), "PDF (*.pdf)")
        if path is not None:
            self.save_pdf(path)

    def save_pdf(self, path: Path) -> None:
        """Writes the page as an A4 PDF and shows whether that worked."""
        if issuance := self._issuance:
            self._save(path, pdf_bytes(self.document(issuance)))

    def _save_calendar(self) -> None:
        path = self._ask_path(self.tr("certificate-renewal.ics"), "iCalendar (*.ics)")
        if path is not None:
            self.save_calendar(path)

    def save_calendar(self, path: Path) -> None:
        """Writes next year's dates as iCalendar, with alarms, and shows whether that worked."""
        issuance = self._issuance
        if issuance is None:
            return
        user = issuance.user_id
        summary = self.tr("Renew the certificate of {user}").format(user=user)
        last_day = self.tr("Last day to renew the certificate of {user}").format(user=user)
        clock = self._session.context.clock()
        self._save(path, next_year(issuance, self._session.profile, clock, (summary, last_day)))

    def _save(self, path: Path, content: bytes) -> None:
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
