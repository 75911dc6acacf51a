"""A transport that records each exchange and can lose an answer after the CA has given it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

from certclient.ca.transport import HttpRequest, HttpResponse, TlsIdentity, Transport
from certclient.model.errors import CertclientError, ErrorCode

_LOST = "the answer was discarded on purpose"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One message and its answer: the bodies, as CMP and EST send them.

    `request`: of EST, such as "POST simpleenroll", with the `status` of the answer, 0 for none.

    `received` is None if there was none. `lost`: the CA has answered, and the answer was kept from
    the client. `seconds`: how long it took.
    """

    sent: bytes
    received: bytes | None
    lost: bool
    seconds: float
    request: str = ""
    status: int = 0


class RecordingLine:
    """Implements `ca.transport.Transport` around another one.

    A line that breaks loses the answer after the CA has processed the request: the case in which
    the customer and the CA know different things. `lost`: the answer that the last `post` or
    `exchange` has lost. `monotonic` returns seconds.
    """

    def __init__(self, inner: Transport, monotonic: Callable[[], float]) -> None:
        self._inner = inner
        self._monotonic = monotonic
        self._losing = False
        self._exchanges: list[Exchange] = []
        self.lost: bytes | None = None

    def lose_next_answer(self) -> None:
        """The next `post` or `exchange` reaches the CA and raises NETWORK_TIMEOUT all the same."""
        self._losing = True

    def taken(self) -> Sequence[Exchange]:
        """The exchanges since the last call."""
        taken, self._exchanges = self._exchanges, []
        return taken

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        """See Transport.post. Raises NETWORK_TIMEOUT for an answer that is to be lost."""
        return self._recorded(
            body, "", lambda: self._inner.post(url, body, content_type), lambda answer: (answer, 0)
        )

    def exchange(self, request: HttpRequest) -> HttpResponse:
        """See Transport.exchange. Raises NETWORK_TIMEOUT for an answer that is to be lost."""
        operation = urlsplit(request.url).path.rpartition("/")[2]
        return self._recorded(
            request.body,
            f"{request.method} {operation}",
            lambda: self._inner.exchange(request),
            lambda response: (response.body, response.status),
        )

    def get(self, url: str, accept: str) -> bytes:
        """See Transport.get."""
        return self._inner.get(url, accept)

    def can_authenticate(self, identity: TlsIdentity) -> bool:
        """See Transport.can_authenticate."""
        return self._inner.can_authenticate(identity)

    def probe(self, url: str) -> Sequence[CertclientError]:
        """See Transport.probe."""
        return self._inner.probe(url)

    def kept_open(self) -> AbstractContextManager[None]:
        """See Transport.kept_open."""
        return self._inner.kept_open()

    def interrupt(self) -> None:
        """See Transport.interrupt."""
        self._inner.interrupt()

    def server_time(self) -> datetime | None:
        """See Transport.server_time."""
        return self._inner.server_time()

    def _recorded(
        self,
        sent: bytes,
        request: str,
        send: Callable[[], T],
        received: Callable[[T], tuple[bytes, int]],
    ) -> T:
        """The result of `send`; `received` takes the answer's body and status out of it."""
        lost, self._losing = self._losing, False
        self.lost = None
        started = self._monotonic()
        answer: bytes | None = None
        status = 0
        try:
            result = send()
            answer, status = received(result)
        finally:
            took = self._monotonic() - started
            kept = lost and answer is not None
            self._exchanges.append(Exchange(sent, answer, kept, took, request, status))
        if lost:
            self.lost = answer
            raise CertclientError(ErrorCode.NETWORK_TIMEOUT, reason=_LOST)
        return result
