"""The steps of a running procedure: what runs now, what is done, how long it has taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from certclient.enrollment.procedure_status import ProcedureStatus, steps_listed
from certclient.ui.enrollment.details import warning_text
from certclient.ui.enrollment.quiet_lines import close_together
from certclient.ui.widgets.callout import Callout
from certclient.ui.widgets.card import Card
from certclient.ui.widgets.parts import SecondaryText
from certclient.ui.widgets.progress import ProgressBar
from certclient.ui.widgets.status import StepList
from certclient.ui.widgets.tokens import Severity, Space

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.model.progress import Step
    from certclient.ui.enrollment.session import WizardSession

_SECOND = 1000


class RunSteps(QWidget):
    """The current step and the bar, all steps, that closing is safe, and warnings."""

    def __init__(self, session: WizardSession) -> None:
        super().__init__()
        self._session = session
        self._elapsed = SecondaryText()
        self._elapsed.setWordWrap(False)
        self._bar = ProgressBar()
        self._list = StepList()
        close_together(self._list)
        self._safe, self._warnings = Callout(Severity.INFORMATION), Callout(Severity.WARNING)
        self._status: ProcedureStatus | None = None
        self._said: set[Step] = set()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S + Space.XS)
        card, above = Card(), QHBoxLayout()
        above.setSpacing(Space.M)
        above.addWidget(self._bar, 1)
        above.addWidget(self._elapsed)
        card.body.addLayout(above)
        card.body.addWidget(self._list)
        layout.addWidget(card)
        layout.addWidget(self._safe)
        layout.addWidget(self._warnings)
        self._timer = QTimer(self)
        self._timer.setInterval(_SECOND)
        self._timer.timeout.connect(self._tick)

    def begin(self) -> None:
        """Shows the run that begins, from its first second on."""
        self._status = None
        self._said = set()
        self._timer.start()
        self.show_status()

    def end(self) -> None:
        """Stops the elapsed-time display."""
        self.show_status()
        self._timer.stop()

    def show_status(self) -> None:
        """Shows the observed status; the last one once the run has ended."""
        self._status = self._session.status or self._status
        self._show_rows()
        self._tick()
        self._say_new_steps()

    def _say_new_steps(self) -> None:
        """Has a screen reader say the steps that began since the last time, each once. Several may
        have passed by then; those from before the page was opened are not said."""
        happened = [*self._done, *([self._now] if self._now is not None else [])]
        if not self._said <= set(happened):
            self._said = set()  # another run
        new = [step for step in happened if step not in self._said]
        self._said.update(new)
        if self.isVisible():
            context = self._session.context
            for step in new:
                context.announce(self.window(), context.catalogue.step(step))

    @property
    def _done(self) -> tuple[Step, ...]:
        return self._status.done if self._status is not None else ()

    @property
    def _now(self) -> Step | None:
        """The step in progress, or None."""
        return self._status.step if self._status is not None and self._status.running else None

    def show_warnings(self) -> None:
        """Shows the warnings so far; screen readers say a new one."""
        before, text = self._warnings.text(), warning_text(self._session)
        self._warnings.show_text("", text)
        if self._warnings.text() != before and self.isVisible():
            self._session.context.announce(self.window(), text, urgent=True)

    def retranslate(self, *, stopping: bool) -> None:
        """Sets all texts. `stopping`: the user has asked for a stop after this step."""
        self._safe.show_text("", self._safety(stopping=stopping))
        self._show_rows()
        self.show_warnings()
        self._tick()

    @property
    def introduction(self) -> str:
        """That the window may be closed, or that the procedure stops."""
        return self._safe.text()

    def _safety(self, *, stopping: bool) -> str:
        if stopping:
            return self.tr("It stops after this step. You can go on with it later.")
        return self.tr(
            "You may close this window: it goes on by itself, and nothing is lost even if the PC "
            "is switched off. Leave the USB token plugged in, if you use one."
        )

    def _tick(self) -> None:
        """Shows how long the program has worked; what the user needed to answer does not count."""
        seconds, status = 0.0, self._status
        if status is not None:
            since = status.counting_since
            now = self._session.context.state.state.monotonic()
            seconds = status.seconds + (now - since if since is not None else 0.0)
        self._elapsed.setText(self.tr("%n second(s) so far", "", int(seconds)))

    def _shown(self) -> Sequence[Step]:
        return self._status.listed if self._status is not None else steps_listed(())

    def _show_rows(self) -> None:
        catalogue, shown = self._session.context.catalogue, self._shown()
        done = [step for step in shown if step in self._done]
        now = self._now
        current = shown.index(now) if now in shown else len(done)
        self._list.show_steps([catalogue.step(step) for step in shown], current)
        self._bar.setRange(0, len(shown))
        self._bar.setValue(len(done))
        self._bar.setAccessibleName(catalogue.step(now) if now is not None else "")
