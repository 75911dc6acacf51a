"""Procedures that were interrupted or wait for the CA, each with a button to continue."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QGroupBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from certclient.enrollment.procedure import ProcedureState, ProcedureView
from certclient.ui.context import AppContext
from certclient.ui.widgets.parts import Sentence


class PendingPanel(QGroupBox):
    """Hidden if there are none."""

    resume_requested = Signal(object)
    """The ProcedureView to resume."""
    abandon_requested = Signal(object)
    """The ProcedureView to abandon."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._views: tuple[ProcedureView, ...] = ()
        self._lines: list[PendingLine] = []
        self._layout = QVBoxLayout(self)
        self.hide()

    def show_views(self, views: Sequence[ProcedureView]) -> None:
        """Shows one line per procedure, oldest first; keeps the widgets if unchanged."""
        if tuple(views) == self._views:
            return
        self._views = tuple(views)
        for line in self._lines:
            self._layout.removeWidget(line)
            line.deleteLater()
        self._lines = [PendingLine(self._context, view) for view in views]
        for line in self._lines:
            line.button.clicked.connect(line.ask)
            line.abandon_button.clicked.connect(line.request_abandon)
            line.resume_requested.connect(self.resume_requested)
            line.abandon_requested.connect(self.abandon_requested)
            self._layout.addWidget(line)
        self._retranslate()
        self.setVisible(bool(views))

    @property
    def buttons(self) -> list[QPushButton]:
        """続ける, one per procedure."""
        return [line.button for line in self._lines]

    @property
    def abandon_buttons(self) -> list[QPushButton]:
        """やめる, one per procedure."""
        return [line.abandon_button for line in self._lines]

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.setTitle(self.tr("Not finished yet"))
        for line in self._lines:
            line.retranslate()


class PendingLine(QWidget):
    """One procedure: its state in words, 続ける and やめる."""

    resume_requested = Signal(object)
    abandon_requested = Signal(object)

    def __init__(self, context: AppContext, view: ProcedureView) -> None:
        super().__init__()
        self._context = context
        self._view = view
        self._text: QLabel = Sentence()
        self.button, self.abandon_button = QPushButton(), QPushButton()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._text, 1)
        layout.addWidget(self.button)
        layout.addWidget(self.abandon_button)

    def ask(self) -> None:
        """Emits `resume_requested` with this procedure."""
        self.resume_requested.emit(self._view)

    def request_abandon(self) -> None:
        """Emits `abandon_requested` with this procedure."""
        self.abandon_requested.emit(self._view)

    def retranslate(self) -> None:
        """Sets the texts in the current language and updates the buttons."""
        view, catalogue = self._view, self._context.catalogue
        profile = self._context.profile(view.profile_id)
        bank = self._context.bank(profile) if profile else view.profile_id
        text = self.tr("{user} ({bank}): {state}").format(
            user=view.user_id, bank=bank, state=catalogue.state(view.state)
        )
        if view.state is ProcedureState.WAITING and view.check_at is not None:
            text += " " + self.tr("The bank wants to be asked again after {0}.").format(
                catalogue.minute(view.check_at)
            )
        elif view.last_error is not None:
            text += f" [{view.last_error.code}]"
        self._text.setText(text)
        self.button.setText(self.tr("&Continue"))
        self.button.setAccessibleName(self.tr("Continue: {0}").format(view.user_id))
        # Resuming needs the bank's profile, which may have been removed.
        self.button.setEnabled(profile is not None)
        self.abandon_button.setText(self.tr("Gi&ve up…"))
        self.abandon_button.setAccessibleName(self.tr("Give up: {0}").format(view.user_id))
        # After the bank has received the confirmation, the procedure can only be finished.
        self.abandon_button.setVisible(
            profile is not None and view.state is not ProcedureState.CONFIRMED
        )
