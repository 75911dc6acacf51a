"""A socket whose waits are limited, each by itself and all of them together."""

from __future__ import annotations

import io
import selectors
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import SHUT_RDWR, socket

from certclient.ca.http.keyed_tls import KeyedTls
from certclient.ca.http.nested_tls import NestedTls
from certclient.ca.transport import Timeouts

Connected = socket | NestedTls | KeyedTls


class Deadline:
    """The time limits of one exchange. `begin` starts the total: with the first byte sent.

    `monotonic` returns seconds that never go back.
    """

    def __init__(self, timeouts: Timeouts, monotonic: Callable[[], float]) -> None:
        self.timeouts = timeouts
        self._monotonic = monotonic
        self._end: float | None = None

    def begin(self) -> None:
        """Starts the total limit, once."""
        if self._end is None:
            self._end = self._monotonic() + self.timeouts.total

    @contextmanager
    def paused(self) -> Iterator[None]:
        """What happens within does not count: a person may have to type a PIN."""
        started = self._monotonic()
        yield
        if self._end is not None:
            self._end += self._monotonic() - started

    def seconds(self, limit: float) -> float:
        """How long the next wait may take: at most `limit`. Raises TimeoutError at the end."""
        if self._end is None:
            return limit
        left = self._end - self._monotonic()
        if left <= 0:
            raise TimeoutError("the whole exchange took too long")
        return min(limit, left)


class Line:
    """A connected socket with the limits of its exchange. `cut` may come from any thread."""

    def __init__(self, connected: socket, deadline: Deadline) -> None:
        self._socket: Connected = connected
        self._handle = connected.dup()
        self._deadline = deadline
        self._incoming = _Reader(self)
        self._responses = _Responses(self._incoming)

    @property
    def connected(self) -> Connected:
        """The socket, as it is now: TLS replaces it."""
        return self._socket

    def secure(self, wrap: Callable[[Connected], Connected]) -> None:
        """Replaces the socket by `wrap(socket)`, a handshake, within the limits.

        What was read ahead before it, from a proxy, is dropped: it must not be taken for the
        server's response.
        """
        self._arm()
        self._socket = wrap(self._socket)
        self._incoming = _Reader(self)
        self._responses = _Responses(self._incoming)

    def send(self, data: bytes) -> None:
        """Sends all of `data` (bytes)."""
        self._arm()
        self._socket.sendall(data)

    def receive(self, length: int) -> bytes:
        """At most `length` bytes; b"" at the end."""
        self._arm()
        return self._socket.recv(length)

    def receive_exactly(self, length: int) -> bytes:
        """Exactly `length` bytes. Raises ConnectionError if the peer closes before."""
        received = b""
        while len(received) < length:
            piece = self.receive(length - len(received))
            if not piece:
                raise ConnectionResetError("closed by the peer")
            received += piece
        return received

    def makefile(self, *_args: object, **_kwargs: object) -> io.BufferedReader:
        """For http.client.HTTPResponse: a reader that keeps to the limits, the same each time."""
        return self._responses

    @property
    def received(self) -> int:
        """How many bytes of responses have arrived."""
        return self._incoming.received

    def begin(self, deadline: Deadline) -> None:
        """Starts another exchange, whose request is about to be sent."""
        self._deadline = deadline
        deadline.begin()

    def is_quiet(self) -> bool:
        """Whether the peer has neither closed the idle connection nor sent anything that was not
        read. Waits for nothing."""
        if self._incoming.received > self._responses.tell():
            return False
        if isinstance(self._socket, ssl.SSLSocket | NestedTls | KeyedTls) and (
            self._socket.pending()
        ):
            return False
        with selectors.DefaultSelector() as selector:
            selector.register(self._handle, selectors.EVENT_READ)
            return not selector.select(0)

    def cut(self) -> None:
        """Ends a read or write that another thread waits in, a TLS handshake included."""
        try:
            # TLS takes the socket itself over; its duplicate is always there.
            self._handle.shutdown(SHUT_RDWR)
        except OSError:
            return  # not connected any more

    def close(self) -> None:
        """Closes the socket."""
        self._socket.close()
        self._handle.close()

    def _arm(self) -> None:
        self._socket.settimeout(self._deadline.seconds(self._deadline.timeouts.read))


class _Responses(io.BufferedReader):
    """Outlives each response: http.client closes what it has read a response from, and what was
    read ahead would be lost."""

    def close(self) -> None:
        """Does nothing: the Line is closed."""


class _Reader(io.RawIOBase):
    """Reads from a Line. `received`: how many bytes so far."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.received = 0

    def tell(self) -> int:
        """The position of a stream that is only read forward."""
        return self.received

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override] # wants any buffer
        """See io.RawIOBase.readinto."""
        piece = self._line.receive(len(buffer))
        buffer[: len(piece)] = piece
        self.received += len(piece)
        return len(piece)
