"""Collects a request before a thread of the server works on it, so that slow clients occupy none.

The server has few threads. One that waited for the rest of a TLS handshake or of a request would
be lost to others, and as many slow clients as threads would keep everybody out. Here a thread
waits for GRACE_SECONDS at most; then the connection goes back to those that are watched without a
thread, until more arrives.
"""

from __future__ import annotations

import re
import ssl
import time
from typing import Any

from cheroot.makefile import MakeFile, StreamReader

GRACE_SECONDS = 0.02
"""Longer than a client that is not slow needs for its next bytes."""
REQUEST_SECONDS = 60.0
"""For handshake and request together, or for a further request from its first byte."""

_NOTHING_YET = (TimeoutError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
"""The latter if the clock shows that exactly the time limit is over (Windows' clock is coarse)."""
_CHUNK = 1 << 14
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(
    rb"^content-length:[ \t]*([0-9]{1,10})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE
)
_CHUNKED = re.compile(rb"^transfer-encoding:", re.IGNORECASE | re.MULTILINE)
_CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;.*)?$")
_LONGEST_SIZE_LINE = 256
"""Bytes of a line with a chunk's size; a longer one is refused."""
_EXPECTS = re.compile(rb"^expect:", re.IGNORECASE | re.MULTILINE)


def is_whole(octets: bytes | bytearray, most_head: int, most_body: int) -> bool:
    """Whether a request has arrived completely, or so far that it can be refused.

    `most_head`, `most_body`: the server's limits in bytes. A client that waits for "100 Continue"
    (RFC 9110, 10.1.1) sends no more before it gets one, so its head is all that arrives.
    """
    end = _END_OF_HEAD.search(octets)
    if end is None:
        return len(octets) > most_head
    head, body = bytes(octets[: end.start() + 1]), len(octets) - end.end()
    if _EXPECTS.search(head):
        return True
    if _CHUNKED.search(head):
        return body > most_body or _ends_chunked(octets, end.end())
    length = _LENGTH.search(head)
    wanted = int(length[1]) if length else 0
    return body >= wanted or wanted > most_body


def _ends_chunked(octets: bytes | bytearray, at: int) -> bool:
    """Whether a chunked body (RFC 9112, 7.1) that begins at `at` is whole, or no such body."""
    while (line_end := octets.find(b"\r\n", at)) >= 0:
        size = _CHUNK_SIZE.match(octets, at, line_end)
        if size is None:
            return True  # the server refuses it
        length = int(size[1], 16)
        if length == 0:
            trailer = line_end + 2
            return octets.startswith(b"\r\n", trailer) or octets.find(b"\r\n\r\n", trailer) >= 0
        at = line_end + 2 + length + 2
        if at > len(octets):
            return False
    return len(octets) - at > _LONGEST_SIZE_LINE


class Arrival:
    """What has arrived on one connection and was not read by the server yet.

    `most_head`, `most_body`: as in `is_whole`.
    """

    def __init__(self, connection: ArrivingSocket, most_head: int, most_body: int) -> None:
        self._socket = connection
        self._most = most_head, most_body
        self._greeted = False
        self._begun: float | None = None

    def advance(self) -> bool:
        """Goes on with the handshake and the request; returns whether the server can read it.

        Raises TimeoutError once REQUEST_SECONDS are over, OSError (ssl.SSLError) if the handshake
        fails or the connection breaks.
        """
        if self._begun is None:
            self._begun = time.monotonic()
        usual = self._socket.gettimeout()
        self._socket.settimeout(GRACE_SECONDS)
        self._socket.read_until = self._begun + REQUEST_SECONDS
        try:
            self._collect()
        except _NOTHING_YET as error:
            if time.monotonic() > self._socket.read_until:
                raise TimeoutError("timed out") from error
            return False
        finally:
            self._socket.settimeout(usual)
        self._begun = None
        return True

    def _collect(self) -> None:
        if not self._greeted:
            self._socket.do_handshake()
            self._greeted = True
        early = self._socket.early
        while not is_whole(early, *self._most):
            if time.monotonic() > self._socket.read_until:
                raise TimeoutError("timed out")
            chunk = self._socket.recv(_CHUNK)
            if not chunk:
                return
            early += chunk


class ArrivingSocket(ssl.SSLSocket):
    """A TLS connection on which the server first reads what was collected in `early`.

    `read_until`: when a request that is not whole yet must have been read, in monotonic seconds.
    """

    read_until = 0.0
    _early: bytearray | None = None

    @property
    def early(self) -> bytearray:
        """Octets that arrived and that the server did not read yet."""
        if self._early is None:
            self._early = bytearray()
        return self._early

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        """See socket.recv_into; raises TimeoutError after `read_until`, too."""
        early = self._early
        if not early:
            if time.monotonic() > self.read_until:
                raise TimeoutError("timed out")
            return super().recv_into(buffer, nbytes, flags)
        view = memoryview(buffer).cast("B")
        count = min(nbytes or len(view), len(early))
        view[:count] = early[:count]
        del early[:count]
        return count


class _Reader(StreamReader):
    """A reader that knows of what was collected, too."""

    def __init__(self, connection: ArrivingSocket, mode: str, size: int) -> None:
        super().__init__(connection, mode, size)
        self._connection = connection

    def has_data(self) -> bool:
        """Whether a further request, or its beginning, has been read already."""
        return self.has_read_ahead() or bool(self._connection.early)

    def has_read_ahead(self) -> bool:
        """Whether the server has read more than its last request."""
        # cheroot's stubs leave this method untyped.
        reader: Any = super()
        return bool(reader.has_data())


def make_file(connection: ArrivingSocket, mode: str = "r", size: int = -1) -> Any:
    """The file object for reading ("rb") or writing ("wb") that cheroot asks for."""
    return _Reader(connection, mode, size) if "r" in mode else MakeFile(connection, mode, size)
