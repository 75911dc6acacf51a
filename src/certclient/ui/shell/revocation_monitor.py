"""Has the banks asked, in the background, whether they have revoked a certificate."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from certclient.ui.context import AppContext

_PAUSE = timedelta(minutes=15)
"""Between two looks at what is due; each certificate is asked about once a day."""


class RevocationMonitor(QObject):
    """Shows nothing itself: what is learned is in the journal, and so in the observed state."""

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._last: datetime | None = None
        self.checking = False

    def check(self) -> None:
        """Starts a check if the stores have been read and one may be due. Safe to call often."""
        state, now = self._context.state, self._context.clock()
        rows = state.overview.rows
        pausing = self._last is not None and abs(now - self._last) < _PAUSE
        if self.checking or pausing or all(row.profile.revocation is None for row in rows):
            return
        self._last, self.checking = now, True

        def work() -> None:
            if self._context.check_revocation(rows):
                state.state.refresh_journal()

        self._context.tasks.run(work).ended.connect(self._end)

    def _end(self) -> None:
        self.checking = False
