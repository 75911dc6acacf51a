"""The CA takes its time: nothing is to be done, the window may be closed."""

from __future__ import annotations

from PySide6.QtCore import QTimer

from certclient.enrollment.procedure import Pending
from certclient.model.errors import CertclientError, ErrorCode
from certclient.ui.enrollment.navigation import Page
from certclient.ui.enrollment.pages.base import WizardPage
from certclient.ui.enrollment.session import Session
from certclient.ui.widgets.parts import Sentence

_SHORTEST = 1000
_LONGEST = 24 * 3600 * 1000
"""Milliseconds. A QTimer cannot wait for weeks; looking once a day does no harm."""


class WaitingPage(WizardPage):
    """Asks again by itself when the CA said it would be ready."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._sentence, self._when, self._close_it = Sentence(), Sentence(), Sentence()
        for part in (self._sentence, self._when, self._close_it):
            self.body.addWidget(part)
        self.body.addStretch()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: session.forward(Page.WAITING))

    def enter(self) -> None:
        pending = self._pending
        if pending is None or pending.check_at is None:
            self._timer.start(_SHORTEST)
            return
        left = (pending.check_at - self.context.clock()).total_seconds() * 1000
        self._timer.start(int(min(max(left, _SHORTEST), _LONGEST)))

    def leave(self) -> None:
        self._timer.stop()

    @property
    def _pending(self) -> Pending | None:
        outcome = self.session.journey.outcome
        return outcome if isinstance(outcome, Pending) else None

    def retranslate(self) -> None:
        shown = self.context.words.error(CertclientError(ErrorCode.CA_WAITING))
        self.say_heading(shown.title)
        self._sentence.say(shown.sentence)
        pending = self._pending
        self._when.say(
            self.tr("Next look: {time}").format(time=self.context.words.minute(pending.check_at))
            if pending is not None and pending.check_at is not None
            else ""
        )
        self._close_it.say(
            self.tr(
                "You may close this window. When the certificate is ready, the icon next to the "
                "clock tells you."
            )
        )
