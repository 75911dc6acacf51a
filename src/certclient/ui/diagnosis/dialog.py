"""The window of a diagnosis: every line first, then the file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QStandardPaths, Qt
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from certclient.enrollment.diagnosis.archive import file_name, write_archive
from certclient.i18n.diagnosis import DiagnosisWords
from certclient.model.errors import CertclientError
from certclient.model.visible_text import visible
from certclient.ui.tasks.runner import STORE_SCAN
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.buttons import PrimaryButton, SecondaryButton
from certclient.ui.widgets.callout import Callout
from certclient.ui.widgets.fields import CheckBox
from certclient.ui.widgets.input_guard import InputGuard
from certclient.ui.widgets.labels import Heading, Sentence
from certclient.ui.widgets.read_only_text import read_only_text
from certclient.ui.widgets.sizes import fitting_size
from certclient.ui.widgets.tokens import Severity, Space

if TYPE_CHECKING:
    from certclient.enrollment.diagnosis.examination import Examination
    from certclient.enrollment.diagnosis.values import Diagnosis
    from certclient.ui.context import AppContext


class DiagnosisDialog(QDialog):
    """Show it with `open()`, which does not block. Examines in a worker; what is shown is what is
    saved, with or without the user IDs."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._examination: Examination | None = None
        self._saved: Path | None = None
        self._error: CertclientError | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        InputGuard(self)
        self._heading, self._about = Heading(), Sentence()
        self.preview = read_only_text()
        self.with_ids = CheckBox()
        self.with_ids.toggled.connect(self._show)
        self.outcome = Callout(Severity.SUCCESS)
        self.close_button, self.save_button = SecondaryButton(), PrimaryButton()
        self.close_button.clicked.connect(self.reject)
        self.save_button.clicked.connect(self._save)
        row = QHBoxLayout()
        row.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        row.setSpacing(Space.S)
        row.addStretch(1)
        row.addWidget(self.close_button)
        row.addWidget(self.save_button)
        body = QVBoxLayout()
        body.setContentsMargins(Space.L, Space.L, Space.L, 0)
        body.setSpacing(Space.M)
        for part in (self._heading, self._about):
            body.addWidget(part)
        body.addWidget(self.preview, 1)
        body.addWidget(self.with_ids)
        body.addWidget(self.outcome)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(RehearsalBanner(context.rehearsal))
        layout.addLayout(body, 1)
        layout.addLayout(row)
        self.resize(fitting_size(self, 44, 40))
        self._retranslate()
        self.close_button.setDefault(True)
        self.close_button.setFocus()
        self._examine()

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def save_to(self, path: Path) -> None:
        """Writes what is shown into this file, and says whether that worked."""
        diagnosis = self._diagnosis()
        if diagnosis is None:
            return
        try:
            write_archive(path, diagnosis, self._report(diagnosis))
        except CertclientError as error:
            self._saved, self._error = None, error
        else:
            self._saved, self._error = path, None
        self._show_result()
        self._context.announce(self, self.outcome.text(), urgent=True)

    def _examine(self) -> None:
        examine = self._context.examine
        if examine is None:
            return
        stores = (store.store_id for store in self._context.state.overview.stores)
        self._context.tasks.run(examine, stores=(STORE_SCAN, *stores), done=self._examined)

    def _examined(self, found: Examination) -> None:
        self._examination = found
        self._show()
        self.save_button.setDefault(True)
        if self.close_button.hasFocus():
            self.save_button.setFocus()

    def _diagnosis(self) -> Diagnosis | None:
        found = self._examination
        return found.diagnosis(with_ids=self.with_ids.isChecked()) if found is not None else None

    def _report(self, diagnosis: Diagnosis) -> str:
        return DiagnosisWords(self._context.catalogue).report(diagnosis)

    def _show(self) -> None:
        """The report as it would be saved now. A file that was saved with other lines is no
        longer spoken of."""
        diagnosis = self._diagnosis()
        waiting = self.tr("The facts are being collected…")
        self.preview.setPlainText(self._report(diagnosis) if diagnosis else waiting)
        self.with_ids.setEnabled(diagnosis is not None)
        self._saved = self._error = None
        self._show_result()
        self.save_button.setEnabled(diagnosis is not None)

    def _show_result(self) -> None:
        if self._error is not None:
            shown = self._context.catalogue.error(self._error)
            text = "\n".join((shown.next_step, *shown.details, f"[{shown.code}]"))
            self.outcome.show_text(shown.title, text, Severity.ERROR)
        elif self._saved is not None:
            text = self.tr("{path}\nGive this file to the bank's help desk.")
            shown_path = visible(str(self._saved))
            self.outcome.show_text(self.tr("Saved"), text.format(path=shown_path), Severity.SUCCESS)
        else:
            self.outcome.show_text("")

    def _save(self) -> None:
        if self._examination is None:
            return
        place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        proposed = str(Path(place) / file_name(self._examination.made))
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save"), proposed, "ZIP (*.zip)")
        if path:
            self.save_to(Path(path))

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Save facts for the help desk"))
        self._heading.setText(self.tr("Save facts for the help desk"))
        self._about.setText(
            self.tr(
                "The bank's help desk can find out with them what went wrong. All that is saved is"
                " shown below; there is no PIN, code or password in it, and nothing is sent."
            )
        )
        self.save_button.setText(self.tr("&Save…"))
        self.close_button.setText(self.tr("&Close"))
        self.with_ids.setText(self.tr("Include &user IDs and serial numbers"))
        self.preview.setAccessibleName(self.tr("What is saved"))
        self._show()
