"""From the day after the bank's last day (seeds S0, S3: day 91): only a person can help."""

from __future__ import annotations

from certclient.model.errors import CertclientError, ErrorCode
from certclient.ui.enrollment.holder import holder_lines
from certclient.ui.enrollment.pages.base import WizardPage
from certclient.ui.enrollment.session import Session
from certclient.ui.widgets.parts import Facts, Note, Sentence


class TooLatePage(WizardPage):
    """Says whom to contact, by role, from the bank's profile."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._sentence, self._next = Sentence(), Sentence()
        self._contact = Note()
        self._facts = Facts()
        for part in (self._sentence, self._contact, self._next, self._facts):
            self.body.addWidget(part)
        self.body.addStretch()

    def retranslate(self) -> None:
        current = self.session.current
        owner = current.owner if current is not None else None
        contact = self.context.contact(self.session.profile, owner)
        data = {"obtain_until": current.life.obtain_until.isoformat()} if current else {}
        shown = self.context.words.error(CertclientError(ErrorCode.TOO_LATE, **data), contact)
        self.say_heading(shown.title)
        self._sentence.say(shown.sentence)
        self._contact.say(shown.help)
        self._next.say(shown.next_step)
        self._facts.show_lines(holder_lines(self.session))
