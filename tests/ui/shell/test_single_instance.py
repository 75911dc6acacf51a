"""One instance per user; input from its socket is untrusted, like a web page's."""

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
    InstanceRequest,
    SingleInstance,
    StartRequest,
    parse_start_request,
    send_to_running_instance,
    socket_name,
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


def send(name: str, start_request: StartRequest) -> bool:
    """Sends the request from another thread while Qt's event loop runs here."""
    with ThreadPoolExecutor(1) as other:
        answer = other.submit(send_to_running_instance, name, start_request)
        until(answer.done)
        return answer.result()


@pytest.mark.parametrize(
    ("start_request", "received"),
    [
        (StartRequest(), StartRequest(link=DeepLink(Verb.OPEN))),
        (
            StartRequest(request=InstanceRequest.REMIND),
            StartRequest(request=InstanceRequest.REMIND),
        ),
        (
            StartRequest(request=InstanceRequest.REFUSED_LINK),
            StartRequest(request=InstanceRequest.REFUSED_LINK),
        ),
        (
            StartRequest(link=parse("certclient:renew?user=TKYM1408054")),
            StartRequest(link=parse("certclient:renew?user=TKYM1408054")),
        ),
    ],
)
def test_second_start_sends_its_request_to_the_first(
    start_request: StartRequest,
    received: StartRequest,
    first: SingleInstance,
    name: str,
    qtbot: QtBot,
) -> None:
    with qtbot.waitSignal(first.start_requested) as start_requested:
        assert send(name, start_request)
    assert start_requested.args == [received]


def test_missing_instance_is_reported_at_once(name: str, qtbot: QtBot) -> None:
    assert not send_to_running_instance(name, StartRequest())


if sys.platform != "win32":  # Windows' named pipes are not files and vanish with their process.

    def test_socket_left_by_a_crash_is_taken_over(name: str, qtbot: QtBot) -> None:
        # `kill -9` leaves a socket file behind that no process listens on.
        os.mknod(name, stat.S_IFSOCK | 0o600)
        assert not send_to_running_instance(name, StartRequest())
        instance = SingleInstance(name)
        assert instance.listen()
        with qtbot.waitSignal(instance.start_requested):
            assert send(name, StartRequest())
        instance.close()

    def test_socket_is_accessible_to_its_user_only(first: SingleInstance, name: str) -> None:
        assert stat.S_IMODE(os.stat(name).st_mode) & 0o077 == 0


def test_hanging_instance_is_ignored(name: str, qtbot: QtBot) -> None:
    """It accepts the connection but never answers, so this start opens its own windows."""
    server = QLocalServer()
    assert server.listen(name)
    assert not send(name, StartRequest())
    assert server.hasPendingConnections()
    server.close()


@pytest.mark.parametrize(
    "message", [b"", b"renew", b"certclient:delete", b"\xff\xfe", b"certclient:open?x=1"]
)
def test_malformed_message_is_a_refused_link(message: bytes) -> None:
    assert parse_start_request(message) == StartRequest(request=InstanceRequest.REFUSED_LINK)


def test_oversized_message_is_cut_off(first: SingleInstance, name: str, qtbot: QtBot) -> None:
    socket = QLocalSocket()
    socket.connectToServer(name)
    assert socket.waitForConnected(2000)
    with qtbot.assertNotEmitted(first.start_requested), qtbot.waitSignal(socket.disconnected):
        socket.write(b"certclient:open?" + b"a" * 100_000)


def test_two_users_have_two_sockets(tmp_path: Path) -> None:
    assert socket_name(tmp_path / "a") != socket_name(tmp_path / "b")
    long_path = tmp_path / ("x" * 200)
    assert len(socket_name(long_path)) < 100
