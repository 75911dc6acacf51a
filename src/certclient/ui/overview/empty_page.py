"""The main window's page when there is no certificate: what to do first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from certclient.ui.widgets.parts import Heading, Sentence

if TYPE_CHECKING:
    from certclient.ui.context import AppContext


class EmptyPage(QWidget):
    """Shows that the scan is running, that no bank is configured, or that nothing was found."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._scanning = True
        self._heading = Heading()
        self._text = Sentence()
        self.obtain = QPushButton()
        self.practise = QPushButton()
        if context.practise is not None:
            self.practise.clicked.connect(context.practise.start)
            context.practise.changed.connect(self._retranslate)
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.addStretch(1)
        layout.addWidget(self._heading)
        layout.addWidget(self._text)
        layout.addWidget(self.obtain, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.practise, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(2)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(body)  # the main window scrolls
        self._retranslate()

    def scan_finished(self) -> None:
        """Replaces the “Looking” text once a scan has ended."""
        self._scanning = False
        self._retranslate()

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        context = self._context
        self.obtain.setText(self.tr("Obtain &your first certificate"))
        self.obtain.setVisible(not self._scanning and bool(context.profiles))
        practising = context.practise is not None and context.practise.running
        text = self.tr("Practising in another window") if practising else self.tr("&Practise")
        self.practise.setText(text)
        self.practise.setEnabled(not practising)
        self.practise.setVisible(not context.profiles and context.practise is not None)
        if not context.profiles:
            self._show_no_bank()
        elif self._scanning:
            self._heading.setText(self.tr("Looking for certificates…"))
            self._text.setText("")
        else:
            self._heading.setText(self.tr("There is no certificate yet"))
            self._text.setText(
                self.tr(
                    "For your first certificate, have the letter at hand that the bank sent you:"
                    " it has your user ID and the issue code. If your certificate is on a USB"
                    " token, plug it in; it then appears here by itself."
                )
            )

    def _show_no_bank(self) -> None:
        if self._context.bank_errors:
            self._heading.setText(self.tr("No bank can be used on this computer"))
            text = self.tr("The lines below say what is wrong with the bank's settings.")
        else:
            self._heading.setText(self.tr("No bank is set up on this computer"))
            text = self.tr(
                "The settings of your bank are missing. Install the program from your bank's"
                " page again, or ask whoever looks after your computers."
            )
        offer = self.tr(
            "You can also try everything out with a practice bank: “Practise” opens a window of its"
            " own, with certificates that are not real. Closing it removes them."
        )
        shown = (text, offer) if self._context.practise is not None else (text,)
        self._text.setText("\n\n".join(shown))
