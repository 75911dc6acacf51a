"""Stopped by the customer between two steps."""

from __future__ import annotations

from certclient.enrollment.procedure import Pending
from certclient.ui.enrollment.navigation import Page
from certclient.ui.enrollment.pages.base import Button, Buttons, WizardPage
from certclient.ui.enrollment.session import Session
from certclient.ui.widgets.parts import Sentence


class PausedPage(WizardPage):
    """Nothing is lost; it goes on when the customer wants."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._sentence, self._state = Sentence(), Sentence()
        self.body.addWidget(self._sentence)
        self.body.addWidget(self._state)
        self.body.addStretch()

    def retranslate(self) -> None:
        self.say_heading(self.tr("Stopped on the way"))
        self._sentence.say(
            self.tr(
                "As you wished, it stopped after a step. What is done is recorded, and the present "
                "certificate works as before. You can go on now or later from the main window."
            )
        )
        outcome = self.session.journey.outcome
        if isinstance(outcome, Pending):
            state = self.context.words.state(outcome.state)
            self._state.say(self.tr("So far: {state}").format(state=state))

    def buttons(self) -> Buttons:
        return Buttons(
            primary=Button(self.tr("Go &on"), lambda: self.session.forward(Page.PAUSED)),
            close=self.tr("&Close"),
        )
