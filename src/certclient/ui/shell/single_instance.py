"""One program per user: a second start tells the first what it was asked for, and ends.

What comes through the socket is believed no more than a link on a web page: it is read by
`deep_link.parse`, and only what that gives is acted upon.
"""

from __future__ import annotations

import enum
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from certclient.model.deep_link import MAX_LENGTH, DeepLink, LinkError, Verb, parse

_MAX_BYTES = MAX_LENGTH + 1
_CONNECT_MILLISECONDS = 500
_ANSWER_MILLISECONDS = 3000
_ONE_LOOK_MILLISECONDS = 20
"""PySide keeps Python's threads from running while Qt waits."""
_LONGEST_SOCKET_PATH = 100
"""sockaddr_un has room for 107 bytes."""

_REMIND = b"remind"
_REFUSED = b"refused"
_QUIT = b"quit"
_HEARD = b"heard\n"
"""The first start's answer. That a message was sent says nothing: the first may hang, and on
Windows Qt's waitForBytesWritten can say no to what has arrived."""


class Plea(enum.Enum):
    """What a second start may ask for besides a link."""

    REMIND = "remind"
    REFUSED_LINK = "refused"
    """It was given a link that is none of ours: the window says so."""
    QUIT = "quit"
    """A setup is about to replace the program."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the program was started for."""

    link: DeepLink | None = None
    plea: Plea | None = None

    @property
    def message(self) -> bytes:
        if self.plea is Plea.REMIND:
            return _REMIND
        if self.plea is Plea.REFUSED_LINK:
            return _REFUSED
        if self.plea is Plea.QUIT:
            return _QUIT
        link = self.link or DeepLink(Verb.OPEN)
        return link.text.encode("ascii")


def wish_from(message: bytes) -> Wish:
    """Reads what came through the socket; anything odd is a refused link."""
    if message == _REMIND:
        return Wish(plea=Plea.REMIND)
    if message == _QUIT:
        return Wish(plea=Plea.QUIT)
    try:
        return Wish(link=parse(message.decode("ascii")))
    except (UnicodeDecodeError, LinkError):
        return Wish(plea=Plea.REFUSED_LINK)


def socket_name(data_folder: Path) -> str:
    """The same for every start of one user, another for each user."""
    if os.name == "posix":
        path = str(data_folder / "instance")
        if len(os.fsencode(path)) < _LONGEST_SOCKET_PATH:
            return path
    digest = hashlib.sha256(os.fsencode(str(data_folder))).hexdigest()[:24]
    return f"certclient-{digest}"


def tell_running(name: str, wish: Wish) -> bool:
    """Hands `wish` to the program that runs already; False if there is none that answers."""
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_CONNECT_MILLISECONDS):
        return False
    socket.write(wish.message + b"\n")
    answer = b""
    patience = QDeadlineTimer(_ANSWER_MILLISECONDS)
    while len(answer) < len(_HEARD) and not patience.hasExpired():
        socket.waitForReadyRead(_ONE_LOOK_MILLISECONDS)
        answer += bytes(socket.read(len(_HEARD)).data())
    socket.abort()
    return answer == _HEARD


class SingleInstance(QObject):
    """The first program's side. Only this user can connect."""

    wished = Signal(object)
    """A Wish of a second start."""

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._accept)

    def listen(self) -> bool:
        """Takes the place of the first. False if somebody has it, or it cannot be had: then every
        start is its own, which costs a second window and nothing else.

        Called after `tell_running` found nobody, so a socket that is there was left by a crash.
        """
        if self._server.listen(self._name):
            return True
        QLocalServer.removeServer(self._name)
        return self._server.listen(self._name)

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        while self._server.hasPendingConnections():
            connection = _Connection(self._server.nextPendingConnection(), self)
            connection.said.connect(self.wished)


class _Connection(QObject):
    """One second start; a line, no longer than a link may be."""

    said = Signal(object)

    def __init__(self, socket: QLocalSocket, parent: QObject) -> None:
        super().__init__(parent)
        self._socket = socket
        self._read = b""
        socket.setParent(self)
        socket.readyRead.connect(self._more)
        socket.disconnected.connect(self.deleteLater)
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
        self._socket.write(_HEARD)
        self._socket.flush()
        self.said.emit(wish_from(line))
