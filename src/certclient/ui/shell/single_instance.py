"""Single instance per user: a second start sends its request to the first one and exits.

Messages from the socket are trusted no more than a link on a web page: `deep_link.parse` reads
them, and only its result is acted on. Nothing is written to, or read from, another user's process:
a link may carry a ticket.
"""

from __future__ import annotations

import enum
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QDeadlineTimer, QObject, QTimer, Signal

from certclient.model.deep_link import MAX_LENGTH, DeepLink, LinkError, Verb, parse
from certclient.platform.private_files import private_folder
from certclient.platform.socket_peers import is_own_peer

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtNetwork import QLocalServer, QLocalSocket

_MAX_BYTES = MAX_LENGTH + 1
_CONNECT_MILLISECONDS = 500
_ANSWER_MILLISECONDS = 3000
_POLL_MILLISECONDS = 20
"""One wait. PySide blocks Python's other threads while Qt waits, so waits are short."""
_LONGEST_SOCKET_PATH = 90
"""`sockaddr_un` holds at most 107 bytes, and Qt binds in a folder of its own beside the socket."""
_MOST_CONNECTIONS = 8
"""At a time: a second start needs one, for less than a second."""
_LINE_MILLISECONDS = 5000
"""How long a second start may take for its line."""

_REMIND = b"remind"
_REFUSED = b"refused"
_QUIT = b"quit"
_ACKNOWLEDGED = b"heard\n"
"""The running instance's acknowledgement. A successful write proves nothing: the instance may hang,
and on Windows Qt's waitForBytesWritten can return False for data that has arrived."""


class InstanceRequest(enum.Enum):
    """What a second start can request besides following a link."""

    REMIND = "remind"
    REFUSED_LINK = "refused"
    """It was given an invalid link; the window shows a message."""
    QUIT = "quit"
    """An installer is about to replace the program."""


@dataclass(frozen=True, slots=True)
class StartRequest:
    """Why the program was started. Without `link` and `request`: to show the window."""

    link: DeepLink | None = None
    request: InstanceRequest | None = None

    @property
    def message(self) -> bytes:
        """The request as ASCII bytes without a newline; `parse_start_request` parses it."""
        if self.request is InstanceRequest.REMIND:
            return _REMIND
        if self.request is InstanceRequest.REFUSED_LINK:
            return _REFUSED
        if self.request is InstanceRequest.QUIT:
            return _QUIT
        link = self.link or DeepLink(Verb.OPEN)
        return link.text.encode("ascii")


def parse_start_request(message: bytes) -> StartRequest:
    """Parses a message from the socket; anything malformed becomes REFUSED_LINK."""
    if message == _REMIND:
        return StartRequest(request=InstanceRequest.REMIND)
    if message == _QUIT:
        return StartRequest(request=InstanceRequest.QUIT)
    try:
        return StartRequest(link=parse(message.decode("ascii")))
    except (UnicodeDecodeError, LinkError):
        return StartRequest(request=InstanceRequest.REFUSED_LINK)


def socket_name(data_folder: Path) -> str:
    """Returns the local socket's name: the same for every start of one user, different for each
    user. On POSIX, it is always a file in `data_folder`, which nobody else can enter."""
    if sys.platform != "win32":
        path = str(data_folder / "instance")
        return path if len(os.fsencode(path)) < _LONGEST_SOCKET_PATH else _short_path(data_folder)
    import hashlib

    digest = hashlib.sha256(os.fsencode(str(data_folder))).hexdigest()[:24]
    return f"certclient-{digest}"


def _short_path(data_folder: Path) -> str:
    """A path of the socket in a folder whose own path is too long for one, by way of a descriptor
    that stays open as long as this process. Creates the folder."""
    with suppress(OSError):
        private_folder(data_folder)
        return f"/proc/self/fd/{os.open(data_folder, os.O_RDONLY)}/instance"
    return str(data_folder / "instance")  # nobody can connect: there is no folder


def send_to_running_instance(name: str, start_request: StartRequest) -> bool:
    """Sends `start_request` to the running instance. Returns False if none acknowledges it, or if
    it is not this user's."""
    if os.path.isabs(name) and not os.path.lexists(name):
        return False
    from PySide6.QtNetwork import QLocalSocket

    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_CONNECT_MILLISECONDS):
        return False
    if not is_own_peer(socket.socketDescriptor()):
        socket.abort()
        return False
    socket.write(start_request.message + b"\n")
    answer = b""
    deadline = QDeadlineTimer(_ANSWER_MILLISECONDS)
    while len(answer) < len(_ACKNOWLEDGED) and not deadline.hasExpired():
        socket.waitForReadyRead(_POLL_MILLISECONDS)
        answer += bytes(socket.read(len(_ACKNOWLEDGED)).data())
    socket.abort()
    return answer == _ACKNOWLEDGED


class SingleInstance(QObject):
    """The server side, in the first instance. Only the same OS user can connect."""

    start_requested = Signal(object)
    """The StartRequest of a second start."""

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._server: QLocalServer | None = None
        self._closed = False

    def listen(self) -> bool:
        """Starts listening. Returns False if another process listens or the socket cannot be
        created; later starts then open their own window, and nothing else is affected.

        Call it only after `send_to_running_instance` has found no instance: an existing socket was
        then left by a crash, and is removed. A second call does nothing, nor does one after
        `close`.
        """
        if self._server is not None:
            return self._server.isListening()
        if self._closed:
            return False
        from PySide6.QtNetwork import QLocalServer

        self._server = server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.setMaxPendingConnections(_MOST_CONNECTIONS)
        server.newConnection.connect(lambda: self._accept(server))
        if server.listen(self._name):
            return True
        server.removeServer(self._name)
        return server.listen(self._name)

    def close(self) -> None:
        """Stops listening; later starts find no running instance."""
        self._closed = True
        if self._server is not None:
            self._server.close()

    def _accept(self, server: QLocalServer) -> None:
        while server.hasPendingConnections():
            socket = server.nextPendingConnection()
            busy = len(self.findChildren(_InstanceConnection)) >= _MOST_CONNECTIONS
            if busy or not is_own_peer(socket.socketDescriptor()):
                socket.abort()
                socket.deleteLater()
                continue
            connection = _InstanceConnection(socket, self)
            connection.received.connect(self.start_requested)


class _InstanceConnection(QObject):
    """One second start, which sends one line no longer than a link may be."""

    received = Signal(object)

    def __init__(self, socket: QLocalSocket, parent: QObject) -> None:
        super().__init__(parent)
        self._socket = socket
        self._read = b""
        socket.setParent(self)
        socket.readyRead.connect(self._more)
        socket.disconnected.connect(self.deleteLater)
        QTimer.singleShot(_LINE_MILLISECONDS, self, socket.abort)
        self._more()

    def _more(self) -> None:
        self._read += bytes(self._socket.read(_MAX_BYTES + 1).data())
        line, newline, _ = self._read.partition(b"\n")
        if not newline and len(self._read) <= _MAX_BYTES:
            return
        self._socket.readyRead.disconnect(self._more)
        if not newline:
            self._socket.abort()
            return
        self._socket.write(_ACKNOWLEDGED)
        self._socket.flush()
        self.received.emit(parse_start_request(line))
