"""The procedure was stopped by the user between two steps."""

from __future__ import annotations

from certclient.enrollment.procedure import Pending
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.pages.base import Button, Buttons, WizardPage
from certclient.ui.enrollment.session import WizardSession
from certclient.ui.widgets.parts import Sentence


class PausedPage(WizardPage):
    """Shows how far it got; the user can resume it at any time."""

    def __init__(self, session: WizardSession) -> None:
        super().__init__(session)
        self._sentence, self._state = Sentence(), Sentence()
        self.body.addWidget(self._sentence)
        self.body.addWidget(self._state)
        self.body.addStretch()

    def retranslate(self) -> None:
        """See WizardPage.retranslate."""
        self.set_heading(self.tr("Stopped on the way"))
        self._sentence.set_text(
            self.tr(
                "As you wished, it stopped after a step. What is done is recorded, and the present "
                "certificate works as before. You can go on now or later from the main window."
            )
        )
        outcome = self.session.wizard_state.outcome
        if isinstance(outcome, Pending):
            state = self.context.catalogue.state(outcome.state)
            self._state.set_text(self.tr("So far: {state}").format(state=state))

    def buttons(self) -> Buttons:
        """Resume or close."""
        return Buttons(
            primary=Button(self.tr("Go &on"), lambda: self.session.forward(WizardPageId.PAUSED)),
            close=self.tr("&Close"),
        )
