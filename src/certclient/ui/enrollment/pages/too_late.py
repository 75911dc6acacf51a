"""From the day after the bank's last day (seeds S0, S3: day 91): only the bank's contact can
help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certclient.model.errors import CertclientError, ErrorCode
from certclient.ui.enrollment.details import certificate_details
from certclient.ui.enrollment.pages.base import WizardPage, sentences
from certclient.ui.enrollment.pages.failure import Failure
from certclient.ui.enrollment.quiet_lines import QuietLines
from certclient.ui.widgets.card import Card
from certclient.ui.widgets.pictures import ResultMark
from certclient.ui.widgets.tokens import Severity

if TYPE_CHECKING:
    from certclient.ui.enrollment.session import WizardSession


class TooLatePage(WizardPage):
    """Shows whom to contact, by role, from the bank's profile."""

    def __init__(self, session: WizardSession) -> None:
        super().__init__(session)
        self.head.insertWidget(0, ResultMark(Severity.ERROR))
        self.failure, self._facts = Failure(), QuietLines()
        self.body.addWidget(self.failure)
        self.body.addWidget(Card(self._facts))
        self.body.addStretch()

    def retranslate(self) -> None:
        """See WizardPage.retranslate."""
        current = self.session.current
        data = {"obtain_until": current.life.obtain_until.isoformat()} if current else {}
        shown = self.failure.show_failure(
            self.session, CertclientError(ErrorCode.TOO_LATE, **data), Severity.ERROR
        )
        self.set_heading(shown.title)
        self._facts.show_lines(certificate_details(self.session))

    def spoken(self) -> str:
        """What happened, and who can help."""
        return sentences(super().spoken(), self.failure.spoken())

    @property
    def urgent(self) -> bool:
        """See WizardPage.urgent."""
        return True
