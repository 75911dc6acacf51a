"""What the scripted servers of CMP and EST have in common as transports."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import datetime


class ScriptedTransport:
    """A transport without a network: it keeps no connection and is used by one thread.

    `time`: the server's time, None if it tells none.
    """

    time: datetime | None

    def kept_open(self) -> AbstractContextManager[None]:
        return nullcontext()

    def interrupt(self) -> None:
        raise AssertionError("nothing runs in another thread")

    def server_time(self) -> datetime | None:
        return self.time
