"""The report for the help desk: shown first, then saved, printed or copied."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtGui import QGuiApplication, QTextDocument
from PySide6.QtWidgets import QDialog, QFileDialog, QVBoxLayout, QWidget

from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.button_bar import Button, ButtonBar, Buttons
from certclient.ui.widgets.buttons import LinkButton
from certclient.ui.widgets.flow import FlowLayout
from certclient.ui.widgets.input_guard import InputGuard
from certclient.ui.widgets.paper import pdf_bytes, print_document
from certclient.ui.widgets.parts import Heading, SecondaryText, Sentence, sentences
from certclient.ui.widgets.read_only_text import read_only_text
from certclient.ui.widgets.sizes import fitting_size
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from certclient.ui.context import AppContext

_SIZE = (42, 38)
"""In text line heights."""


class CheckReportDialog(QDialog):
    """Nothing leaves this window that has not been on the screen."""

    def __init__(self, context: AppContext, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self.text = text
        self._heading, self._about, self._saved = Heading(), Sentence(), SecondaryText()
        self.preview = read_only_text(text)
        self.text_button, self.print_button = LinkButton(), LinkButton()
        self.copy_button = LinkButton()
        self.text_button.set_icon("save")
        self.print_button.set_icon("print")
        self.copy_button.set_icon("copy")
        self.text_button.clicked.connect(self._save_text)
        self.print_button.clicked.connect(self._print)
        self.copy_button.clicked.connect(self._copy)
        self.bar = ButtonBar(self.reject)
        InputGuard(self)
        actions = FlowLayout()
        for button in (self.text_button, self.print_button, self.copy_button):
            actions.addWidget(button)
        body = QVBoxLayout()
        body.setContentsMargins(Space.L, Space.L, Space.L, 0)
        body.setSpacing(Space.S)
        body.addWidget(self._heading)
        body.addWidget(self._about)
        body.addWidget(self.preview, 1)
        body.addLayout(actions)
        body.addWidget(self._saved)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(RehearsalBanner(context.rehearsal))
        layout.addLayout(body, 1)
        layout.addWidget(self.bar)
        self.resize(fitting_size(self, *_SIZE))
        self._saved.set_text("")
        self._retranslate()

    def showEvent(self, event: QShowEvent) -> None:
        """Has a screen reader say what it is, unless it is only restored."""
        super().showEvent(event)
        if not event.spontaneous():
            self.bar.primary.setFocus()
            self._context.announce(self, sentences(self._heading.text(), self._about.text()))

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch; the report keeps its language."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def save_text(self, path: Path) -> None:
        """Writes the report as a text in UTF-8 and says whether that worked."""
        # With a mark: Windows' editors of before 2019 need it to show Japanese.
        self._save(path, self.text.replace("\n", "\r\n").encode("utf-8-sig"))

    def save_pdf(self, path: Path) -> None:
        """Writes the report as an A4 PDF and says whether that worked."""
        self._save(path, pdf_bytes(self._document()))

    def _save(self, path: Path, content: bytes) -> None:
        try:
            path.write_bytes(content)
        except OSError:
            self._report(path, saved=False)
        else:
            self._report(path, saved=True)

    def _document(self) -> QTextDocument:
        document = QTextDocument()
        document.setPlainText(self.text)  # texts from outside are no markup
        return document

    def _save_pdf(self) -> None:
        path = self._ask_path(self.tr("certificate-check.pdf"), "PDF (*.pdf)")
        if path is not None:
            self.save_pdf(path)

    def _save_text(self) -> None:
        path = self._ask_path(self.tr("certificate-check.txt"), self.tr("Text (*.txt)"))
        if path is not None:
            self.save_text(path)

    def _ask_path(self, name: str, kind: str) -> Path | None:
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save"), name, kind)
        return Path(path) if path else None

    def _print(self) -> None:
        print_document(self._document(), self)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text)
        self._say(self.tr("Copied."))

    def _report(self, path: Path, *, saved: bool) -> None:
        texts = self.tr("Saved: {path}") if saved else self.tr("Could not be saved: {path}")
        self._say(texts.replace("{path}", str(path)))

    def _say(self, text: str) -> None:
        self._saved.set_text(text)
        self._context.announce(self, text)

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("For the help desk"))
        self._heading.setText(self.tr("For the help desk"))
        self._about.setText(
            self.tr(
                "This is all that is saved or printed. It holds no PIN, no code and no password."
                " Please read it before you pass it on."
            )
        )
        self.preview.setAccessibleName(self.tr("The report"))
        self.text_button.setText(self.tr("Save as &text"))
        self.print_button.setText(self.tr("P&rint"))
        self.copy_button.setText(self.tr("Copy &everything"))
        save = Button(self.tr("&Save as PDF"), self._save_pdf)
        self.bar.offer(Buttons(primary=save, close=self.tr("&Close")), typing=False)
        self.bar.retire()
