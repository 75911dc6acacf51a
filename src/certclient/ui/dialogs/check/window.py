"""更新できますか？ On any day: what is checked, each line green or with what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSysInfo, Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from certclient.i18n.check_report import CheckWords
from certclient.ui.dialogs.check.cards import CheckCards
from certclient.ui.dialogs.check.report import CheckReportDialog
from certclient.ui.dialogs.check.run import CheckRun
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.button_bar import Button, ButtonBar, Buttons
from certclient.ui.widgets.callout import Callout
from certclient.ui.widgets.input_guard import InputGuard
from certclient.ui.widgets.parts import Heading, SecondaryText, sentences
from certclient.ui.widgets.progress import ProgressBar
from certclient.ui.widgets.scroll import Scroll
from certclient.ui.widgets.sizes import fitting_size
from certclient.ui.widgets.tokens import Severity, Space

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from certclient.enrollment.full_check.groups import FullCheck
    from certclient.ui.context import AppContext

_SIZE = (44, 42)
"""In text line heights."""


def open_check(context: AppContext, parent: QWidget) -> None:
    """Shows the one check window of `parent`; does nothing in a program without the check."""
    if context.full_check is None:
        return
    found = parent.findChild(CheckWindow, options=Qt.FindChildOption.FindDirectChildrenOnly)
    window = found or CheckWindow(context, context.full_check(), parent)
    window.open_window()


class CheckWindow(QDialog):
    """Not modal: what it says can be mended in other windows meanwhile. Checks when it is shown."""

    def __init__(self, context: AppContext, full_check: FullCheck, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._full_check = context, full_check
        self.run: CheckRun | None = None
        self._heading, self._about = Heading(), SecondaryText()
        self._progress = ProgressBar()
        self.summary = Callout()
        self.cards = CheckCards()
        self.bar = ButtonBar(self.reject)
        InputGuard(self)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.M)
        column.setSpacing(Space.M)
        for part in (self._heading, self._about, self._progress, self.summary, self.cards):
            column.addWidget(part)
        column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(RehearsalBanner(context.rehearsal))
        layout.addWidget(Scroll(body), 1)
        layout.addWidget(self.bar)
        self.resize(fitting_size(self, *_SIZE))
        self._retranslate()

    def open_window(self) -> None:
        """Shows and raises the window; checks again unless it is still checking."""
        self.show()
        self.raise_()
        self.activateWindow()

    def showEvent(self, event: QShowEvent) -> None:
        """Begins to check; not when it is only restored, which would throw the results away."""
        super().showEvent(event)
        if event.spontaneous():
            return
        if self.run is None or not self.run.running:
            self.check()

    def done(self, result: int) -> None:
        """Closes the window; what is still being checked ends on its own."""
        if self.run is not None:
            self.run.stop()
        super().done(result)

    def check(self) -> None:
        """Checks everything again."""
        if self.run is not None:
            self.run.stop()
            self.run.changed.disconnect(self._retranslate)
        self.cards.clear()
        run = CheckRun(self._context, self._full_check, self)
        run.changed.connect(self._retranslate)
        run.ended.connect(self._ended)
        self.run = run
        self._retranslate()
        self.bar.default.setFocus()
        self._context.announce(self, sentences(self._heading.text(), self._about.text()))
        run.begin()

    def report(self) -> str:
        """What is saved and printed: all results so far, in the current language."""
        board = self.run.board if self.run is not None else None
        if board is None:
            return ""
        system = f"{QSysInfo.prettyProductName()}, {QSysInfo.currentCpuArchitecture()}"
        return self._words().report(board, self._context.clock(), system)

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _ended(self) -> None:
        self._retranslate()
        failed = self.run is not None and bool(self.run.board.failures)
        self._context.announce(self, self.summary.text(), urgent=failed)

    def _words(self) -> CheckWords:
        return CheckWords(self._context.catalogue, self._contact)

    def _contact(self, bank: str) -> str:
        profile = self._context.profile(bank)
        return self._context.contact(profile) if profile is not None else ""

    def _open_report(self) -> None:
        dialog = CheckReportDialog(self._context, self.report(), self)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Ready to renew?"))
        self._heading.setText(self.tr("Ready to renew?"))
        self._about.setText(
            self.tr(
                "This checks whether a renewal would work on this computer. It changes nothing, and"
                " it uses no PIN attempt and no login at the bank."
            )
        )
        run = self.run
        running = run is None or run.running
        if run is not None:
            board = run.board
            self.cards.show_board(self._words(), board)
            self._progress.setRange(0, max(len(board.items), 1))
            self._progress.setValue(len(board.findings))
            self._show_summary(run)
        self._progress.setVisible(running)
        self._progress.setAccessibleName(self.tr("Checking"))
        close = self.tr("&Close")
        if running:
            self.bar.offer(Buttons(close=close), typing=False)
        else:
            again = Button(self.tr("Check &again"), self.check)
            report = Button(self.tr("For the &help desk…"), self._open_report)
            self.bar.offer(Buttons(primary=again, secondary=report, close=close), typing=False)
        self.bar.retire()

    def _show_summary(self, run: CheckRun) -> None:
        if run.running:
            self.summary.show_text("")
            return
        board = run.board
        severity = Severity.SUCCESS
        if board.failures:
            severity = Severity.ERROR
        elif board.warnings or not board.certificates:
            severity = Severity.WARNING if board.warnings else Severity.INFORMATION
        again = self.tr("When it is mended, please check again.") if board.failures else ""
        self.summary.show_text(self._words().summary(board), again, severity)
