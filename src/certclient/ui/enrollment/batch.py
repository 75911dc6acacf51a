"""「すべて更新」: renews all certificates that are due, one by one, and continues after
failures."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QProgressBar,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from certclient.enrollment.overview import Row
from certclient.enrollment.procedure import (
    Finished,
    LoginTest,
    LoginTestResult,
    Pending,
    ProcedureState,
)
from certclient.enrollment.procedure_status import ProcedureStatus
from certclient.model.visible_text import visible
from certclient.ui.context import AppContext
from certclient.ui.enrollment.batch_run import BatchRun
from certclient.ui.enrollment.pages.questions import Question, QuestionPanel
from certclient.ui.enrollment.proxy_login import ProxyLoginPrompt
from certclient.ui.tasks.enrollment_worker import EnrollmentWorker, WorkerResult
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.boxes import LossQuestion
from certclient.ui.widgets.button_bar import Button, ButtonBar, Buttons
from certclient.ui.widgets.input_guard import InputGuard
from certclient.ui.widgets.parts import Heading, Scroll, Sentence, sentences
from certclient.ui.widgets.sizes import fitting_size

_COLUMNS = 5


class RenewAllDialog(QDialog):
    """Renews each certificate in its current store. Closing it early is safe: the rest continues
    without the window, which reopens for questions."""

    finished_with = Signal(object)
    """The result of each run: Finished, Pending or a CertclientError."""
    all_done = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._asking = False
        self.batch = BatchRun(context, self)
        self._make_widgets()
        self._lay_out()
        self.guard = InputGuard(self)
        self._retranslate()
        self._phase = (False, False)
        self.batch.changed.connect(self._changed)
        self.batch.question_asked.connect(self._ask)
        self.batch.run_began.connect(self._run_began)
        self.batch.one_ended.connect(self._one_ended)
        self.batch.all_ended.connect(self._all_ended)
        self.batch.scan_stores()

    @property
    def run(self) -> EnrollmentWorker | None:
        """The run in progress, or None."""
        return self.batch.run

    def _make_widgets(self) -> None:
        self._heading, self._intro, self._step = Heading(), Sentence(), Sentence()
        self._table = QTableWidget(0, _COLUMNS)
        self._table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self._table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self._table.verticalHeader().hide()
        header = self._table.horizontalHeader()
        # Bank, end and result wrap; sideways scrolling would hide the result.
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column in (0, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self._table.setWordWrap(True)
        self._bar = QProgressBar()
        self.panel = QuestionPanel(self._context)
        self.panel.changed.connect(self._show_buttons)
        self.bar = ButtonBar(self.reject)

    def _lay_out(self) -> None:
        body = QWidget()
        layout = QVBoxLayout(body)
        for part in (self._heading, self._intro, self.panel, self._bar, self._step):
            layout.addWidget(part)
        layout.addWidget(self._table, 1)
        outer = QVBoxLayout(self)
        outer.addWidget(RehearsalBanner(self._context.rehearsal))
        outer.addWidget(Scroll(body), 1)
        outer.addWidget(self.bar)
        self.resize(fitting_size(self, 50, 26))

    def _one_ended(self, end: object) -> None:
        self._asking = False
        self.finished_with.emit(end)

    def _all_ended(self) -> None:
        if self.isVisible():
            state = self._context.state.state
            own = [one for one in state.overview.results if one.batch == self.batch.batch_id]
            state.see(*own)
        self.all_done.emit()
        if not self.isVisible():
            self.deleteLater()

    # Questions

    def _run_began(self, run: EnrollmentWorker) -> None:
        ProxyLoginPrompt(self._context, run.interaction, self)

    def _ask(self, question: Question) -> None:
        self._asking = True
        self.panel.ask(question)
        self._retranslate()
        self._present(urgent=bool(self.panel.problem))
        if not self.isVisible():
            self.show()
            self.raise_()
            self.activateWindow()

    def _answer(self, *, submit: bool) -> None:
        secret = self.panel.take()
        self._asking = False
        # Before the panel is hidden: Qt would move the focus somewhere in between.
        self._show_buttons()
        self.bar.default.setFocus()
        if self.run is not None:
            self.run.interaction.answer(secret if submit else None)
        self._retranslate()
        self._present()

    # Buttons

    def _present(self, *, urgent: bool = False) -> None:
        """The dialog shows something else, like another page: moves the focus, ignores for a moment
        what was pressed for what it showed before, and has screen readers say it."""
        self.guard.page_changed()
        (self.panel.first_field if self._asking else self.bar.default).setFocus()
        if self.isVisible():
            problem = self.panel.problem if self._asking else ""
            said = sentences(self._heading.text(), self._intro.text(), problem)
            self._context.announce(self, said, urgent=urgent)

    def _changed(self) -> None:
        self._retranslate()
        phase = (self.batch.scanned, self.batch.working)
        if phase != self._phase:
            self._phase = phase
            self._present()

    def _submit(self) -> None:
        if self.panel.complete:
            self._answer(submit=True)

    def _skip(self) -> None:
        self._answer(submit=False)

    def showEvent(self, event: QShowEvent) -> None:
        """Focuses the default button."""
        super().showEvent(event)
        self._present()

    def reject(self) -> None:
        """Esc, the window's X and the close button. Confirms if a typed PIN would be lost."""
        typed = self._asking and bool(self.panel.field.typed)
        if not typed or LossQuestion(self, self._context.rehearsal).agreed():
            super().reject()

    def done(self, result: int) -> None:
        """Stops the batch if a question is open; deletes the dialog once nothing runs any more."""
        super().done(result)
        if self._asking:
            self.batch.stop()
            self._answer(submit=False)
        if not self.batch.working:
            self.deleteLater()

    # Texts

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Renew all"))
        self.bar.fit((self.tr("&Renew all"), self.tr("&Next")))
        self.panel.retranslate()
        self.panel.setVisible(self._asking)
        self._heading.set_text(
            self.panel.title if self._asking else self.tr("Renew all certificates")
        )
        self._intro.set_text("" if self._asking else self._sentence())
        step = self._context.catalogue.step(self.batch.step) if self.batch.step else ""
        self._step.set_text("" if self._asking else step)
        self._bar.setVisible(self.batch.working)
        self._bar.setRange(0, max(len(self.batch.rows), 1))
        self._bar.setValue(len(self.batch.ends))
        self._bar.setAccessibleName(step or self.tr("Renew all certificates"))
        self._fill_table()
        self._show_buttons()

    def _sentence(self) -> str:
        if self.batch.scan_error is not None:
            shown = self._context.catalogue.error(self.batch.scan_error)
            return f"{shown.title}\n{shown.sentence}\n{shown.next_step}\n[{shown.code}]"
        if not self.batch.scanned:
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
        catalogue = self._context.catalogue
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
                catalogue.destination(row.entry.store.destination),
                catalogue.minute(self._valid_until(number, row)),
                self._result(number),
            )
            for column, text in enumerate(cells):
                item = QTableWidgetItem(visible(text))
                item.setFlags(Qt.ItemFlag.ItemIsEnabled)
                self._table.setItem(number, column, item)
        self._table.resizeRowsToContents()

    def _valid_until(self, number: int, row: Row) -> datetime:
        """Returns the new certificate's end, or the old one's before it is issued."""
        outcome = self.batch.ends[number].outcome if number < len(self.batch.ends) else None
        certificate = row.entry.certificate
        return (outcome.certificate if isinstance(outcome, Finished) else certificate).not_after

    def _result(self, number: int) -> str:
        if number < len(self.batch.ends):
            return self._outcome_text(self.batch.ends[number])
        if self.batch.is_renewing(number):
            return self._progress(self.batch.status(number))
        return self.tr("not begun") if self.batch.over else ""

    def _progress(self, status: ProcedureStatus | None) -> str:
        if status is None or status.step is None:
            return self.tr("under way")
        if status.asking:
            return self.tr("waits for what you have to enter")
        return self.tr("under way (step {number} of {count})").format(
            number=status.number, count=len(status.listed)
        )

    def _outcome_text(self, end: WorkerResult) -> str:
        if end.own_choice:
            return self.tr("skipped, as you wished")
        if end.error is not None:
            shown = self._context.catalogue.error(end.error)
            return f"{shown.title} [{shown.code}]"
        if isinstance(end.outcome, Pending) and end.outcome.state is ProcedureState.WAITING:
            return self.tr("waiting for the bank")
        if isinstance(end.outcome, Pending):
            return self.tr("stopped on the way; you can go on with it later")
        if isinstance(end.outcome, Finished) and end.outcome.login.result is LoginTestResult.FAILED:
            return self._login_failed(end.outcome.login)
        return self.tr("renewed")

    def _login_failed(self, test: LoginTest) -> str:
        problem = self._context.catalogue.login(test, "")
        return self.tr("renewed, but: {problem}").format(problem=problem)

    def _show_buttons(self) -> None:
        self.bar.offer(self._wanted_buttons(), typing=self._asking)
        self.bar.retire()

    def _wanted_buttons(self) -> Buttons:
        close = self.tr("&Close")
        if self._asking:
            skip = Button(self.tr("S&kip this one"), self._skip)
            answer = Button(self.tr("&Next"), self._submit, self.panel.complete)
            return Buttons(primary=answer, secondary=skip, close=close)
        if self.batch.working:
            stopping = self.batch.stopping
            stop = Button(self.tr("S&top after this step"), self.batch.stop, not stopping)
            return Buttons(secondary=stop, close=close)
        if self.batch.ready:
            return Buttons(primary=Button(self.tr("&Renew all"), self.batch.start), close=close)
        return Buttons(close=close)
