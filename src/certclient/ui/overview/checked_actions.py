"""What a user asks for while the list shows what was last known waits until the stores are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from certclient.enrollment.overview import Overview, Row
    from certclient.ui.context import AppContext


class CheckedActions(QObject):
    """Runs actions at once if the stores have been read, else the last one as soon as they are."""

    changed = Signal()
    """An action begins or ends to wait."""

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._state = context.state
        self._waiting: Callable[[], None] | None = None
        self._state.changed.connect(self._look)

    @property
    def waiting(self) -> bool:
        """Whether an action waits for the stores."""
        return self._waiting is not None

    def run(self, action: Callable[[], None]) -> None:
        """Runs `action` when the stores have been read, in place of one that waits already."""
        if self._state.overview.complete:
            action()
            return
        self._waiting = action
        self.changed.emit()

    def run_on(self, row: Row | None, action: Callable[[Row], None]) -> None:
        """Runs `action` on `row` as the stores have it; not if it is there no more, or means
        something else than what the user saw."""
        if row is None:
            return
        if self._state.overview.complete:
            action(row)
        else:
            self.run(lambda: self._act_on(row, action))

    def on_row(self, action: Callable[[Row], None]) -> Callable[[Row], None]:
        """A slot that calls `run_on`."""
        return lambda row: self.run_on(row, action)

    def _act_on(self, seen: Row, action: Callable[[Row], None]) -> None:
        for row in self._state.overview.rows:
            same = row.name == seen.name and row.condition is seen.condition
            if same and row.procedure == seen.procedure and not row.absent:
                action(row)

    def _look(self, overview: Overview) -> None:
        action = self._waiting
        if action is None or not overview.complete:
            return
        self._waiting = None
        self.changed.emit()
        action()
