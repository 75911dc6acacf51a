"""Quit requests from a setup: at once when idle, otherwise after the current step."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.shell.instance_lock import acquire_instance
from certclient.ui.shell.shell import Shell
from certclient.ui.shell.shutdown import ShutdownResult, ask_to_quit
from certclient.ui.shell.single_instance import (
    InstanceRequest,
    SingleInstance,
    StartRequest,
    parse_start_request,
    socket_name,
)
from support.shell_driver import ShellDriver
from support.softhsm import PIN
from support.wizards import UiEnvironment, until, wait


@pytest.fixture
def driver(ui: UiEnvironment) -> Iterator[ShellDriver]:
    shell = Shell(ui.context(), has_tray=False)
    yield ShellDriver(shell)
    shell.close()
    shell.deleteLater()


QUIT = StartRequest(request=InstanceRequest.QUIT)


def test_idle_program_quits_at_once(driver: ShellDriver) -> None:
    driver.starts()
    driver.shell.carry_out(QUIT)
    until(lambda: driver.over > 0)
    assert not driver.shell.window.isVisible()


def test_quit_waits_for_the_pin_prompt_and_the_procedure_can_be_resumed(
    ui: UiEnvironment,
    driver: ShellDriver,
) -> None:
    ui.add_certificate(ui.new_token().store())
    driver.starts()
    driver.press(driver.shell.window.card.act_button)
    customer = driver.wizard_driver
    customer.arrives_at(WizardPageId.START)
    customer.clicks_on("更新する")
    customer.shows_question("PIN")
    driver.shell.carry_out(QUIT)
    wait(300)
    assert driver.over == 0, "the PIN prompt is still open"
    customer.types(PIN)
    customer.presses_enter()
    until(lambda: driver.over > 0)
    (view,) = ui.enrollment(ui.profile, ui.stores).pending()
    assert view.state.open


def test_ask_to_quit_waits_for_the_program_to_end(tmp_path: Path, qtbot: QtBot) -> None:
    first = SingleInstance(socket_name(tmp_path))
    assert first.listen()
    with ThreadPoolExecutor(1) as other:
        with qtbot.waitSignal(first.start_requested) as start_requested:
            answer: Future[ShutdownResult] = other.submit(ask_to_quit, socket_name(tmp_path), 60)
        assert start_requested.args == [QUIT]
        assert not answer.done()
        # Like the end of the process: it closes its side of every connection.
        first.close()
        first.deleteLater()
        until(answer.done)
        assert answer.result() is ShutdownResult.QUIT


def test_ask_to_quit_times_out(tmp_path: Path, qtbot: QtBot) -> None:
    first = SingleInstance(socket_name(tmp_path))
    assert first.listen()
    with ThreadPoolExecutor(1) as other:
        answer = other.submit(ask_to_quit, socket_name(tmp_path), 0.3)
        until(answer.done)
        assert answer.result() is ShutdownResult.BUSY
    first.close()


def test_ask_to_quit_without_a_running_program(tmp_path: Path, qtbot: QtBot) -> None:
    assert ask_to_quit(socket_name(tmp_path), 60) is ShutdownResult.NOT_RUNNING


def test_quit_request_is_parsed() -> None:
    assert parse_start_request(QUIT.message) == QUIT


def test_only_one_of_two_concurrent_starts_becomes_the_first(tmp_path: Path, qtbot: QtBot) -> None:
    name = socket_name(tmp_path)
    lock = acquire_instance(tmp_path, name, StartRequest())
    assert lock is not None
    remind = StartRequest(request=InstanceRequest.REMIND)
    with ThreadPoolExecutor(1) as other:
        # The first instance holds the lock but does not listen yet.
        second = other.submit(acquire_instance, tmp_path, name, remind)
        first = SingleInstance(name)
        with qtbot.waitSignal(first.start_requested) as start_requested:
            assert first.listen()
        until(second.done)
        assert second.result() is None
    assert start_requested.args == [remind]
    first.close()
    lock.release()
    again = acquire_instance(tmp_path, name, StartRequest())
    assert again is not None
    again.release()


def test_start_waits_for_an_instance_that_loads_slowly(tmp_path: Path, qtbot: QtBot) -> None:
    """Of six starts at once on a slow PC, five have to wait for the first one's windows."""
    name, looks = socket_name(tmp_path), count()
    lock = acquire_instance(tmp_path, name, StartRequest())
    assert lock is not None
    asked: list[int] = []

    def monotonic() -> float:
        asked.append(next(looks))
        return float(asked[-1])

    with ThreadPoolExecutor(1) as other:
        second = other.submit(acquire_instance, tmp_path, name, StartRequest(), monotonic)
        until(lambda: len(asked) > 8)
        assert not second.done()
        first = SingleInstance(name)
        assert first.listen()
        until(second.done)
        assert second.result() is None
    first.close()
    lock.release()


def test_start_without_a_folder_to_write_to_opens_a_window(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "certclient"
    lock = acquire_instance(folder, socket_name(folder), StartRequest())
    assert lock is not None
    assert not lock.is_locked


def test_start_beside_an_instance_that_hangs_opens_a_window_in_the_end(
    tmp_path: Path, qtbot: QtBot
) -> None:
    name = socket_name(tmp_path)
    lock = acquire_instance(tmp_path, name, StartRequest())
    assert lock is not None
    hours = count(step=3600)
    second = acquire_instance(tmp_path, name, StartRequest(), lambda: float(next(hours)))
    assert second is not None
    assert not second.is_locked
    lock.release()
