"""On the last page of a certificate that was obtained for a new PC: the number for the old one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent

from certclient.enrollment.login_test import LoginTestResult
from certclient.model.destination import Destination
from certclient.model.moving import confirmation_number
from certclient.ui.widgets.card import Card
from certclient.ui.widgets.key_values import CopyButton
from certclient.ui.widgets.labels import BigNumber, CardTitle, Sentence, sentences

if TYPE_CHECKING:
    from certclient.enrollment.procedure import Finished
    from certclient.ui.enrollment.session import WizardSession


class MoveNumberCard(Card):
    """Hidden unless 「新しいパソコンに移る」 has led here. As in that window, the number is shown
    only once the new certificate has logged in; until then, how to get it."""

    def __init__(self, session: WizardSession) -> None:
        self._session = session
        self._number = ""
        self._title, self._figure, self._text = CardTitle(), BigNumber(), Sentence()
        self._copy = CopyButton(lambda: self._number)
        super().__init__(self._title, self._figure, self._copy, self._text)
        self.hide()

    def show_end(self, finished: Finished | None) -> None:
        """`finished`: the end of the procedure, None if it is not known any more."""
        if not self._session.moving or finished is None:
            self.hide()
            return
        self.setVisible(finished.store.destination is Destination.PC)
        self._number = self._number_of(finished)
        self._retranslate()

    @property
    def spoken(self) -> str:
        """What a screen reader says of it; "" while it is hidden."""
        if self.isHidden():
            return ""
        return sentences(self._title.text(), self._number, self._text.text())

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _number_of(self, finished: Finished) -> str:
        """ "" if the new certificate has not logged in."""
        if finished.login.result is not LoginTestResult.WORKED:
            return ""
        session = self._session
        rule = session.context.state.overview.statuses.subject_rule(session.profile)
        owner = finished.certificate.owner(rule)
        user_id = owner.user_id if owner is not None else session.wizard_state.user_id
        return confirmation_number(finished.certificate, session.profile.id, user_id)

    def _retranslate(self) -> None:
        self._title.setText(self.tr("Confirmation number for the old PC"))
        self._figure.set_text(self._number)
        self._copy.setVisible(bool(self._number))
        shown = self.tr(
            "Write it on the sheet and enter it on the old PC, in “Move to a new PC”. It is no "
            "secret. If there is no old PC any more, you do not need it."
        )
        missing = self.tr(
            "It is shown once this PC has logged in: open “Move to a new PC” in the menu, choose "
            "“This is the new PC” and test the login there."
        )
        self._text.set_text(shown if self._number else missing)
