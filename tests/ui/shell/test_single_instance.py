"""One program per user; what comes through its socket is believed no more than a web page."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from pytestqt.qtbot import QtBot

from certclient.model.deep_link import DeepLink, Verb, parse
from certclient.ui.shell.single_instance import (
    Plea,
    SingleInstance,
    Wish,
    socket_name,
    tell_running,
    wish_from,
)
from support.wizards import until


@pytest.fixture
def name(tmp_path: Path) -> str:
    return socket_name(tmp_path)


@pytest.fixture
def first(name: str, qtbot: QtBot) -> Iterator[SingleInstance]:
    instance = SingleInstance(name)
    assert instance.listen()
    yield instance
    instance.close()


def told(name: str, wish: Wish) -> bool:
    """Says it as another process would, while Qt works here."""
    with ThreadPoolExecutor(1) as other:
        answer = other.submit(tell_running, name, wish)
        until(answer.done)
        return answer.result()


@pytest.mark.parametrize(
    ("wish", "heard"),
    [
        (Wish(), Wish(link=DeepLink(Verb.OPEN))),
        (Wish(plea=Plea.REMIND), Wish(plea=Plea.REMIND)),
        (Wish(plea=Plea.REFUSED_LINK), Wish(plea=Plea.REFUSED_LINK)),
        (
            Wish(link=parse("certclient:renew?user=TKYM1408054")),
            Wish(link=parse("certclient:renew?user=TKYM1408054")),
        ),
    ],
)
def test_a_second_start_tells_the_first(
    wish: Wish, heard: Wish, first: SingleInstance, name: str, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(first.wished) as wished:
        assert told(name, wish)
    assert wished.args == [heard]


def test_nobody_there_is_said_at_once(name: str, qtbot: QtBot) -> None:
    assert not tell_running(name, Wish())


if sys.platform != "win32":  # Windows' pipes are no files, and go with their program.

    def test_a_socket_left_by_a_crash_is_taken_over(name: str, qtbot: QtBot) -> None:
        # What kill -9 leaves: a file that nobody listens on.
        os.mknod(name, stat.S_IFSOCK | 0o600)
        assert not tell_running(name, Wish())
        instance = SingleInstance(name)
        assert instance.listen()
        with qtbot.waitSignal(instance.wished):
            assert told(name, Wish())
        instance.close()

    def test_only_this_user_can_reach_it(first: SingleInstance, name: str) -> None:
        assert stat.S_IMODE(os.stat(name).st_mode) & 0o077 == 0


def test_a_program_that_hangs_does_not_count(name: str, qtbot: QtBot) -> None:
    """It takes the connection and never answers: this start has to open its own windows."""
    server = QLocalServer()
    assert server.listen(name)
    assert not told(name, Wish())
    assert server.hasPendingConnections()
    server.close()


@pytest.mark.parametrize(
    "message", [b"", b"renew", b"certclient:delete", b"\xff\xfe", b"certclient:open?x=1"]
)
def test_odd_words_are_a_refused_link(message: bytes) -> None:
    assert wish_from(message) == Wish(plea=Plea.REFUSED_LINK)


def test_a_flood_is_cut_off_unread(first: SingleInstance, name: str, qtbot: QtBot) -> None:
    socket = QLocalSocket()
    socket.connectToServer(name)
    assert socket.waitForConnected(2000)
    with qtbot.assertNotEmitted(first.wished), qtbot.waitSignal(socket.disconnected):
        socket.write(b"certclient:open?" + b"a" * 100_000)


def test_two_users_have_two_sockets(tmp_path: Path) -> None:
    assert socket_name(tmp_path / "a") != socket_name(tmp_path / "b")
    far = tmp_path / ("x" * 200)
    assert len(socket_name(far)) < 100
