"""A connection to a server that can be cut: from then on, the client's data does not arrive.

with lossy_line(port, cut_when=lambda: True) as line:
    ...  # connect to line.port; line.mend() lets everything through again
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

_CHUNK = 65536


@dataclass
class LossyLine:
    """`cut` decides for each piece that the client sends whether it is lost; `lost` counts them."""

    port: int
    target: int
    cut: Callable[[], bool]
    lost: int = 0
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
