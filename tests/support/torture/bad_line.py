"""A line to the bank on which one kind of message meets a fault, over TLS with the bank's own key.

with bad_line(bank, "kur", FAULTS["answer lost"], 1) as line:
    ...  # the profile's URL leads to line.url
"""

from __future__ import annotations

import os
import socket
import ssl
import struct
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from certclient.cmp.messages import Message
from support.bank import RunningBank
from support.office import forwarded
from support.raw_server import Piece, raw_server

BODIES = {0: "ir", 7: "kur", 11: "rr", 21: "genm", 24: "certConf", 25: "pollReq"}
"""RFC 9810, 5.1.2: tags of the requests."""
_LONGER_THAN_ANY_TEST = 1000.0
_DROP = 0.02
_PIECES = 8

Ask = Callable[[], bytes]
"""Sends the request to the bank; returns its whole answer."""
Fault = Callable[[Ask], Iterable[Piece]]


def cut(connection: socket.socket) -> None:
    """Ends the connection without a word of TLS."""
    connection.shutdown(socket.SHUT_RDWR)


def reset(connection: socket.socket) -> None:
    """RST in place of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def break_tls(connection: socket.socket) -> None:
    """Bytes below TLS that are no record of it."""
    with socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.sendall(b"HTTP/1.1 200 OK\r\n\r\n" * 4)
    cut(connection)


def _after(action: Callable[[socket.socket], None]) -> Fault:
    """The bank has acted; its answer is lost."""

    def fault(ask: Ask) -> Iterable[Piece]:
        ask()
        return [action]

    return fault


def _half(ask: Ask) -> Iterable[Piece]:
    answer = ask()
    return [answer[: len(answer) // 2], cut]


def _twice(ask: Ask) -> Iterable[Piece]:
    ask()
    return [ask()]


def _slow(ask: Ask) -> Iterable[Piece]:
    answer = ask()
    size = len(answer) // _PIECES + 1
    for begin in range(0, len(answer), size):
        yield answer[begin : begin + size]
        yield _DROP


def _late(ask: Ask) -> Iterable[Piece]:
    answer = ask()
    return [_LONGER_THAN_ANY_TEST, answer]


FAULTS: dict[str, Fault] = {
    "request lost": lambda _ask: [cut],
    "request reset": lambda _ask: [reset],
    "answer lost": _after(cut),
    "answer reset": _after(reset),
    "answer cut": _half,
    "request duplicated": _twice,
    "answer slow": _slow,
    "answer beyond the limit": _late,
    "TLS broken": _after(break_tls),
}
"""Each at one message; the bank has acted on it in all but the first two."""
HARMLESS = ("request duplicated", "answer slow")
"""The program notices nothing of these."""


@dataclass
class BadLine:
    """`message` meets `fault`, its first `times`; `seen` counts what the program sent."""

    target: int
    message: str
    fault: Fault
    times: int
    seen: Counter[str] = field(default_factory=Counter)
    url: str = ""

    def script(self, request: bytes) -> Iterable[Piece]:
        kind = _kind(request)
        self.seen[kind] += 1
        if kind == self.message and self.times:
            self.times -= 1
            return self.fault(lambda: forwarded(request, self.target))
        return [forwarded(request, self.target)]

    def restore(self) -> None:
        """No more faults."""
        self.times = 0

    @property
    def requests(self) -> int:
        """CMP messages that the program sent."""
        return self.seen.total() - self.seen["HEAD"]


def _kind(request: bytes) -> str:
    head, _, body = request.partition(b"\r\n\r\n")
    if not head.startswith(b"POST"):
        return head.partition(b" ")[0].decode()
    return BODIES[Message.decode(body).body.tag]


@contextmanager
def bad_line(bank: RunningBank, message: str, fault: Fault, times: int) -> Iterator[BadLine]:
    """A line to the bank's CA with this trouble."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(bank.folder / "tls.pem")
    port = urlsplit(bank.cmp_url).port
    assert port is not None
    line = BadLine(port, message, fault, times)
    with raw_server(line.script, context, requests_each=1000) as server:
        line.url = bank.cmp_url.replace(f":{port}/", f":{server.port}/")
        yield line
