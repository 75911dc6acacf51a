"""Who is logged in where. Sessions live in memory: when the bank restarts, everybody logs in again.

A session belongs to the certificate that the browser shows, so a stolen cookie alone is worthless.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

_RANDOM_BYTES = 32
_MOST_SESSIONS = 10_000
"""Enough for a rehearsal; the oldest goes first, so that nobody fills the memory."""


class Stage(enum.Enum):
    """How far a login is: each further stage needs what the one before asked for."""

    PIN = "pin"
    PASSWORD = "password"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Session:
    """`token` is the cookie's value and never logged; `subject` whose it is (a user ID and the
    certificate's fingerprint); `csrf` is what every form of this session carries."""

    token: str = field(repr=False)
    csrf: str = field(repr=False)
    user_id: str
    subject: str
    stage: Stage
    last_seen: float

    @property
    def name(self) -> str:
        """Names the session where the token must not appear (tickets, logs)."""
        return hashlib.sha256(self.token.encode()).hexdigest()

    def guards(self, sent: str) -> bool:
        """Whether a form carries this session's CSRF token."""
        return hmac.compare_digest(self.csrf.encode(), sent.encode("utf-8", "replace"))


class Sessions:
    """All sessions of one web application. `idle_seconds` without a request end one.

    `monotonic` gives seconds; `ended` hears of each session that ends, outside the lock.
    """

    def __init__(
        self,
        idle_seconds: float,
        monotonic: Callable[[], float],
        ended: Callable[[Session], None] = lambda _session: None,
    ) -> None:
        self._idle_seconds = idle_seconds
        self._monotonic = monotonic
        self._ended = ended
        self._lock = threading.Lock()
        self._by_token: dict[str, Session] = {}

    def begin(self, user_id: str, subject: str, stage: Stage) -> Session:
        """A new session under a new token. An earlier one of the same user ID ends: one login at a
        time, as banks have it."""
        session = Session(_random(), _random(), user_id, subject, stage, self._monotonic())
        with self._lock:
            gone = [other for other in self._by_token.values() if other.user_id == user_id]
            if len(self._by_token) - len(gone) >= _MOST_SESSIONS:
                gone.append(min(self._by_token.values(), key=lambda other: other.last_seen))
            for other in gone:
                del self._by_token[other.token]
            self._by_token[session.token] = session
        self._tell(gone)
        return session

    def advance(self, session: Session, stage: Stage) -> Session | None:
        """The same login one stage further, under a new token (no fixation); None if it ended."""
        further = replace(session, token=_random(), stage=stage, last_seen=self._monotonic())
        with self._lock:
            if self._by_token.pop(session.token, None) is None:
                return None
            self._by_token[further.token] = further
        return further

    def find(self, token: str, subject: str) -> Session | None:
        """The session of this cookie, if it belongs to `subject` and did not idle too long."""
        now = self._monotonic()
        with self._lock:
            session = self._by_token.get(token)
            if session is None or session.subject != subject:
                return None
            if now - session.last_seen <= self._idle_seconds:
                seen = replace(session, last_seen=now)
                self._by_token[token] = seen
                return seen
            del self._by_token[token]
        self._tell([session])
        return None

    def end(self, session: Session) -> None:
        with self._lock:
            gone = self._by_token.pop(session.token, None)
        self._tell([gone] if gone is not None else [])

    def _tell(self, gone: list[Session]) -> None:
        for session in gone:
            self._ended(session)


def _random() -> str:
    return secrets.token_urlsafe(_RANDOM_BYTES)
