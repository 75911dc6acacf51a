"""Where the time of a run goes: signatures, network, waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from certclient.model.certificate import Certificate
from certclient.model.keys import DigestSigner, SignatureAlgorithm, Signer, SystemSigner


class Stopwatch:
    """Splits a run's time by kind. Nested blocks count once, for the innermost kind."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._started = monotonic()
        self._inner = 0.0
        self.seconds = {"key_generation": 0.0, "signing": 0.0, "network": 0.0, "waiting": 0.0}

    @contextmanager
    def measure(self, kind: str) -> Iterator[None]:
        """Adds the block's time to `kind`, less that of nested blocks."""
        outer, self._inner = self._inner, 0.0
        started = self._monotonic()
        try:
            yield
        finally:
            took = self._monotonic() - started
            self.seconds[kind] += took - self._inner
            self._inner = outer + took

    def split(self) -> dict[str, float]:
        """Seconds by kind; `rest` is the remainder of the run so far."""
        total = self._monotonic() - self._started
        return {**self.seconds, "rest": total - sum(self.seconds.values())}


@dataclass(frozen=True, slots=True)
class TimedSigner:
    """A Signer whose signatures count as signing time, even within network time.

    `store_use` is held during a signature."""

    inner: Signer
    stopwatch: Stopwatch
    store_use: AbstractContextManager[bool]

    @property
    def spki(self) -> bytes:
        """See `Signer.spki`."""
        return self.inner.spki

    def sign(self, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """See `Signer.sign`."""
        with self.store_use, self.stopwatch.measure("signing"):
            return self.inner.sign(data, algorithm)


@dataclass(frozen=True, slots=True)
class TimedDigestSigner(TimedSigner):
    """As TimedSigner, for a DigestSigner."""

    inner: DigestSigner

    def sign_digest(self, digest: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """See `DigestSigner.sign_digest`."""
        with self.store_use, self.stopwatch.measure("signing"):
            return self.inner.sign_digest(digest, algorithm)


@dataclass(frozen=True, slots=True)
class TimedSystemSigner(TimedSigner):
    """As TimedSigner, for a SystemSigner; what the system signs itself counts as network time."""

    inner: SystemSigner

    def client_context(self, certificate: Certificate) -> AbstractContextManager[Any]:
        """See `SystemSigner.client_context`."""
        return self.inner.client_context(certificate)


def timed(signer: Signer, stopwatch: Stopwatch, store_use: AbstractContextManager[bool]) -> Signer:
    """`signer` with timed signatures, made while `store_use` is held; it is a DigestSigner or a
    SystemSigner if `signer` is one."""
    if isinstance(signer, DigestSigner):
        return TimedDigestSigner(signer, stopwatch, store_use)
    if isinstance(signer, SystemSigner):
        return TimedSystemSigner(signer, stopwatch, store_use)
    return TimedSigner(signer, stopwatch, store_use)
