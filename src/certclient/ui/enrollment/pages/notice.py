"""電子証明書更新通知 (seed S1): renew now or later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from certclient.enrollment.reminder import next_reminder
from certclient.ui.enrollment.details import certificate_details
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.pages.base import Button, Buttons, WizardPage, sentences
from certclient.ui.widgets.card import Card
from certclient.ui.widgets.key_values import KeyValueList
from certclient.ui.widgets.parts import CardTitle, Heading, SecondaryText, Sentence

if TYPE_CHECKING:
    from datetime import date

    from certclient.ui.enrollment.session import WizardSession


_FEW_LINES = 3
"""Bank, user ID and role: whose certificate it is. The next page has the rest."""


class NoticePage(WizardPage):
    """The first page when the wizard opens by itself. 後で更新する closes it; reminders
    continue."""

    def __init__(self, session: WizardSession) -> None:
        super().__init__(session)
        self._request, self._days = CardTitle(), Heading()
        self._until, self._later = Sentence(), SecondaryText()
        self._facts = KeyValueList(copyable=False)
        self.body.addWidget(Card(self._request, self._days, self._until))
        self.body.addWidget(Card(self._facts))
        self.body.addWidget(self._later)
        self.body.addStretch()

    def retranslate(self) -> None:
        """See WizardPage.retranslate."""
        self.set_heading(self.tr("Certificate renewal notice"))
        self._request.set_text(self.tr("Please renew your certificate."))
        current = self.session.current
        if current is None:
            return
        catalogue = self.context.catalogue
        self._days.set_text(self._days_left(current.life.days_left))
        self._until.set_text(
            self.tr("It can be renewed until {deadline}.").format(
                deadline=catalogue.minute(current.life.deadline)
            )
        )
        self._facts.show_lines(certificate_details(self.session)[:_FEW_LINES])
        self._later.set_text(
            self.tr(
                "The certificate has to be renewed before it expires. If you choose “Renew later”, "
                "you will be reminded again on {0}."
            ).format(catalogue.day(self._next_reminder(current.life.days_left)))
        )

    def _next_reminder(self, days_left: int) -> date:
        return next_reminder(days_left, self.session.profile.reminder_days, self.context.clock())

    def _days_left(self, days: int) -> str:
        if days == 0:
            return self.tr("Today is the last day.")
        return self.tr("%n day(s) left.", "", days)

    @classmethod
    def primary_texts(cls) -> tuple[str, ...]:
        """See WizardPage.primary_texts."""
        translate = QCoreApplication.translate
        return (translate("NoticePage", "Renew &now"),)

    def spoken(self) -> str:
        """The request and the days left."""
        return sentences(super().spoken(), self._request.text(), self._days.text())

    def buttons(self) -> Buttons:
        """今すぐ更新する or 後で更新する."""
        return Buttons(
            primary=Button(
                self.tr("Renew &now"), lambda: self.session.forward(WizardPageId.NOTICE)
            ),
            secondary=Button(self.tr("Renew &later"), lambda: self.session.moved.emit(None)),
        )
