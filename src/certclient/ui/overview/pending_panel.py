"""Procedures that run, wait or were interrupted, each with a button to go there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from certclient.enrollment.procedure import ProcedureState
from certclient.enrollment.procedure_status import ProcedurePhase, ProcedureStatus
from certclient.model.errors import CertclientError
from certclient.model.visible_text import visible
from certclient.ui.overview.lines_panel import LinesPanel, PanelLine
from certclient.ui.widgets.parts import without_mnemonic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.ui.context import AppContext


class PendingPanel(LinesPanel):
    """One line per procedure; the first button is 続ける."""

    resume_requested = Signal(object)
    """The ProcedureStatus to resume, or to show while it runs."""
    abandon_requested = Signal(object)
    """The ProcedureStatus to abandon."""

    _lines: Sequence[PendingLine]

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context

    def show_procedures(self, statuses: Sequence[ProcedureStatus]) -> None:
        """Shows one line per procedure, oldest first; keeps the widgets of those that stay."""
        if [line.status.key for line in self._lines] != [status.key for status in statuses]:
            self._make_lines(statuses)
        for line, status in zip(self._lines, statuses, strict=True):
            line.status = status
        self._show_lines()

    def _make_lines(self, statuses: Sequence[ProcedureStatus]) -> None:
        # A mnemonic is pressed once, so only the first line has them.
        lines = [
            PendingLine(self._context, status, mnemonics=number == 0)
            for number, status in enumerate(statuses)
        ]
        for line in lines:
            line.button.clicked.connect(line.ask)
            line.abandon_button.clicked.connect(line.request_abandon)
            line.resume_requested.connect(self.resume_requested)
            line.abandon_requested.connect(self.abandon_requested)
        self._replace_lines(lines)
        self._lines = lines

    @property
    def abandon_buttons(self) -> list[QPushButton]:
        """やめる, one per procedure."""
        return [line.abandon_button for line in self._lines]

    def _heading(self) -> str:
        return self.tr("Not finished yet")


class PendingLine(PanelLine):
    """One procedure: its state in words, 続ける and やめる, or 画面を開く while it runs."""

    resume_requested = Signal(object)
    abandon_requested = Signal(object)

    def __init__(self, context: AppContext, status: ProcedureStatus, *, mnemonics: bool) -> None:
        super().__init__()
        self._context = context
        self._mnemonics = mnemonics
        self.status = status
        self.abandon_button = QPushButton()
        self._layout.addWidget(self.abandon_button)

    def ask(self) -> None:
        """Emits `resume_requested` with this procedure."""
        self.resume_requested.emit(self.status)

    def request_abandon(self) -> None:
        """Emits `abandon_requested` with this procedure."""
        self.abandon_requested.emit(self.status)

    def retranslate(self) -> None:
        """Sets the texts in the current language and updates the buttons."""
        status = self.status
        profile = self._context.profile(status.profile_id)
        bank = self._context.bank(profile) if profile else status.profile_id
        text = self.tr("{user} ({bank}): {state}")
        self._sentence.setText(
            text.format(user=visible(status.user_id), bank=bank, state=self._state())
        )
        self._set_button(self.button, *self._action())
        # Resuming needs the bank's profile, which may have been removed.
        self.button.setEnabled(profile is not None)
        self._set_button(
            self.abandon_button,
            self.tr("Gi&ve up…"),
            self.tr("Give up: {0}").format(visible(status.user_id)),
        )
        # After the bank has received the confirmation, the procedure can only be finished.
        self.abandon_button.setVisible(
            profile is not None
            and status.resumable
            and status.state is not ProcedureState.CONFIRMED
        )

    def _set_button(self, button: QPushButton, text: str, accessible: str) -> None:
        button.setText(text if self._mnemonics else without_mnemonic(text))
        button.setAccessibleName(accessible)

    def _action(self) -> tuple[str, str]:
        """The text and the accessible name of the first button."""
        user = visible(self.status.user_id)
        if self.status.asking:
            return self.tr("Answ&er"), self.tr("Answer: {0}").format(user)
        if self.status.running:
            return self.tr("&See its window"), self.tr("See its window: {0}").format(user)
        return self.tr("&Continue"), self.tr("Continue: {0}").format(user)

    def _state(self) -> str:
        status, catalogue = self.status, self._context.catalogue
        if status.waits_for_code:
            return self.tr("goes on when you type the code from your letter again.")
        match status.phase:
            case ProcedurePhase.RUNNING:
                return self._running()
            case ProcedurePhase.WAITING if status.check_at is not None:
                return self.tr("waiting for the bank. It is asked again after {0}.").format(
                    catalogue.minute(status.check_at)
                )
            case ProcedurePhase.WAITING:
                return self.tr("waiting for the bank.")
            case ProcedurePhase.FAILED if status.error is not None:
                shown = catalogue.error(CertclientError(status.error))
                text = self.tr("stopped on the way. {title}. {next}\nError code: {code}")
                return text.format(title=shown.title, next=shown.next_step, code=shown.code)
        done = catalogue.state(status.state) if status.state is not None else ""
        return self.tr("stopped on the way and can be continued. So far: {0}.").format(done)

    def _running(self) -> str:
        status = self.status
        if status.asking:
            return self.tr("waits for what you have to enter.")
        if status.step is None:
            return self.tr("about to go on.") if status.done else self.tr("about to begin.")
        step = self._context.catalogue.step(status.step)
        text = (
            self.tr("{step} (step {number} of {count}).")
            if status.local
            else self.tr("{step} (step {number} of {count}), by another program on this PC.")
        )
        return text.format(step=step, number=status.number, count=len(status.listed))
