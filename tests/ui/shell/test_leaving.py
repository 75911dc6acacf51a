"""Quit requests from a setup: at once when idle, otherwise after the current step."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from certclient.ui.enrollment.navigation import Page
from certclient.ui.shell.first_place import take_place
from certclient.ui.shell.leaving import Leave, ask_to_quit
from certclient.ui.shell.shell import Shell
from certclient.ui.shell.single_instance import Plea, SingleInstance, Wish, socket_name, wish_from
from support.desk import Desk
from support.softhsm import PIN
from support.wizards import Office, until, wait


@pytest.fixture
def desk(office: Office) -> Iterator[Desk]:
    shell = Shell(office.context(), has_tray=False)
    yield Desk(shell)
    shell.close()
    shell.deleteLater()


QUIT = Wish(plea=Plea.QUIT)


def test_idle_program_quits_at_once(desk: Desk) -> None:
    desk.starts()
    desk.shell.carry_out(QUIT)
    until(lambda: desk.over > 0)
    assert not desk.shell.window.isVisible()


def test_quit_waits_for_the_pin_prompt_and_the_procedure_can_be_resumed(
    office: Office,
    desk: Desk,
) -> None:
    office.give(office.new_token().store())
    desk.starts()
    desk.press(desk.shell.window.card.act_button)
    customer = desk.visitor
    customer.arrives_at(Page.START)
    customer.clicks_on("更新する")
    customer.is_asked("PIN")
    desk.shell.carry_out(QUIT)
    wait(300)
    assert desk.over == 0, "the PIN prompt is still open"
    customer.types(PIN)
    customer.presses_enter()
    until(lambda: desk.over > 0)
    (view,) = office.enrollment(office.profile, office.stores).pending()
    assert view.state.open


def test_ask_to_quit_waits_for_the_program_to_end(tmp_path: Path, qtbot: QtBot) -> None:
    first = SingleInstance(socket_name(tmp_path))
    assert first.listen()
    with ThreadPoolExecutor(1) as other:
        with qtbot.waitSignal(first.wished) as wished:
            answer: Future[Leave] = other.submit(ask_to_quit, socket_name(tmp_path), 60)
        assert wished.args == [QUIT]
        assert not answer.done()
        # Like the end of the process: it closes its side of every connection.
        first.close()
        first.deleteLater()
        until(answer.done)
        assert answer.result() is Leave.LEFT


def test_ask_to_quit_times_out(tmp_path: Path, qtbot: QtBot) -> None:
    first = SingleInstance(socket_name(tmp_path))
    assert first.listen()
    with ThreadPoolExecutor(1) as other:
        answer = other.submit(ask_to_quit, socket_name(tmp_path), 0.3)
        until(answer.done)
        assert answer.result() is Leave.STAYS
    first.close()


def test_ask_to_quit_without_a_running_program(tmp_path: Path, qtbot: QtBot) -> None:
    assert ask_to_quit(socket_name(tmp_path), 60) is Leave.NOBODY


def test_quit_request_is_parsed() -> None:
    assert wish_from(QUIT.message) == QUIT


def test_only_one_of_two_concurrent_starts_becomes_the_first(tmp_path: Path, qtbot: QtBot) -> None:
    name = socket_name(tmp_path)
    lock = take_place(tmp_path, name, Wish())
    assert lock is not None
    remind = Wish(plea=Plea.REMIND)
    with ThreadPoolExecutor(1) as other:
        # The first instance holds the lock but does not listen yet.
        second = other.submit(take_place, tmp_path, name, remind)
        first = SingleInstance(name)
        with qtbot.waitSignal(first.wished) as wished:
            assert first.listen()
        until(second.done)
        assert second.result() is None
    assert wished.args == [remind]
    first.close()
    lock.release()
    again = take_place(tmp_path, name, Wish())
    assert again is not None
    again.release()
