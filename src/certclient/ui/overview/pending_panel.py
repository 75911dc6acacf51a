"""Procedures that were interrupted or wait for the CA, each with the button that goes on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QGroupBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from certclient.enrollment.procedure import ProcedureView, State
from certclient.ui.context import AppContext
from certclient.ui.widgets.parts import Sentence


class PendingPanel(QGroupBox):
    """Hidden while there is nothing to go on with."""

    resume_wanted = Signal(object)
    give_up_wanted = Signal(object)
    """The ProcedureView."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._views: tuple[ProcedureView, ...] = ()
        self._lines: list[PendingLine] = []
        self._layout = QVBoxLayout(self)
        self.hide()

    def show_views(self, views: Sequence[ProcedureView]) -> None:
        """One line for each, oldest first."""
        if tuple(views) == self._views:
            return
        self._views = tuple(views)
        for line in self._lines:
            self._layout.removeWidget(line)
            line.deleteLater()
        self._lines = [PendingLine(self._context, view) for view in views]
        for line in self._lines:
            line.button.clicked.connect(line.ask)
            line.give_up_button.clicked.connect(line.ask_give_up)
            line.resume_wanted.connect(self.resume_wanted)
            line.give_up_wanted.connect(self.give_up_wanted)
            self._layout.addWidget(line)
        self._retranslate()
        self.setVisible(bool(views))

    @property
    def buttons(self) -> list[QPushButton]:
        """続ける, one for each procedure."""
        return [line.button for line in self._lines]

    @property
    def give_up_buttons(self) -> list[QPushButton]:
        """やめる, one for each procedure."""
        return [line.give_up_button for line in self._lines]

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.setTitle(self.tr("Not finished yet"))
        for line in self._lines:
            line.retranslate()


class PendingLine(QWidget):
    resume_wanted = Signal(object)
    give_up_wanted = Signal(object)

    def __init__(self, context: AppContext, view: ProcedureView) -> None:
        super().__init__()
        self._context = context
        self._view = view
        self._text: QLabel = Sentence()
        self.button, self.give_up_button = QPushButton(), QPushButton()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._text, 1)
        layout.addWidget(self.button)
        layout.addWidget(self.give_up_button)

    def ask(self) -> None:
        self.resume_wanted.emit(self._view)

    def ask_give_up(self) -> None:
        self.give_up_wanted.emit(self._view)

    def retranslate(self) -> None:
        view, words = self._view, self._context.words
        profile = self._context.profile(view.profile_id)
        bank = self._context.bank(profile) if profile else view.profile_id
        text = self.tr("{user} ({bank}): {state}").format(
            user=view.user_id, bank=bank, state=words.state(view.state)
        )
        if view.state is State.WAITING and view.check_at is not None:
            text += " " + self.tr("The bank wants to be asked again after {0}.").format(
                words.minute(view.check_at)
            )
        elif view.last_error is not None:
            text += f" [{view.last_error.code}]"
        self._text.setText(text)
        self.button.setText(self.tr("&Continue"))
        self.button.setAccessibleName(self.tr("Continue: {0}").format(view.user_id))
        # A bank whose profile is gone cannot be asked.
        self.button.setEnabled(profile is not None)
        self.give_up_button.setText(self.tr("Gi&ve up…"))
        self.give_up_button.setAccessibleName(self.tr("Give up: {0}").format(view.user_id))
        # What the bank knows as received can only be finished.
        self.give_up_button.setVisible(profile is not None and view.state is not State.CONFIRMED)
