"""From the day after the bank's last day (seeds S0, S3: day 91): only the bank's contact can
help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certclient.model.errors import CertclientError, ErrorCode
from certclient.ui.enrollment.details import certificate_details
from certclient.ui.enrollment.pages.base import WizardPage, sentences
from certclient.ui.widgets.error_panel import ErrorPanel
from certclient.ui.widgets.parts import Facts
from certclient.ui.widgets.severity import Severity

if TYPE_CHECKING:
    from certclient.ui.enrollment.session import WizardSession


class TooLatePage(WizardPage):
    """Shows whom to contact, by role, from the bank's profile."""

    def __init__(self, session: WizardSession) -> None:
        super().__init__(session)
        self.panel, self._facts = ErrorPanel(), Facts()
        for part in (self.panel, self._facts):
            self.body.addWidget(part)
        self.body.addStretch()

    def retranslate(self) -> None:
        """See WizardPage.retranslate."""
        current = self.session.current
        owner = current.owner if current is not None else None
        contact = self.context.contact(self.session.profile, owner)
        data = {"obtain_until": current.life.obtain_until.isoformat()} if current else {}
        shown = self.context.catalogue.error(CertclientError(ErrorCode.TOO_LATE, **data), contact)
        self.set_heading(shown.title)
        self.panel.show_error(shown, Severity.ERROR)
        self._facts.show_lines(certificate_details(self.session))

    def spoken(self) -> str:
        """What happened, and who can help."""
        return sentences(super().spoken(), self.panel.spoken())

    @property
    def urgent(self) -> bool:
        """See WizardPage.urgent."""
        return True
