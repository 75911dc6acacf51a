"""Makes the checks in workers, each group on its own, and notes the results in the GUI thread."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from certclient.enrollment.full_check.board import Board, timeout_error
from certclient.enrollment.full_check.values import Finding, Item
from certclient.enrollment.preflight import Check, Verdict
from certclient.ui.enrollment.proxy_login import ProxyLoginPrompt
from certclient.ui.tasks.enrollment_worker import no_consent
from certclient.ui.tasks.interaction import QtInteraction
from certclient.ui.tasks.runner import STORE_SCAN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from certclient.enrollment.full_check.groups import FullCheck
    from certclient.enrollment.full_check.values import Group
    from certclient.model.errors import CertclientError
    from certclient.ui.context import AppContext


_WAIT_SECONDS = 120.0
"""How long a group may wait for a worker."""


class _Reports(QObject):
    """A group's listener: its methods are called in the worker, its slots in the GUI thread.

    The worker holds it, so that it outlives a window that is closed meanwhile.
    """

    begun = Signal()
    expected = Signal(object)
    reported = Signal(object)

    def expect(self, items: Sequence[Item]) -> None:
        """See Listener.expect."""
        self.expected.emit(items)

    def found(self, finding: Finding) -> None:
        """See Listener.found."""
        self.reported.emit(finding)


class _GroupRun(QObject):
    """One group in the GUI thread: its items, and its time limit from when a worker takes it."""

    changed = Signal()
    ended = Signal()

    def __init__(self, context: AppContext, group: Group, board: Board, parent: QObject) -> None:
        super().__init__(parent)
        self._group, self._board = group, board
        self._items = list(group.items)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._expire)
        # A procedure may have the stores; it may not have them for ever.
        self._timer.start(_milliseconds(group.seconds + _WAIT_SECONDS))
        board.expect(self._items)
        reports = _Reports()
        reports.begun.connect(self._begun)
        reports.expected.connect(self._expect)
        reports.reported.connect(self._found)
        stores = (STORE_SCAN, *(one.store_id for one in context.state.overview.stores))
        context.tasks.run(
            partial(_work, group, reports),
            stores=stores if group.stores else (),
            done=self._done,
            failed=self._failed,
        )

    def wait_for_person(self) -> None:
        """Somebody is asked something: no limit any more but those of the transport."""
        self._timer.stop()

    @Slot()
    def _begun(self) -> None:
        self._timer.start(_milliseconds(self._group.seconds))

    @Slot(object)
    def _expect(self, items: Sequence[Item]) -> None:
        self._items.extend(items)
        self._board.expect(items)
        self.changed.emit()

    @Slot(object)
    def _found(self, finding: Finding) -> None:
        """One that comes late counts after all."""
        self._board.note(finding)
        self.changed.emit()

    @Slot()
    def _expire(self) -> None:
        self._end(timeout_error(self._group.seconds))

    def _done(self, _nothing: None) -> None:
        self._end(timeout_error(self._group.seconds))

    def _failed(self, error: CertclientError) -> None:
        self._end(error)

    def _end(self, error: CertclientError) -> None:
        """What has no result by now has failed with `error`."""
        self._timer.stop()
        self._board.fail_open(self._items, error)
        self.changed.emit()
        self.ended.emit()


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _work(group: Group, reports: _Reports) -> None:
    """Runs in the worker."""
    reports.begun.emit()
    group.work(reports)


class CheckRun(QObject):
    """One run of all checks. `board` has the results so far."""

    changed = Signal()
    ended = Signal()
    """Every check has a result."""

    def __init__(self, context: AppContext, full_check: FullCheck, window: QWidget) -> None:
        """`window`: asks for a proxy's login."""
        super().__init__(window)
        self.board = Board()
        self.running = True
        self._context, self._full_check = context, full_check
        self._groups: list[_GroupRun] = []
        self._interaction = QtInteraction(no_consent, self)
        ProxyLoginPrompt(context, self._interaction, window)
        self._interaction.proxy_login_asked.connect(self._asked)

    def begin(self) -> None:
        """Reads the banks in a worker, then starts all groups at once."""
        self._context.tasks.run(self._plan, done=self._planned, failed=self._plan_failed)

    def stop(self) -> None:
        """Nobody looks any more: an open question is answered with nothing."""
        self._interaction.close()
        self.running = False

    def _plan(self) -> Sequence[Group]:
        return self._full_check.groups(person=self._interaction)

    def _planned(self, groups: Sequence[Group]) -> None:
        if not self.running:
            return
        for group in groups:
            run = _GroupRun(self._context, group, self.board, self)
            run.changed.connect(self.changed)
            run.ended.connect(self._group_ended)
            self._groups.append(run)
        self.changed.emit()

    def _plan_failed(self, error: CertclientError) -> None:
        """A bug, which the log describes."""
        self.board.note(Finding(Item(Check.PROFILE), Verdict.FAILED, error))
        self._group_ended()

    @Slot(object)
    def _asked(self, _request: object = None) -> None:
        for run in self._groups:
            run.wait_for_person()

    @Slot()
    def _group_ended(self) -> None:
        if not self.running or self.board.open:
            return
        self.running = False
        self.ended.emit()
