"""What follows the end of a TLS session by GnuTLS: an error, and no call into freed memory."""

from __future__ import annotations

import socket
import time
from typing import cast

import pytest

from certclient.ca.http.keyed_tls import KeyedTls, TimedStream
from certclient.platform.gnutls.session import TlsSession


class _Session:
    closed = False

    def close(self) -> None:
        self.closed = True

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"{name} after close")


def test_a_closed_session_is_not_used_any_more() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        session = _Session()
        stream = TimedStream(ours, time.monotonic)
        tls = KeyedTls(ours, stream, cast(TlsSession, session), "bank.example.jp")
        tls.close()
        assert session.closed
        for call in (lambda: tls.recv(10), lambda: tls.sendall(b"x")):
            with pytest.raises(OSError, match="closed"):
                call()
