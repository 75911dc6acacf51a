"""Lets the banks be asked for their newest version when it is time, without anybody waiting."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QObject, Signal

from certclient.model.update import Version
from certclient.ui.context import AppContext
from certclient.updates.check import Looked

_LONGEST = timedelta(days=2)
"""No next look is later than this: else the clock was set back."""


class UpdateWatch(QObject):
    """Silent about everything that goes wrong; the log has it."""

    found = Signal(object)
    """The UpdateNotices of now, the firmest first; () where there is nothing to say."""
    news = Signal(object)
    """An UpdateNotice of a version that was not told before by this program's run."""

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._again: datetime | None = None
        self.looking = False
        self._told: set[Version] = set()

    def look(self) -> None:
        """Asks if it is time. May be called as often as one likes."""
        updates = self._context.updates
        if updates is None or self.looking or not self._is_time():
            return
        self.looking = True
        task = self._context.tasks.run(updates.look, done=self._seen)
        task.ended.connect(self._end)

    def _is_time(self) -> bool:
        if self._again is None:
            return True
        now = self._context.clock()
        return now >= self._again or self._again - now > _LONGEST

    def _seen(self, looked: Looked) -> None:
        self._again = looked.again
        self.found.emit(looked.notices)
        for notice in looked.notices[:1]:
            version = notice.announcement.version
            if version not in self._told:
                self._told.add(version)
                self.news.emit(notice)

    def _end(self) -> None:
        """Also after a fault of ours, which is in the log: not again at once."""
        self.looking = False
        if self._again is None:
            self._again = self._context.clock() + timedelta(hours=1)
