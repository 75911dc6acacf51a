"""One instance per user; input from its socket is untrusted, like a web page's."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

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
    until(server.hasPendingConnections)  # on Windows, the server hears of it in its event loop
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


def connected(name: str) -> QLocalSocket:
    socket = QLocalSocket()
    socket.connectToServer(name)
    assert socket.waitForConnected(2000)
    return socket


def test_silent_connections_keep_no_second_start_out(
    first: SingleInstance, name: str, qtbot: QtBot
) -> None:
    silent = [connected(name) for _ in range(8)]
    until(lambda: send(name, StartRequest()))  # refused at first: there are eight already
    ended = QLocalSocket.LocalSocketState.UnconnectedState
    until(lambda: all(one.state() is ended for one in silent))


if sys.platform != "win32":
    STRANGER = 12345

    def test_socket_lies_in_the_private_folder_however_long_its_path_is(
        tmp_path: Path, qtbot: QtBot
    ) -> None:
        folder = tmp_path.joinpath(*["x" * 100] * 3)
        instance = SingleInstance(socket_name(folder))
        assert instance.listen()
        assert stat.S_ISSOCK((folder / "instance").stat().st_mode)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with qtbot.waitSignal(instance.start_requested):
            assert send(socket_name(folder), StartRequest())
        instance.close()

    @pytest.fixture
    def shared(first: SingleInstance) -> Iterator[Path]:
        """A folder that another user can enter."""
        with TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            yield Path(folder)

    def as_stranger(code: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["/usr/bin/python3", "-c", code],
            user=STRANGER,
            stdout=subprocess.PIPE,
            cwd="/",
        )

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can start another user's process")
    def test_nothing_is_written_to_another_users_instance(shared: Path, qtbot: QtBot) -> None:
        name = str(shared / "instance")
        shared.chmod(0o777)
        stranger = as_stranger(
            "import socket; s = socket.socket(socket.AF_UNIX)\n"
            f"s.bind({name!r}); s.listen(); print('ready', flush=True)\n"
            "print(s.accept()[0].recv(1000))"
        )
        assert stranger.stdout is not None
        assert stranger.stdout.readline() == b"ready\n"
        os.chmod(name, 0o777)
        assert not send(name, StartRequest(link=parse("certclient:open")))
        assert stranger.communicate()[0] == b"b''\n"

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can start another user's process")
    def test_nothing_is_read_from_another_user(shared: Path, qtbot: QtBot) -> None:
        name = str(shared / "instance")
        instance = SingleInstance(name)
        assert instance.listen()
        os.chmod(name, 0o777)
        with qtbot.assertNotEmitted(instance.start_requested):
            stranger = as_stranger(
                "import socket; s = socket.socket(socket.AF_UNIX)\n"
                f"s.connect({name!r})\n"
                "try: s.send(b'quit\\n'); print(s.recv(1000))\n"
                "except OSError: print(b'')"
            )
            until(lambda: stranger.poll() is not None)
        assert stranger.communicate()[0] == b"b''\n"
        instance.close()
