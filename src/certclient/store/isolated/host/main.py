"""The child process of one PKCS#11 module (`certclient token-host`, which nobody types)."""

from __future__ import annotations

import os
from io import FileIO
from pathlib import Path
from typing import NoReturn

from certclient.platform import confinement
from certclient.store.isolated import wire
from certclient.store.isolated.host.channels import LookupChannel, Outbox, SessionChannel
from certclient.store.isolated.host.tokens import Tokens
from certclient.store.isolated.messages import (
    LOOKUPS,
    ChangePin,
    CloseSession,
    LoadModule,
    OpenSession,
    Request,
)


def run() -> NoReturn:
    """Serves the program at the other end of standard input and output, until it closes them.

    The first message names the module, which the program has vetted. Never returns: leaves without
    clean-up, because a module may never come back from it.
    """
    confinement.secure_this_process()
    source, sink = confinement.take_pipes()
    # The module, and what it starts, need no Python.
    os.environ.pop("PYTHONPATH", None)
    try:
        first = wire.receive(source, LoadModule)
        if isinstance(first, LoadModule):
            _Switchboard(Path(first.path), sink).serve(source)
    except (wire.ProtocolError, OSError):
        os._exit(1)
    os._exit(0)


class _Switchboard:
    """Distributes requests to their channels, and PINs to the sessions that wait for them."""

    def __init__(self, path: Path, sink: FileIO) -> None:
        self._tokens = Tokens(path)
        self._outbox = Outbox(sink)
        self._lookups = LookupChannel(self._tokens, self._outbox)
        self._sessions: dict[int, SessionChannel] = {}

    def serve(self, source: FileIO) -> None:
        """Returns when the program closes its end. Raises ProtocolError, OSError."""
        while (message := wire.receive(source, Request, pins=True)) is not None:
            if isinstance(message, wire.PinAnswer):
                if session := self._sessions.get(message.channel):
                    session.pins.put(message.pin)
            elif message.channel == LOOKUPS:
                self._lookups.put(message)
            elif (session := self._session(message)) is not None:
                session.put(message)

    def _session(self, request: Request) -> SessionChannel | None:
        """The session's channel; None if it could not be opened."""
        if isinstance(request.call, OpenSession | ChangePin):
            # Without those that could not be opened.
            self._sessions = {n: one for n, one in self._sessions.items() if not one.ended}
            self._sessions[request.channel] = SessionChannel(self._tokens, self._outbox)
        if isinstance(request.call, CloseSession):
            return self._sessions.pop(request.channel, None)
        return self._sessions.get(request.channel)
