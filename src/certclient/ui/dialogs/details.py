"""One certificate line by line, as the seeds' last page shows it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout, QWidget

from certclient.enrollment.overview import Row
from certclient.ui.context import AppContext
from certclient.ui.dialogs.complaint import close_box
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.parts import Facts, Heading, Scroll
from certclient.ui.widgets.sizes import fitting_size


class DetailsDialog(QDialog):
    """Whose it is, where, until when, issuer, DN lines, serial number, fingerprint."""

    def __init__(self, context: AppContext, row: Row, place: str, parent: QWidget) -> None:
        """`place` is the store's name as the main window shows it."""
        super().__init__(parent)
        self._context = context
        self._row = row
        self._place = place
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._heading = Heading()
        self._facts = Facts()
        self.copy_button = QPushButton()
        self.copy_button.clicked.connect(self._copy)
        buttons = close_box(self)
        buttons.addButton(self.copy_button, buttons.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.addWidget(self._heading)
        inner.addWidget(self._facts)
        inner.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addWidget(RehearsalBanner(context.rehearsal))
        layout.addWidget(Scroll(body), 1)
        layout.addWidget(buttons)
        self._retranslate()
        self.resize(fitting_size(self, 44, 36))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Certificate details"))
        self._heading.setText(self._row.entry.full_id)
        self._facts.show_lines(self._lines())
        self.copy_button.setText(self.tr("&Copy"))

    def _lines(self) -> list[tuple[str, str]]:
        entry, words = self._row.entry, self._context.words
        certificate = entry.certificate
        return [
            (self.tr("Bank"), self._context.bank(self._row.profile)),
            (self.tr("Role"), words.role(entry.owner.role)),
            (self.tr("Place"), self._place),
            *self._bank_says(),
            (self.tr("Valid from"), words.minute(certificate.not_before)),
            (self.tr("Valid until"), words.minute(entry.life.deadline)),
            (self.tr("Serial number"), certificate.serial_hex),
            (self.tr("Issuer"), certificate.issuer_common_name),
            *certificate.dn_lines,
            (self.tr("Fingerprint (SHA-256)"), _in_pairs(certificate.fingerprint)),
        ]

    def _bank_says(self) -> list[tuple[str, str]]:
        """Why the bank does not accept it, if so."""
        rejection = self._row.entry.rejection
        if rejection is None:
            return []
        told = self.tr("Not accepted by the bank")
        reason = f"{told} [{rejection.reason}] {rejection.message}".rstrip()
        when = self._context.words.minute(rejection.noted)
        return [(self.tr("State"), reason), (self.tr("Known since"), when)]

    def _copy(self) -> None:
        text = "\n".join(f"{name}: {value}" for name, value in self._lines())
        QGuiApplication.clipboard().setText(text)


def _in_pairs(digits: str) -> str:
    """Groups of eight digits, so that lines can wrap and eyes can compare."""
    return " ".join(digits[start : start + 8] for start in range(0, len(digits), 8))
