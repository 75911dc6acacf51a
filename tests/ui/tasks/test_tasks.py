"""Work leaves the GUI thread and its results come back into it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from certclient.model.errors import CertclientError, ErrorCode
from certclient.ui.tasks.runner import TaskRunner

SECONDS = 60
"""After which work that nobody lets go on hangs."""


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TaskRunner]:
    runner = TaskRunner(log_file="certclient.log")
    yield runner
    assert runner.close()


class Widget(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[object, threading.Thread]] = []

    def hear(self, result: object) -> None:
        self.heard.append((result, threading.current_thread()))


def test_a_result_arrives_in_the_gui_thread(runner: TaskRunner, qtbot: QtBot) -> None:
    widget = Widget()
    task = runner.run(threading.current_thread, done=widget.hear)
    with qtbot.waitSignal(task.ended):
        pass
    ((worker, where),) = widget.heard
    assert where is threading.main_thread()
    assert worker is not where


def test_an_error_arrives_as_it_is(runner: TaskRunner, qtbot: QtBot) -> None:
    error = CertclientError(ErrorCode.TOKEN_MISSING, token="専用USB")

    def work() -> None:
        raise error

    heard: list[CertclientError] = []
    task = runner.run(work, failed=heard.append)
    with qtbot.waitSignal(task.ended):
        pass
    assert heard == [error]


def test_a_bug_arrives_without_its_text(runner: TaskRunner, qtbot: QtBot) -> None:
    heard: list[CertclientError] = []

    def work() -> None:
        raise ValueError("the PIN is 246813")

    with qtbot.waitSignal(runner.run(work, failed=heard.append).ended):
        pass
    assert heard[0].code is ErrorCode.INTERNAL
    assert "246813" not in str(heard[0])


def test_one_store_is_used_by_one_at_a_time_in_order(runner: TaskRunner, qtbot: QtBot) -> None:
    inside: list[str] = []
    order: list[str] = []
    gate = threading.Event()

    def work(name: str) -> str:
        inside.append(name)
        gate.wait(SECONDS)
        assert inside == [name], "somebody else is in the same store"
        inside.remove(name)
        return name

    runner.run(lambda: work("first"), stores=["token"], done=order.append)
    runner.run(lambda: work("both"), stores=["token", "pc"], done=order.append)
    runner.run(lambda: work("third"), stores=["pc"], done=order.append)
    assert runner.busy_stores == {"token", "pc"}
    gate.set()
    qtbot.waitUntil(lambda: len(order) == 3)
    assert order == ["first", "both", "third"], "nobody is overtaken in a lane he waits for"
    assert runner.idle


def test_the_network_does_not_wait_for_a_token(runner: TaskRunner, qtbot: QtBot) -> None:
    gate = threading.Event()
    runner.run(lambda: gate.wait(SECONDS), stores=["token"])
    quick = runner.run(lambda: None)
    with qtbot.waitSignal(quick.ended, timeout=SECONDS * 500):
        pass
    assert runner.busy_stores == {"token"}
    gate.set()


def test_a_widget_that_is_gone_hears_nothing(runner: TaskRunner, qtbot: QtBot) -> None:
    widget = Widget()
    gate = threading.Event()
    task = runner.run(lambda: gate.wait(SECONDS), done=widget.hear)
    widget.deleteLater()
    qtbot.wait(10)
    gate.set()
    with qtbot.waitSignal(task.ended):
        pass
    assert widget.heard == []


def test_closing_waits_for_work_and_tells_nobody(qtbot: QtBot) -> None:
    runner = TaskRunner()
    done = threading.Event()
    widget = Widget()
    started = threading.Event()

    def work() -> None:
        started.set()
        done.wait(SECONDS)

    runner.run(work, done=widget.hear)
    assert started.wait(SECONDS)
    threading.Timer(0.05, done.set).start()
    assert runner.close()
    qtbot.wait(20)
    assert widget.heard == []


def test_closing_does_not_wait_for_ever(qtbot: QtBot) -> None:
    runner = TaskRunner()
    never = threading.Event()
    runner.run(never.wait)
    assert not runner.close(seconds=0.05)
    never.set()
