"""TLS inside a connection that is TLS already: a server behind a proxy that is addressed by https.

ssl wraps sockets only; here an `SSLObject` works on the data that the outer connection carries.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_CHUNK = 16 * 1024


class NestedTls:
    """The methods of a socket that `Line` uses. Time limits are those of the outer connection."""

    def __init__(self, outer: ssl.SSLSocket, context: ssl.SSLContext, host: str) -> None:
        """Makes the handshake with `host`; raises OSError, ssl.SSLError."""
        self._outer = outer
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._complete(self._tls.do_handshake)

    @property
    def tls(self) -> ssl.SSLObject:
        """The inner TLS, for what the server has presented."""
        return self._tls

    def settimeout(self, seconds: float) -> None:
        """See socket.settimeout."""
        self._outer.settimeout(seconds)

    def recv(self, length: int) -> bytes:
        """See socket.recv. As ssl's sockets do, takes a lost connection for the end."""
        try:
            return self._complete(lambda: self._tls.read(length))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def sendall(self, data: bytes) -> None:
        """See socket.sendall."""
        while data:
            sent = self._complete(lambda octets=data: self._tls.write(octets))  # type: ignore[misc] # bound now
            data = data[sent:]

    def pending(self) -> int:
        """How many bytes have arrived that nobody has read."""
        return self._tls.pending() + self._incoming.pending + self._outer.pending()

    def close(self) -> None:
        """See socket.close."""
        self._outer.close()

    def _complete(self, operation: Callable[[], T]) -> T:
        """Carries data between both layers until `operation` has what it needs."""
        while True:
            try:
                result = operation()
            except ssl.SSLWantReadError:
                self._flush()
                if piece := self._outer.recv(_CHUNK):
                    self._incoming.write(piece)
                else:
                    self._incoming.write_eof()
            else:
                self._flush()
                return result

    def _flush(self) -> None:
        if waiting := self._outgoing.read():
            self._outer.sendall(waiting)
