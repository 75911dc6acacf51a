"""40 connections that send nothing, or a byte now and then, keep no customer out of the bank."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from certclient.cli.exit_codes import DONE
from certclient_practice.web.https import THREADS
from support.bank import RunningBank
from support.torture.computer import Computers

EACH = 8
"""Connections of each kind to each port."""
HEAD = b"POST /cmp HTTP/1.1\r\nHost: 127.0.0.1\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
GUARD = 300.0
"""Seconds that one call of a connection may take."""
PAUSE = 0.3
"""Seconds between two pieces."""


@dataclass(frozen=True)
class Kind:
    """What is sent at once, and what is repeated piece by piece; over TLS or below it."""

    at_once: bytes = b""
    piece: bytes = b""
    tls: bool = True


CLIENT_HELLO = bytes.fromhex("160301400001003ffc0303")
"""Its first bytes, of 16 KB (RFC 8446, 4.1.2)."""
KINDS = (
    Kind(tls=False),
    Kind(),
    Kind(CLIENT_HELLO, b"\0", tls=False),
    Kind(HEAD, b"X: y\r\n"),
    Kind(CHUNKED, b"1\r\nx\r\n"),
)
assert EACH * len(KINDS) == 40 > 2 * THREADS


class Peer:
    """One connection to `port`, opened again when the bank has ended it."""

    def __init__(self, port: int, kind: Kind, context: ssl.SSLContext) -> None:
        self._port = port
        self._kind = kind
        self._context = context
        self._connection = self._open()

    def drip(self) -> None:
        """Sends the next piece."""
        try:
            self._connection.sendall(self._kind.piece)
        except OSError:
            self.close()
            self._connection = self._open()

    def close(self) -> None:
        self._connection.close()

    def _open(self) -> socket.socket:
        opened = socket.create_connection(("127.0.0.1", self._port), timeout=GUARD)
        if self._kind.tls:
            opened = self._context.wrap_socket(opened, server_hostname="127.0.0.1")
        opened.sendall(self._kind.at_once)
        return opened


@contextmanager
def crowd(bank: RunningBank) -> Iterator[None]:
    """EACH connections of each kind to the ports for CMP and for the login."""
    context = ssl.create_default_context(cafile=str(bank.root_file))
    urls = (bank.addresses.public_url, bank.addresses.login_url)
    ports = [port for url in urls if (port := urlsplit(url).port)]
    with ExitStack() as opened:
        peers = [
            opened.enter_context(closing(Peer(port, kind, context)))
            for port in ports
            for kind in KINDS
            for _ in range(EACH)
        ]
        ended = threading.Event()
        dripping = threading.Thread(target=_drip, args=(peers, ended))
        opened.callback(dripping.join)
        opened.callback(ended.set)
        dripping.start()
        yield


def _drip(peers: Sequence[Peer], ended: threading.Event) -> None:
    while not ended.wait(PAUSE):
        for peer in peers:
            peer.drip()


@pytest.mark.reliability("network", "80 silent or slow connections at the bank, during a renewal")
def test_silent_and_slow_connections_keep_nobody_out(
    computers: Computers, shared_bank: RunningBank
) -> None:
    computer, old = computers.with_certificate("NSS")
    with crowd(shared_bank):
        done = computer.certclient("renew", computer.user_id, "--yes")
        assert done.code == DONE, done.err
        computer.assert_one_certificate_logs_in(old)
