"""The details of one certificate, line by line as on the seeds' last page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from certclient.enrollment.journal import RejectionSource
from certclient.enrollment.revocations import is_revocation
from certclient.model.certificate_reading import CertificateField
from certclient.ui.dialogs.error_dialog import close_box
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.buttons import SecondaryButton
from certclient.ui.widgets.card import Card
from certclient.ui.widgets.key_values import KeyValueList
from certclient.ui.widgets.labels import Heading
from certclient.ui.widgets.page import body_layout, head, page_layout
from certclient.ui.widgets.scroll import Scroll
from certclient.ui.widgets.sizes import fitting_size

if TYPE_CHECKING:
    from certclient.enrollment.overview import Row
    from certclient.ui.context import AppContext


class DetailsDialog(QDialog):
    """Owner, store, validity, issuer, DN lines, serial number and fingerprint; a button that
    revokes the certificate, rarely needed and therefore not in the main window."""

    revocation_requested = Signal(object)
    """The Row to revoke."""

    def __init__(
        self, context: AppContext, row: Row, place: str, parent: QWidget, *, revocable: bool = False
    ) -> None:
        """`place` is the store's name as the main window shows it. `revocable`: the user may revoke
        the certificate."""
        super().__init__(parent)
        self._context = context
        self._row = row
        self._place = place
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._heading = Heading()
        self.facts = KeyValueList()
        buttons = close_box(self)
        self.revoke_button = SecondaryButton()
        self.revoke_button.clicked.connect(self._revoke)
        self.revoke_button.setVisible(revocable)
        if revocable:
            buttons.add(self.revoke_button)
        buttons.rejected.connect(self.reject)
        body = QWidget()
        inner = body_layout(body)
        inner.addLayout(head("certificate-48", self._heading))
        inner.addWidget(Card(self.facts))
        inner.addStretch(1)
        page_layout(self, RehearsalBanner(context.rehearsal), Scroll(body), buttons)
        self._retranslate()
        self.resize(fitting_size(self, 40, 34))

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Certificate details"))
        self._heading.setText(self._row.entry.full_id)
        self.facts.show_lines(self._lines())
        self.revoke_button.setText(self.tr("&Revoke this certificate…"))

    def _lines(self) -> list[tuple[str, str]]:
        entry, catalogue = self._row.entry, self._context.catalogue
        certificate = entry.certificate
        return [
            (self.tr("Bank"), self._context.bank(self._row.profile)),
            (self.tr("Role"), catalogue.role(entry.owner.role)),
            (self.tr("Place"), self._place),
            *self._rejection_text(),
            *self._obstacle_text(),
            (self.tr("Valid from"), self._moment(CertificateField.NOT_BEFORE)),
            (self.tr("Valid until"), self._moment(CertificateField.NOT_AFTER)),
            (self.tr("Serial number"), certificate.serial_hex or self.tr("Cannot be read")),
            (self.tr("Issuer"), certificate.issuer_common_name or self.tr("Cannot be read")),
            *certificate.dn_lines,
            (self.tr("Fingerprint (SHA-256)"), _in_pairs(certificate.fingerprint)),
        ]

    def _moment(self, which: CertificateField) -> str:
        certificate = self._row.entry.certificate
        if which in certificate.unreadable:
            return self.tr("Cannot be read")
        catalogue = self._context.catalogue
        if which is CertificateField.NOT_BEFORE:
            return catalogue.minute(certificate.not_before)
        return catalogue.until(self._row.entry.life)

    def _obstacle_text(self) -> list[tuple[str, str]]:
        """Returns why it cannot be renewed here, and which of its fields cannot be read."""
        entry, catalogue = self._row.entry, self._context.catalogue
        lines = []
        if entry.obstacle is not None:
            shown = catalogue.error(entry.obstacle)
            lines = [
                (self.tr("State"), f"{shown.title} [{shown.code}]"),
                (self.tr("What to do"), f"{shown.sentence} {shown.next_step}"),
            ]
        if unreadable := entry.certificate.unreadable:
            lines.append((self.tr("Cannot be read"), catalogue.fields(unreadable)))
        return lines

    def _rejection_text(self) -> list[tuple[str, str]]:
        """Returns why the bank does not accept the certificate and since when, or nothing."""
        rejection = self._row.entry.rejection
        if rejection is None:
            return []
        problem = self.tr("Not accepted by the bank")
        if is_revocation(rejection):
            own = rejection.source is RejectionSource.OWN_REQUEST
            problem = self.tr("Revoked at your request") if own else self.tr("Revoked by the bank")
        reason = f"{problem} [{rejection.reason}] {rejection.message}".rstrip()
        when = self._context.catalogue.minute(rejection.noted)
        return [(self.tr("State"), reason), (self.tr("Known since"), when)]

    def _revoke(self) -> None:
        """Closes first, so that the question stands over the main window."""
        self.accept()
        self.revocation_requested.emit(self._row)


def _in_pairs(digits: str) -> str:
    """Splits into groups of eight digits, which can wrap and are easier to compare."""
    return " ".join(digits[start : start + 8] for start in range(0, len(digits), 8))
