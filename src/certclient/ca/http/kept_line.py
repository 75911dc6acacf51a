"""The connection that one message leaves open for the next one (RFC 9112, 9.3).

One is kept, and only while somebody has asked for it: outside of `KeptLine.scope`, every message
has a connection of its own, and nothing has to be closed.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from certclient.ca.http.deadline import Deadline, Line

LONGEST_IDLE = 60.0
"""Seconds: what is on the way (NAT, firewalls) forgets connections, some after minutes, and then a
request is lost without an error."""
_MARGIN = 1.0
"""Seconds less than the server's own limit."""


@dataclass(frozen=True, slots=True)
class _Idle:
    key: Hashable
    line: Line
    since: float
    limit: float


class StaleError(Exception):
    """The server has closed the kept connection, and the request may be sent over another one."""


@contextmanager
def stale_line(line: Line, *, possible: bool) -> Iterator[None]:
    """Makes a StaleError of a lost connection on which nothing has arrived meanwhile.

    `possible`: the connection was used before, and the request may be repeated. A time limit that
    has passed says nothing about the connection.
    """
    before = line.received
    try:
        yield
    except TimeoutError:
        raise
    except (OSError, http.client.HTTPException) as error:
        if possible and line.received == before:
            raise StaleError from error
        raise


class KeptLine:
    """Holds the idle connection. Threads may share it; two never get the same connection.

    `monotonic` returns seconds that never go back.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._scopes = 0
        self._idle: _Idle | None = None

    @property
    def wanted(self) -> bool:
        """Whether a connection may be left open now."""
        return self._scopes > 0

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Within the block, connections are kept; at the end of the last one, it is closed."""
        with self._lock:
            self._scopes += 1
        try:
            yield
        finally:
            with self._lock:
                self._scopes -= 1
            if not self.wanted:
                self._replace(None)

    def take(self, key: Hashable, deadline: Deadline) -> Line | None:
        """The kept connection for `key` with the limits of another exchange; None if there is none
        that can be used: the server may have closed it, or have sent what nobody has asked for."""
        with self._lock:
            idle, self._idle = self._idle, None
        if idle is None:
            return None
        in_time = self._monotonic() - idle.since < idle.limit
        if idle.key == key and in_time and idle.line.is_quiet():
            idle.line.begin(deadline)
            return idle.line
        idle.line.close()
        return None

    def keep(self, key: Hashable, line: Line, server_limit: float | None) -> None:
        """Keeps `line`, whose last response was read to its end; closes it if nobody wants it.

        `server_limit`: seconds after which the server closes an idle connection; None if it has not
        said.
        """
        limit = LONGEST_IDLE
        if server_limit is not None:
            limit = min(limit, server_limit - _MARGIN)
        self._replace(_Idle(key, line, self._monotonic(), limit))

    def _replace(self, idle: _Idle | None) -> None:
        with self._lock:
            before, self._idle = self._idle, idle
            if idle is not None and not self.wanted:
                before, self._idle = idle, before
        if before is not None:
            before.line.close()
