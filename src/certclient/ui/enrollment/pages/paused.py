"""The procedure was stopped by the user between two steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from certclient.enrollment.procedure import Pending
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.pages.base import Button, Buttons, WizardPage, sentences
from certclient.ui.widgets.card import Card
from certclient.ui.widgets.parts import Sentence, StrongText
from certclient.ui.widgets.pictures import ResultMark
from certclient.ui.widgets.tokens import Severity

if TYPE_CHECKING:
    from certclient.ui.enrollment.session import WizardSession


class PausedPage(WizardPage):
    """Shows how far it got; the user can resume it at any time."""

    def __init__(self, session: WizardSession) -> None:
        super().__init__(session)
        self.head.insertWidget(0, ResultMark(Severity.NEUTRAL))
        self._sentence, self._state = Sentence(), StrongText()
        self.body.addWidget(Card(self._sentence, self._state))
        self.body.addStretch()

    def retranslate(self) -> None:
        """See WizardPage.retranslate."""
        self.set_heading(self.tr("Stopped on the way"))
        self._sentence.set_text(self._explanation())
        outcome = self.session.wizard_state.outcome
        self._state.set_text("")
        if isinstance(outcome, Pending):
            state = self.context.catalogue.state(outcome.state)
            self._state.set_text(self.tr("So far: {state}").format(state=state))

    def _explanation(self) -> str:
        if self.session.wizard_state.procedure_id:
            return self.tr(
                "As you wished, it stopped after a step. What is done is recorded, and the present "
                "certificate works as before. You can go on now or later from the main window."
            )
        return self.tr(
            "As you wished, it stopped before anything was changed. The present certificate works "
            "as before. You can start again at any time."
        )

    @classmethod
    def primary_texts(cls) -> tuple[str, ...]:
        """See WizardPage.primary_texts."""
        translate = QCoreApplication.translate
        return (translate("PausedPage", "Go &on"),)

    def spoken(self) -> str:
        """What happened, and that nothing is lost."""
        return sentences(super().spoken(), self._sentence.text())

    def buttons(self) -> Buttons:
        """Resume or close."""
        return Buttons(
            primary=Button(self.tr("Go &on"), self._go_on),
            close=self.tr("&Close"),
        )

    def _go_on(self) -> None:
        if self.session.wizard_state.procedure_id:
            self.session.forward(WizardPageId.PAUSED)
        else:
            self.session.retry()
