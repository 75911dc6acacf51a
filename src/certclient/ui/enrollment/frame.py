"""The wizard's frame: the steps at the left of the pages, or in one line above them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from certclient.ui.enrollment.trail import Trail, WizardStep
from certclient.ui.widgets.status import StepLine, StepList
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QResizeEvent

_NARROW_LINES = 38
"""Below this width, in text line heights, the steps take one line above the page."""
_RAIL_LINES = 7
"""The width of the steps beside the page."""


class WizardFrame(QWidget):
    """Shows one page and the steps beside it."""

    def __init__(self) -> None:
        super().__init__()
        self._trail = Trail()
        self.steps, self.line = StepList(), StepLine()
        self._rail = QWidget()
        rail = QVBoxLayout(self._rail)
        rail.setContentsMargins(Space.L, Space.M, 0, Space.M)
        rail.addWidget(self.steps)
        rail.addStretch(1)
        self._column = column = QVBoxLayout()
        column.setSpacing(0)
        self.line.setContentsMargins(Space.L, Space.XS, Space.L, 0)
        column.addWidget(self.line)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._rail)
        layout.addLayout(column, 1)

    def add_page(self, page: QWidget) -> None:
        """Adds a page; the wizard shows one at a time."""
        self._column.addWidget(page, 1)

    def show_trail(self, trail: Trail) -> None:
        """Marks the current step; shows none if there are none."""
        if trail != self._trail:
            self._trail = trail
            self._retranslate()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Moves the steps above the page if the window is narrow."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch; another text size may leave room for one line only."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()
        if event.type() is QEvent.Type.FontChange:
            self._arrange()

    def _arrange(self) -> None:
        line = self.fontMetrics().height()
        narrow, any_steps = self.width() < _NARROW_LINES * line, bool(self._trail.steps)
        self._rail.setFixedWidth(_RAIL_LINES * line + Space.L)
        self._rail.setVisible(any_steps and not narrow)
        self.line.setVisible(any_steps and narrow)

    def _retranslate(self) -> None:
        titles = self._titles()
        steps, current = self._trail.steps, self._trail.current
        shown = [titles[step] for step in steps]
        self.steps.show_steps(shown, current, failed=self._trail.failed)
        self.line.show_steps(shown, current)
        self._arrange()

    def _titles(self) -> Mapping[WizardStep, str]:
        return {
            WizardStep.ENTER: self.tr("Details"),
            WizardStep.CONFIRM: self.tr("Checks"),
            WizardStep.PLACE: self.tr("Place"),
            WizardStep.RENEW: self.tr("Renewal"),
            WizardStep.OBTAIN: self.tr("Issue"),
            WizardStep.DONE: self.tr("Done"),
        }
