"""The CA has not issued the certificate yet: nothing to do, and the window may be closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from certclient.enrollment.procedure import Pending
from certclient.model.errors import CertclientError, ErrorCode
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.pages.base import WizardPage, sentences
from certclient.ui.widgets.callout import Callout
from certclient.ui.widgets.card import Card
from certclient.ui.widgets.parts import Sentence, StrongText
from certclient.ui.widgets.pictures import ResultMark
from certclient.ui.widgets.tokens import Severity

if TYPE_CHECKING:
    from certclient.ui.enrollment.session import WizardSession

_SHORTEST = 1000
_LONGEST = 24 * 3600 * 1000
"""Milliseconds. A QTimer cannot wait for weeks; polling once a day does no harm."""


class WaitingPage(WizardPage):
    """Resumes the procedure by itself at the time named by the CA."""

    def __init__(self, session: WizardSession) -> None:
        super().__init__(session)
        self.head.insertWidget(0, ResultMark(Severity.INFORMATION))
        self._sentence, self._next_poll_text = Sentence(), StrongText()
        self._close_it = Callout(Severity.INFORMATION)
        self.body.addWidget(Card(self._sentence, self._next_poll_text))
        self.body.addWidget(self._close_it)
        self.body.addStretch()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: session.forward(WizardPageId.WAITING))

    def enter(self) -> None:
        """Starts the timer: one second if the CA named no time, a day at most."""
        pending = self._pending
        if pending is None or pending.check_at is None:
            self._timer.start(_SHORTEST)
            return
        left = (pending.check_at - self.context.clock()).total_seconds() * 1000
        self._timer.start(int(min(max(left, _SHORTEST), _LONGEST)))

    def leave(self) -> None:
        """Stops the timer."""
        self._timer.stop()

    @property
    def _pending(self) -> Pending | None:
        outcome = self.session.wizard_state.outcome
        return outcome if isinstance(outcome, Pending) else None

    def retranslate(self) -> None:
        """See WizardPage.retranslate."""
        shown = self.context.catalogue.error(CertclientError(ErrorCode.CA_WAITING))
        self.set_heading(shown.title)
        self._sentence.set_text(
            self.tr(
                "The bank has received the request and is working on it. This program asks again "
                "by itself and then installs the certificate."
            )
        )
        pending = self._pending
        self._next_poll_text.set_text(
            self.tr("Next look: {time}").format(
                time=self.context.catalogue.minute(pending.check_at)
            )
            if pending is not None and pending.check_at is not None
            else ""
        )
        self._close_it.show_text(
            "",
            self.tr(
                "You may close this window and switch the PC off: the request is not lost. When "
                "the PC is on again, it goes on by itself. When the certificate is ready, the icon "
                "next to the clock tells you."
            ),
        )

    def spoken(self) -> str:
        """That it waits, until when, and that the window may be closed."""
        parts = (self._sentence, self._next_poll_text, self._close_it)
        return sentences(super().spoken(), *(part.text() for part in parts))
