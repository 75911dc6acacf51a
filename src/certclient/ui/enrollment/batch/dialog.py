"""「すべて更新」: the dialog in which certificates are ticked, renewed one by one, and told of."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from certclient.store.base import PinRequest
from certclient.ui.enrollment.batch.items import BatchPhase
from certclient.ui.enrollment.batch.rows import BatchRowView
from certclient.ui.enrollment.batch.run import BatchRun
from certclient.ui.enrollment.batch.texts import BatchTexts
from certclient.ui.enrollment.pages.question_texts import Question
from certclient.ui.enrollment.pages.questions import QuestionPanel
from certclient.ui.enrollment.proxy_login import ProxyLoginPrompt
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.boxes import LossQuestion
from certclient.ui.widgets.button_bar import Button, ButtonBar, Buttons
from certclient.ui.widgets.input_guard import InputGuard
from certclient.ui.widgets.labels import Heading, Sentence, sentences
from certclient.ui.widgets.page import body_layout, page_layout
from certclient.ui.widgets.progress import ProgressBar
from certclient.ui.widgets.scroll import Scroll
from certclient.ui.widgets.sign import SignLabel
from certclient.ui.widgets.sizes import fitting_size
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from certclient.ui.context import AppContext
    from certclient.ui.tasks.enrollment_worker import EnrollmentWorker


class RenewAllDialog(QDialog):
    """Renews the ticked certificates, each in its current store. Closing it early is safe: the rest
    continues without the window, which reopens for questions."""

    finished_with = Signal(object)
    """The result of each run: Finished, Pending or a CertclientError."""
    all_done = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._question: Question | None = None
        self.batch = BatchRun(context, self)
        self._texts = BatchTexts(context, self.batch, self)
        self.rows: list[BatchRowView] = []
        """One per certificate, in the order of `BatchRun.items`."""
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

    @property
    def heading(self) -> str:
        """What the dialog says first."""
        return self._heading.text()

    @property
    def said(self) -> str:
        """The sentences above and below the list, without those of its rows."""
        return sentences(self._intro.text(), self._count.text())

    def _make_widgets(self) -> None:
        self._sign, self._heading, self._intro = SignLabel(), Heading(), Sentence()
        self._sign.setFont(self._heading.font())
        self._count = Sentence()
        self._list = QWidget()
        self._list_layout = QVBoxLayout(self._list)
        self._list_layout.setContentsMargins(0, 0, 0, 0)
        self._list_layout.setSpacing(Space.S)
        self._bar = ProgressBar()
        self.panel = QuestionPanel(self._context, self._contact)
        self.panel.changed.connect(self._show_buttons)
        self.bar = ButtonBar(self.reject)

    def _lay_out(self) -> None:
        body = QWidget()
        layout = body_layout(body)
        head = QHBoxLayout()
        head.setSpacing(Space.S)
        head.addWidget(self._sign)
        head.addWidget(self._heading, 1)
        layout.addLayout(head)
        for part in (self._intro, self.panel, self._bar, self._count, self._list):
            layout.addWidget(part)
        layout.addStretch(1)
        self._scroll = Scroll(body)
        page_layout(self, RehearsalBanner(self._context.rehearsal), self._scroll, self.bar)
        self.resize(fitting_size(self, 44, 36))

    def _contact(self) -> str:
        return self._texts.contact(self._question) if self._question is not None else ""

    def _one_ended(self, number: int) -> None:
        end = self.batch.items[number].end
        if end is None:
            return
        self._question = None
        if self.isVisible():
            self._context.announce(self, self._texts.spoken(number))
        if not end.own_choice:
            self.finished_with.emit(end.outcome if end.outcome is not None else end.error)

    def _all_ended(self) -> None:
        self._question = None
        self._retranslate()
        self._scroll.verticalScrollBar().setValue(0)
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
        QTimer.singleShot(0, self, self._show_current)

    def _show_current(self) -> None:
        """Scrolls to the row that is being renewed, once."""
        if (number := self.batch.current) is not None:
            self._scroll.ensureWidgetVisible(self.rows[number])

    def _ask(self, question: Question) -> None:
        self._question = question
        self.panel.ask(question)
        self._retranslate()
        self._present(urgent=bool(self.panel.problem))
        if not self.isVisible():
            self.show()
            self.raise_()
            self.activateWindow()

    def _answer(self, *, submit: bool) -> None:
        secret = self.panel.take()
        self._question = None
        # Before the panel is hidden: Qt would move the focus somewhere in between.
        self._show_buttons()
        self.bar.default.setFocus()
        self.batch.answer(secret if submit else None)
        self._retranslate()
        self._present()

    # Buttons

    def _present(self, *, urgent: bool = False) -> None:
        """The dialog shows something else, like another page: moves the focus, ignores for a moment
        what was pressed for what it showed before, and has screen readers say it."""
        self.guard.page_changed()
        (self.panel.first_field if self._question else self.bar.default).setFocus()
        if self.isVisible():
            problem = self.panel.problem if self._question else ""
            said = sentences(self._heading.text(), self._intro.text(), self._count.text(), problem)
            self._context.announce(self, said, urgent=urgent)

    def _changed(self) -> None:
        self._retranslate()
        phase = (self.batch.scanned, self.batch.working)
        if phase != self._phase:
            self._phase = phase
            self._present()

    def _submit(self) -> None:
        if self.panel.complete and self.panel.accepts():
            self._answer(submit=True)

    def _skip(self) -> None:
        self._answer(submit=False)

    def _back(self) -> None:
        self.panel.take()
        self._question = None
        self._show_buttons()
        self.bar.default.setFocus()
        self.batch.back()
        self._retranslate()

    def showEvent(self, event: QShowEvent) -> None:
        """Focuses the default button."""
        super().showEvent(event)
        self._present()

    def reject(self) -> None:
        """Esc, the window's X and the close button. Confirms if a typed PIN would be lost."""
        typed = self._question is not None and not self.panel.field.is_empty
        if not typed or LossQuestion(self, self._context.rehearsal).agreed():
            super().reject()

    def done(self, result: int) -> None:
        """Stops the batch if a question is open; deletes the dialog once nothing runs any more."""
        super().done(result)
        if self._question is not None:
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
        asking = self._question is not None
        self.setWindowTitle(self.tr("Renew all"))
        self.bar.fit((*self._texts.start_texts(), self.tr("&Next")))
        self.panel.retranslate()
        self.panel.setVisible(asking)
        self._sign.show_sign(self._texts.sign)
        self._sign.setVisible(self._texts.sign is not None)
        self._heading.set_text(self.panel.title if asking else self._texts.heading)
        self._intro.set_text("" if asking else self._texts.sentence)
        self._count.set_text(self._texts.count)
        self._bar.setVisible(self.batch.phase is BatchPhase.RUNNING)
        self._bar.setRange(0, max(self.batch.chosen, 1))
        self._bar.setValue(len(self.batch.ends))
        self._bar.setAccessibleName(self._texts.heading)
        self._show_rows()
        self._show_buttons()

    def _show_rows(self) -> None:
        for number in range(len(self.rows), len(self.batch.items)):
            row = BatchRowView()
            row.chosen.connect(partial(self._choose, number))
            row.again.connect(partial(self.batch.repeat, number))
            self.rows.append(row)
            self._list_layout.addWidget(row)
        for number, row in enumerate(self.rows):
            row.show_row(self._texts.row(number))
        first = self._question is not None and self.batch.phase is BatchPhase.PINS
        self._list.setVisible(bool(self.rows) and not first)
        self._list.setAccessibleName(self.tr("Certificates"))

    def _choose(self, number: int, chosen: bool) -> None:
        self.batch.choose(number, chosen=chosen)

    def _show_buttons(self) -> None:
        self.bar.offer(self._wanted_buttons(), typing=self._question is not None)
        self.bar.retire()

    def _wanted_buttons(self) -> Buttons:
        close = self.tr("&Close")
        if self._question is not None:
            skip = Button(self._skip_text(self._question), self._skip)
            answer = Button(self.tr("&Next"), self._submit, self.panel.complete)
            before = self.batch.phase is BatchPhase.PINS
            back = Button(self.tr("&Back"), self._back) if before else None
            return Buttons(primary=answer, secondary=skip, back=back, close=close)
        if self.batch.working:
            stopping = self.batch.stopping
            stop = Button(self.tr("S&top after this step"), self.batch.stop, not stopping)
            return Buttons(secondary=stop, close=close)
        if self.batch.phase is BatchPhase.CHOOSING and self.batch.rows:
            start = Button(self._texts.start, self.batch.start, self.batch.ready)
            return Buttons(primary=start, close=close)
        return Buttons(close=close)

    def _skip_text(self, question: Question) -> str:
        if self.batch.phase is BatchPhase.PINS and isinstance(question, PinRequest):
            return self.tr("S&kip these") if question.database else self.tr("S&kip this USB token")
        return self.tr("S&kip this one")
