"""Tasks run outside the GUI thread and deliver their results in it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from certclient.model.errors import CertclientError, ErrorCode
from certclient.ui.tasks.runner import TaskRunner

SECONDS = 60
"""Timeout that keeps a blocked task from hanging the test."""


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TaskRunner]:
    runner = TaskRunner(log_file="certclient.log")
    yield runner
    assert runner.close()


class Widget(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.received: list[tuple[object, threading.Thread]] = []

    def receive(self, result: object) -> None:
        self.received.append((result, threading.current_thread()))


def test_result_is_delivered_in_the_gui_thread(runner: TaskRunner, qtbot: QtBot) -> None:
    widget = Widget()
    task = runner.run(threading.current_thread, done=widget.receive)
    with qtbot.waitSignal(task.ended):
        pass
    ((worker, receiver),) = widget.received
    assert receiver is threading.main_thread()
    assert worker is not receiver


def test_certclient_error_is_delivered_unchanged(runner: TaskRunner, qtbot: QtBot) -> None:
    error = CertclientError(ErrorCode.TOKEN_MISSING, token="専用USB")

    def work() -> None:
        raise error

    received: list[CertclientError] = []
    task = runner.run(work, failed=received.append)
    with qtbot.waitSignal(task.ended):
        pass
    assert received == [error]


def test_unexpected_error_is_delivered_without_its_text(runner: TaskRunner, qtbot: QtBot) -> None:
    received: list[CertclientError] = []

    def work() -> None:
        raise ValueError("the PIN is 246813")

    with qtbot.waitSignal(runner.run(work, failed=received.append).ended):
        pass
    assert received[0].code is ErrorCode.INTERNAL
    assert "246813" not in str(received[0])


def test_tasks_of_one_store_run_one_at_a_time_in_order(runner: TaskRunner, qtbot: QtBot) -> None:
    active: list[str] = []
    order: list[str] = []
    gate = threading.Event()

    def work(name: str) -> str:
        active.append(name)
        gate.wait(SECONDS)
        assert active == [name], "another task uses the same store"
        active.remove(name)
        return name

    runner.run(lambda: work("first"), stores=["token"], done=order.append)
    runner.run(lambda: work("both"), stores=["token", "pc"], done=order.append)
    runner.run(lambda: work("third"), stores=["pc"], done=order.append)
    assert runner.busy_stores == {"token", "pc"}
    gate.set()
    qtbot.waitUntil(lambda: len(order) == 3)
    assert order == ["first", "both", "third"], "tasks keep their order in each store's queue"
    assert runner.idle


def test_task_without_a_store_does_not_wait_for_a_token(runner: TaskRunner, qtbot: QtBot) -> None:
    gate = threading.Event()
    runner.run(lambda: gate.wait(SECONDS), stores=["token"])
    quick = runner.run(lambda: None)
    with qtbot.waitSignal(quick.ended, timeout=SECONDS * 500):
        pass
    assert runner.busy_stores == {"token"}
    gate.set()


def test_deleted_widget_receives_no_result(runner: TaskRunner, qtbot: QtBot) -> None:
    widget = Widget()
    gate = threading.Event()
    task = runner.run(lambda: gate.wait(SECONDS), done=widget.receive)
    widget.deleteLater()
    qtbot.wait(10)
    gate.set()
    with qtbot.waitSignal(task.ended):
        pass
    assert widget.received == []


def test_close_waits_for_running_tasks_and_drops_results(qtbot: QtBot) -> None:
    runner = TaskRunner()
    done = threading.Event()
    widget = Widget()
    started = threading.Event()

    def work() -> None:
        started.set()
        done.wait(SECONDS)

    runner.run(work, done=widget.receive)
    assert started.wait(SECONDS)
    threading.Timer(0.05, done.set).start()
    assert runner.close()
    qtbot.wait(20)
    assert widget.received == []


def test_close_gives_up_after_its_timeout(qtbot: QtBot) -> None:
    runner = TaskRunner()
    never = threading.Event()
    runner.run(never.wait)
    assert not runner.close(seconds=0.05)
    never.set()
