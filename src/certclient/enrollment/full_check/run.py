"""Makes all checks at once, each group in a thread of its own, with time limits; without Qt."""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from certclient.enrollment.full_check.board import Board, timeout_error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from certclient.enrollment.full_check.values import Finding, Group, Item


@dataclass(slots=True)
class _Run:
    """One group: a listener that sends everything through the queue to the caller's thread."""

    group: Group
    events: queue.SimpleQueue[Callable[[], None]]
    board: Board
    show: Callable[[Finding], None]
    deadline: float
    items: list[Item] = field(default_factory=list)
    ended: bool = False

    def expect(self, items: Sequence[Item]) -> None:
        self.events.put(lambda: self._expect(items))

    def found(self, finding: Finding) -> None:
        self.events.put(lambda: self._found(finding))

    def work(self) -> None:
        """Runs in the group's thread."""
        try:
            self.group.work(self)
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            self.events.put(partial(_raise, error))
        self.events.put(self._end)

    def _expect(self, items: Sequence[Item]) -> None:
        self.items.extend(items)
        self.board.expect(items)

    def _found(self, finding: Finding) -> None:
        if not self.ended:
            self.board.note(finding)
            self.show(finding)

    def _end(self) -> None:
        self.ended = True

    def expire(self) -> None:
        """Its time is over: what is missing has failed, and what comes later is not shown."""
        self.ended = True
        for finding in self.board.fail_open(self.items, timeout_error(self.group.seconds)):
            self.show(finding)


def _raise(error: BaseException) -> None:
    raise error


def run_all(
    groups: Sequence[Group],
    show: Callable[[Finding], None],
    monotonic: Callable[[], float] = time.monotonic,
) -> Board:
    """Runs `groups` and returns the whole result; `show` is called for each result at once.

    A thread that outlives its time limit is left behind; it ends with the process. Raises what a
    group's work raises (bugs).
    """
    board = Board()
    events: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
    begin = monotonic()
    runs = [_Run(one, events, board, show, begin + one.seconds, list(one.items)) for one in groups]
    for run in runs:
        board.expect(run.items)
        threading.Thread(target=run.work, name="certclient check", daemon=True).start()
    while waiting := [run for run in runs if not run.ended]:
        left = min(run.deadline for run in waiting) - monotonic()
        try:
            events.get(timeout=max(left, 0.0))()
        except queue.Empty:
            for run in waiting:
                if monotonic() >= run.deadline:
                    run.expire()
    return board
