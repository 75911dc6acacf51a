"""A connection to a server that can be cut: from then on, the client's data does not arrive.

with lossy_line(port, cut_when=lambda: True) as line:
    ...  # connect to line.port; line.mend() lets everything through again
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from certclient_practice.repositories.records import CertificateState
from support.bank import RunningBank

_CHUNK = 65536


@dataclass
class LossyLine:
    """`cut` decides for each piece that the client sends whether it is lost; `lost` counts them,
    `connections` those of clients."""

    port: int
    target: int
    cut: Callable[[], bool]
    lost: int = 0
    connections: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    def restore(self) -> None:
        """From now on, everything arrives."""
        self.cut = lambda: False

    def serve(self, listener: socket.socket) -> None:
        threads = []
        while True:
            client, _ = listener.accept()
            if self._stop.is_set():
                client.close()
                break
            self.connections += 1
            thread = threading.Thread(target=self._join, args=(client,))
            thread.start()
            threads.append(thread)
        for thread in threads:
            thread.join()

    def _join(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self.target)) as server:
            back = threading.Thread(target=_copy, args=(server, client))
            back.start()
            with contextlib.suppress(OSError):
                while piece := client.recv(_CHUNK):
                    if self.cut():
                        self.lost += 1
                        break
                    server.sendall(piece)
            for end in (server, client):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            back.join()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(_CHUNK):
            sink.sendall(piece)


@contextlib.contextmanager
def lossy_line(target: int, cut_when: Callable[[], bool]) -> Iterator[LossyLine]:
    """Serves on a free port of 127.0.0.1 until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = LossyLine(listener.getsockname()[1], target, cut_when)
        thread = threading.Thread(target=line.serve, args=(listener,))
        thread.start()
        try:
            yield line
        finally:
            line._stop.set()
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", line.port)).close()
            thread.join()


@dataclass
class BrokenLine:
    """A bank that its customers reach through `line`, which breaks before a confirmation."""

    bank: RunningBank
    line: LossyLine

    def bank_revokes(self) -> None:
        """The time for the confirmation is over."""
        self.bank.clock.advance(self.bank.policy.confirm_within + timedelta(seconds=1))
        self.bank.bank.revoke_overdue()


@contextlib.contextmanager
def line_broken_at_confirmation(bank: RunningBank) -> Iterator[BrokenLine]:
    """Cuts the line as soon as the bank has issued a certificate; the profile leads through it."""

    def issued() -> bool:
        with bank.bank.repositories() as repositories:
            records = repositories.register.all()
            return any(one.state is CertificateState.UNCONFIRMED for one in records)

    with line_to(bank, issued) as line:
        yield BrokenLine(bank, line)


@contextlib.contextmanager
def line_to(bank: RunningBank, cut_when: Callable[[], bool]) -> Iterator[LossyLine]:
    """A line to the bank's CA; the profile leads through it."""
    port = int(re.findall(r":(\d+)/", bank.cmp_url)[0])
    with lossy_line(port, cut_when) as line:
        profile = bank.profile_path.read_text(encoding="utf-8")
        through_line = profile.replace(f":{port}/", f":{line.port}/")
        bank.profile_path.write_text(through_line, encoding="utf-8")
        yield line
