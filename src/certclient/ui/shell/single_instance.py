"""Single instance per user: a second start sends its request to the first one and exits.

Messages from the socket are trusted no more than a link on a web page: `deep_link.parse` reads
them, and only its result is acted on.
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
"""One wait. PySide blocks Python's other threads while Qt waits, so waits are short."""
_LONGEST_SOCKET_PATH = 100
"""`sockaddr_un` holds at most 107 bytes."""

_REMIND = b"remind"
_REFUSED = b"refused"
_QUIT = b"quit"
_HEARD = b"heard\n"
"""The running instance's acknowledgement. A successful write proves nothing: the instance may hang,
and on Windows Qt's waitForBytesWritten can return False for data that has arrived."""


class Plea(enum.Enum):
    """What a second start can request besides following a link."""

    REMIND = "remind"
    REFUSED_LINK = "refused"
    """It was given an invalid link; the window shows a message."""
    QUIT = "quit"
    """An installer is about to replace the program."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Why the program was started. Without `link` and `plea`: to show the window."""

    link: DeepLink | None = None
    plea: Plea | None = None

    @property
    def message(self) -> bytes:
        """The request as ASCII bytes without a newline; `wish_from` parses it."""
        if self.plea is Plea.REMIND:
            return _REMIND
        if self.plea is Plea.REFUSED_LINK:
            return _REFUSED
        if self.plea is Plea.QUIT:
            return _QUIT
        link = self.link or DeepLink(Verb.OPEN)
        return link.text.encode("ascii")


def wish_from(message: bytes) -> Wish:
    """Parses a message from the socket; anything malformed becomes REFUSED_LINK."""
    if message == _REMIND:
        return Wish(plea=Plea.REMIND)
    if message == _QUIT:
        return Wish(plea=Plea.QUIT)
    try:
        return Wish(link=parse(message.decode("ascii")))
    except (UnicodeDecodeError, LinkError):
        return Wish(plea=Plea.REFUSED_LINK)


def socket_name(data_folder: Path) -> str:
    """Returns the local socket's name: the same for every start of one user, different for each
    user. On POSIX it is a path in `data_folder`, unless that is too long for a socket."""
    if os.name == "posix":
        path = str(data_folder / "instance")
        if len(os.fsencode(path)) < _LONGEST_SOCKET_PATH:
            return path
    digest = hashlib.sha256(os.fsencode(str(data_folder))).hexdigest()[:24]
    return f"certclient-{digest}"


def tell_running(name: str, wish: Wish) -> bool:
    """Sends `wish` to the running instance. Returns False if none acknowledges it."""
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
    """The server side, in the first instance. Only the same OS user can connect."""

    wished = Signal(object)
    """The Wish of a second start."""

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._accept)

    def listen(self) -> bool:
        """Starts listening. Returns False if another process listens or the socket cannot be
        created; later starts then open their own window, and nothing else is affected.

        Call it only after `tell_running` has found no instance: an existing socket was then left by
        a crash, and is removed.
        """
        if self._server.listen(self._name):
            return True
        QLocalServer.removeServer(self._name)
        return self._server.listen(self._name)

    def close(self) -> None:
        """Stops listening; later starts find no running instance."""
        self._server.close()

    def _accept(self) -> None:
        while self._server.hasPendingConnections():
            connection = _Connection(self._server.nextPendingConnection(), self)
            connection.said.connect(self.wished)


class _Connection(QObject):
    """One second start, which sends one line no longer than a link may be."""

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
