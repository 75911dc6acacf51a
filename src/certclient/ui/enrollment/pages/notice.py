"""電子証明書更新通知 (seed S1): now or later."""

from __future__ import annotations

from certclient.ui.enrollment.holder import holder_lines
from certclient.ui.enrollment.navigation import Page
from certclient.ui.enrollment.pages.base import Button, Buttons, WizardPage
from certclient.ui.enrollment.session import Session
from certclient.ui.widgets.parts import Facts, Note, Sentence


class NoticePage(WizardPage):
    """Opens by itself; 後で更新する asks nothing, the reminder comes back."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._request = Sentence()
        self._facts = Facts()
        self._deadline = Note()
        self._later = Sentence()
        for part in (self._request, self._deadline, self._facts, self._later):
            self.body.addWidget(part)
        self.body.addStretch()

    def retranslate(self) -> None:
        self.say_heading(self.tr("Certificate renewal notice"))
        self._request.say(self.tr("Please renew your certificate."))
        current = self.session.current
        if current is None:
            return
        self._facts.show_lines(holder_lines(self.session))
        self._deadline.say(self._days_left(current.life.days_left))
        self._later.say(
            self.tr(
                "The certificate has to be renewed every year. If you choose “Renew later”, "
                "you will be reminded again in time."
            )
        )

    def _days_left(self, days: int) -> str:
        if days == 0:
            return self.tr("Today is the last day.")
        return self.tr("%n day(s) left.", "", days)

    def buttons(self) -> Buttons:
        return Buttons(
            primary=Button(self.tr("Renew &now"), lambda: self.session.forward(Page.NOTICE)),
            secondary=Button(self.tr("Renew &later"), lambda: self.session.moved.emit(None)),
        )
