"""電子証明書発行処理中 (seeds S0, S3): progress by step, and the questions in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from certclient.enrollment.interaction import SecretKind, SecretRequest
from certclient.model.progress import Step
from certclient.ui.enrollment.pages.base import Button, Buttons, WizardPage, sentences
from certclient.ui.enrollment.pages.question_texts import Question
from certclient.ui.enrollment.pages.questions import QuestionPanel
from certclient.ui.enrollment.pages.run_steps import RunSteps
from certclient.ui.enrollment.proxy_login import ProxyLoginPrompt
from certclient.ui.widgets.boxes import LossQuestion

if TYPE_CHECKING:
    from collections.abc import Callable

    from certclient.ui.enrollment.pages.letter import LetterPage
    from certclient.ui.enrollment.session import WizardSession
    from certclient.ui.tasks.enrollment_worker import EnrollmentWorker


class WorkPage(WizardPage):
    """Runs the procedure. Closing the window is safe at any time, and the page says so."""

    def __init__(self, session: WizardSession, letter: Callable[[], LetterPage]) -> None:
        """`letter` returns the page with the issue code, made when it is first needed."""
        super().__init__(session)
        self._letter = letter
        self._steps = RunSteps(session)
        self.panel = QuestionPanel(session.context, self._contact)
        self.panel.changed.connect(self.buttons_changed)
        self.body.addWidget(self._steps)
        self.body.addWidget(self.panel)
        self.body.addStretch()
        self._run: EnrollmentWorker | None = None
        self._stopping = False
        self._asking = False
        self._watching = False
        session.context.state.changed.connect(self._state_changed)
        session.run_began.connect(self._began)
        session.run_ended.connect(self.panel.forget)

    @property
    def asking(self) -> bool:
        """Whether a question is open."""
        return self._asking

    @property
    def confirming(self) -> bool:
        """Whether the confirmation is being sent to the bank."""
        status = self.session.status
        return status is not None and status.running and status.step is Step.CONFIRM

    def enter(self) -> None:
        """Starts the run; scans the stores first if it resumes a procedure. One that runs already
        without a window of its own is shown, and its end is fetched when it is over."""
        self._stopping = False
        self._steps.begin()
        self._show_steps()
        status = self.session.status
        if status is not None and status.running and self.session.run is None:
            self._watching = True
            self.refresh()
        elif self.session.wizard_state.procedure_id:
            self.session.scan_stores(self.session.begin)
        else:
            self.session.begin()

    def leave(self) -> None:
        """Stops the elapsed-time display."""
        self._watching = False
        self.panel.forget()
        self._steps.end()

    def _state_changed(self) -> None:
        self._steps.show_status()
        status = self.session.status
        if self._watching and (status is None or not status.running):
            self._watching = False
            self.refresh()
            self.session.scan_stores(self.session.begin)

    def _began(self, run: EnrollmentWorker) -> None:
        self._run = run
        run.interaction.pin_asked.connect(self.ask)
        run.interaction.secret_asked.connect(self._ask_secret)
        ProxyLoginPrompt(self.context, run.interaction, self)
        run.interaction.warned.connect(self._steps.show_warnings)

    # Questions

    def _ask_secret(self, request: SecretRequest) -> None:
        """Answers with the issue code from the letter page; prompts if it was wrong."""
        if request.kind is SecretKind.ISSUE_CODE and not request.previous_incorrect:
            typed = self._letter().take_code()
            code = request.codes.read(typed)
            if code is not None and self._run is not None:
                self.panel.keep(typed)
                self._run.interaction.answer(code)
                return
        self.ask(request)

    def ask(self, question: Question) -> None:
        """Shows the question and reopens the window if it was closed."""
        self._swap(asking=True)
        self.panel.ask(question)
        self.retranslate()
        self.renewed.emit()
        window = self.window()
        if not window.isVisible():
            window.show()
            window.raise_()
            window.activateWindow()

    def _swap(self, *, asking: bool) -> None:
        self._asking = asking
        # What had the focus is hidden in `settle`: Qt would move the focus somewhere in between.
        (self.panel if asking else self._steps).show()

    def settle(self) -> None:
        """Hides the question or the steps."""
        (self._steps if self.asking else self.panel).hide()

    def _answer(self) -> None:
        if self._run is not None and self.panel.complete and self.panel.accepts():
            self._run.interaction.answer(self.panel.take())
            self._show_steps()
            self.renewed.emit()

    def cancel_question(self) -> None:
        """Answers None: the procedure stops here and can be resumed."""
        self.panel.take()
        self._show_steps()
        self.renewed.emit()
        if self._run is not None:
            self._run.interaction.answer(None)

    def _correct_user(self) -> None:
        """Back to the user ID: a wrong one is refused like a wrong code."""
        self._letter().give_back(self.panel.field.take())
        self.session.correct_user()
        self.cancel_question()

    def _contact(self) -> str:
        current = self.session.current
        return self.context.contact(self.session.profile, current.owner if current else None)

    def _show_steps(self) -> None:
        self._swap(asking=False)
        self.refresh()

    def _stop(self) -> None:
        self._stopping = True
        if self._run is not None:
            self._run.interaction.stop()
        self.refresh()

    # Texts

    def retranslate(self) -> None:
        """See WizardPage.retranslate."""
        self.set_heading(self.panel.title if self.asking else self._title())
        self._steps.retranslate(stopping=self._stopping)
        self.panel.retranslate()

    def _title(self) -> str:
        return self.tr("Issuing the certificate")

    def first_field(self) -> QWidget | None:
        """The question's field while one is open."""
        return self.panel.first_field if self.asking else None

    @classmethod
    def primary_texts(cls) -> tuple[str, ...]:
        """See WizardPage.primary_texts."""
        translate = QCoreApplication.translate
        return (translate("WorkPage", "&Next"),)

    def spoken(self) -> str:
        """The question and what was wrong before, or what runs and that it can be left."""
        if self.asking:
            return sentences(super().spoken(), self.panel.problem)
        return sentences(super().spoken(), self._steps.introduction)

    @property
    def urgent(self) -> bool:
        """Whether the answer before was wrong."""
        return self.asking and bool(self.panel.problem)

    def escape(self) -> bool:
        """Stops at an open question, after a confirmation if something was typed."""
        if not self.asking:
            return False
        if self.panel.field.is_empty or self._may_lose(stopping=True):
            self.cancel_question()
        return True

    def may_close(self) -> bool:
        """Asks for confirmation if an answer has been typed."""
        return not (self.asking and not self.panel.field.is_empty) or self._may_lose(stopping=False)

    def _may_lose(self, *, stopping: bool) -> bool:
        return LossQuestion(self.window(), self.context.rehearsal, stopping=stopping).agreed()

    def buttons(self) -> Buttons:
        """Next and stop for a question, else stop after this step."""
        if self.asking:
            correct = Button(self.tr("Correct the &user ID"), self._correct_user)
            return Buttons(
                primary=Button(self.tr("&Next"), self._answer, self.panel.complete),
                secondary=Button(self.tr("S&top here"), self.cancel_question),
                back=correct if self.panel.asks_code and self.session.can_correct_user else None,
            )
        can_stop = not self._stopping and not self._watching
        stop = Button(self.tr("S&top after this step"), self._stop, can_stop)
        return Buttons(secondary=stop, close=self.tr("&Close"))
