"""「すべて更新」: all certificates that are due, one after the other; a failure stops no other."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from certclient.enrollment.overview import Row
from certclient.enrollment.procedure import Finished, LoginResult, LoginTest, Pending, State
from certclient.ui.context import AppContext
from certclient.ui.enrollment.batch_run import BatchRun
from certclient.ui.enrollment.pages.questions import Question, QuestionPanel
from certclient.ui.tasks.running import ProcedureRun, RunEnd
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.parts import Heading, Scroll, Sentence
from certclient.ui.widgets.sizes import fitting_size

_COLUMNS = 5


class RenewAllDialog(QDialog):
    """Each certificate stays where it lives. Closing it in the middle is safe: the rest goes on
    without the window, which comes back for a question."""

    finished_with = Signal(object)
    """How each run ended: Finished, Pending or a CertclientError."""
    all_done = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._asking = False
        self.batch = BatchRun(context, self)
        self._make_widgets()
        self._lay_out()
        self._retranslate()
        self.batch.changed.connect(self._retranslate)
        self.batch.asked.connect(self._ask)
        self.batch.one_ended.connect(self._one_ended)
        self.batch.all_ended.connect(self._all_ended)
        self.batch.look()

    @property
    def run(self) -> ProcedureRun | None:
        """What is at work now."""
        return self.batch.run

    def _make_widgets(self) -> None:
        self._heading, self._intro, self._step = Heading(), Sentence(), Sentence()
        self._table = QTableWidget(0, _COLUMNS)
        self._table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self._table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self._table.verticalHeader().hide()
        self._table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self._table.horizontalHeader().setStretchLastSection(True)
        self._table.setWordWrap(True)
        self._bar = QProgressBar()
        self.panel = QuestionPanel(self._context)
        self.panel.changed.connect(self._show_buttons)
        self._buttons = QDialogButtonBox()
        role = QDialogButtonBox.ButtonRole
        self.primary, self.secondary, self.closing = QPushButton(), QPushButton(), QPushButton()
        self._buttons.addButton(self.secondary, role.ActionRole)
        self._buttons.addButton(self.primary, role.ActionRole)
        self._buttons.addButton(self.closing, role.RejectRole)
        self.primary.clicked.connect(self._press_primary)
        self.secondary.clicked.connect(self._press_secondary)
        self._buttons.rejected.connect(self.reject)

    def _lay_out(self) -> None:
        body = QWidget()
        layout = QVBoxLayout(body)
        for part in (self._heading, self._intro, self.panel, self._bar, self._step):
            layout.addWidget(part)
        layout.addWidget(self._table, 1)
        outer = QVBoxLayout(self)
        outer.addWidget(RehearsalBanner(self._context.rehearsal))
        outer.addWidget(Scroll(body), 1)
        outer.addWidget(self._buttons)
        self.resize(fitting_size(self, 50, 26))

    def _one_ended(self, end: object) -> None:
        self._asking = False
        self.finished_with.emit(end)

    def _all_ended(self) -> None:
        self.all_done.emit()
        if not self.isVisible():
            self.deleteLater()

    # Questions

    def _ask(self, question: Question) -> None:
        self._asking = True
        self.panel.ask(question)
        self._retranslate()
        if not self.isVisible():
            self.show()
            self.raise_()
            self.activateWindow()

    def _answer(self, *, give: bool) -> None:
        secret = self.panel.take()
        self._asking = False
        if self.run is not None:
            self.run.interaction.answer(secret if give else None)
        self._retranslate()

    # Buttons

    def _press_primary(self) -> None:
        if self._asking:
            if self.panel.complete:
                self._answer(give=True)
        else:
            self.batch.start()

    def _press_secondary(self) -> None:
        if self._asking:
            self._answer(give=False)
        else:
            self.batch.stop()

    def done(self, result: int) -> None:
        """Goes when nothing runs any more."""
        super().done(result)
        if self._asking:
            self.batch.stop()
            self._answer(give=False)
        if not self.batch.working:
            self.deleteLater()

    # Texts

    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Renew all"))
        self.panel.retranslate()
        self.panel.setVisible(self._asking)
        self._heading.say(self.panel.title if self._asking else self.tr("Renew all certificates"))
        self._intro.say("" if self._asking else self._sentence())
        step = self._context.words.step(self.batch.step) if self.batch.step else ""
        self._step.say("" if self._asking else step)
        self._bar.setVisible(self.batch.working)
        self._bar.setRange(0, max(len(self.batch.rows), 1))
        self._bar.setValue(len(self.batch.ends))
        self._bar.setAccessibleName(step or self.tr("Renew all certificates"))
        self._fill_table()
        self._show_buttons()

    def _sentence(self) -> str:
        if self.batch.trouble is not None:
            shown = self._context.words.error(self.batch.trouble)
            return f"{shown.title}\n{shown.sentence}\n{shown.next_step}\n[{shown.code}]"
        if not self.batch.looked:
            return self.tr("Looking for certificates that are due.")
        if not self.batch.rows:
            return self.tr("No certificate has to be renewed now.")
        if self.batch.stopping and self.batch.working:
            return self.tr("It stops after this step. You can go on with it later.")
        if self.batch.working:
            return self.tr(
                "One after the other. You may close this window: it goes on by itself, and nothing "
                "is lost even if the PC is switched off."
            )
        if self.batch.over:
            return self.tr(
                "This is how it went. Before logging in, close all windows of the browser once."
            )
        return self.tr(
            "With “Renew all” you agree that these certificates are renewed, each where it is "
            "stored now. New keys are made there and never leave that place. If one fails, the "
            "others are renewed all the same."
        )

    def _fill_table(self) -> None:
        words = self._context.words
        self._table.setHorizontalHeaderLabels(
            [
                self.tr("User ID"),
                self.tr("Bank"),
                self.tr("Place"),
                self.tr("Valid until"),
                self.tr("Result"),
            ]
        )
        self._table.setAccessibleName(self.tr("Certificates"))
        self._table.setVisible(bool(self.batch.rows))
        self._table.setRowCount(len(self.batch.rows))
        for number, row in enumerate(self.batch.rows):
            cells = (
                row.entry.full_id,
                self._context.bank(row.profile),
                words.destination(row.entry.store.destination),
                words.minute(self._valid_until(number, row)),
                self._result(number),
            )
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setFlags(Qt.ItemFlag.ItemIsEnabled)
                self._table.setItem(number, column, item)
        self._table.resizeRowsToContents()

    def _valid_until(self, number: int, row: Row) -> datetime:
        """The new certificate's end, once there is one."""
        outcome = self.batch.ends[number].outcome if number < len(self.batch.ends) else None
        certificate = row.entry.certificate
        return (outcome.certificate if isinstance(outcome, Finished) else certificate).not_after

    def _result(self, number: int) -> str:
        if number < len(self.batch.ends):
            return self._told(self.batch.ends[number])
        if self.batch.is_at_work_on(number):
            return self.tr("under way")
        return self.tr("not begun") if self.batch.over else ""

    def _told(self, end: RunEnd) -> str:
        if end.error is not None:
            shown = self._context.words.error(end.error)
            return f"{shown.title} [{shown.code}]"
        if isinstance(end.outcome, Pending) and end.outcome.state is State.WAITING:
            return self.tr("waiting for the bank")
        if isinstance(end.outcome, Pending):
            return self.tr("stopped on the way; you can go on with it later")
        if isinstance(end.outcome, Finished) and end.outcome.login.result is LoginResult.FAILED:
            return self._login_failed(end.outcome.login)
        return self.tr("renewed")

    def _login_failed(self, test: LoginTest) -> str:
        told = self._context.words.login(test, "")
        return self.tr("renewed, but: {problem}").format(problem=told)

    def _show_buttons(self) -> None:
        self.closing.setText(self.tr("&Close"))
        self.primary.setVisible(self._asking or self.batch.ready)
        self.secondary.setVisible(self.batch.working)
        if self._asking:
            self.primary.setText(self.tr("&Next"))
            self.primary.setEnabled(self.panel.complete)
            self.secondary.setText(self.tr("S&kip this one"))
            self.secondary.setEnabled(True)
        else:
            self.primary.setText(self.tr("&Renew all"))
            self.primary.setEnabled(self.batch.ready)
            self.secondary.setText(self.tr("S&top after this step"))
            self.secondary.setEnabled(not self.batch.stopping)
        (self.primary if self.primary.isVisible() else self.closing).setDefault(True)
