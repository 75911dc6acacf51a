"""Checks the banks for their newest version when due, in the background."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from certclient.model.update import Version
    from certclient.ui.context import AppContext
    from certclient.updates.check import UpdateCheckResult

_LONGEST = timedelta(days=2)
"""A next check further away than this means that the clock was set back."""


class UpdateMonitor(QObject):
    """Shows no errors; they are in the log."""

    found = Signal(object)
    """The current UpdateNotices, most urgent first; () if there are none."""
    new_notice = Signal(object)
    """An UpdateNotice for a version not yet announced in this run of the program."""

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._again: datetime | None = None
        self.checking = False
        self._notified: set[Version] = set()

    def check(self) -> None:
        """Starts a check if one is due. Safe to call at any time."""
        updates = self._context.updates
        if updates is None or self.checking or not self._is_time():
            return
        self.checking = True
        task = self._context.tasks.run(updates.check, done=self._seen)
        task.ended.connect(self._end)

    def _is_time(self) -> bool:
        if self._again is None:
            return True
        now = self._context.clock()
        return now >= self._again or self._again - now > _LONGEST

    def _seen(self, result: UpdateCheckResult) -> None:
        self._again = result.again
        self.found.emit(result.notices)
        for notice in result.notices[:1]:
            version = notice.announcement.version
            if version not in self._notified:
                self._notified.add(version)
                self.new_notice.emit(notice)

    def _end(self) -> None:
        """Also runs after an unexpected error, which is in the log; retries in an hour."""
        self.checking = False
        if self._again is None:
            self._again = self._context.clock() + timedelta(hours=1)
