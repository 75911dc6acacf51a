"""Login sessions, kept in memory: a restart of the bank ends all of them.

A session is bound to the certificate that the browser presents, so a stolen cookie alone is
useless.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

_RANDOM_BYTES = 32
_MAX_SESSIONS = 10_000
"""Enough for a rehearsal; beyond it the longest idle one ends, which bounds the memory used."""


class LoginStage(enum.Enum):
    """The progress of a login: each stage requires the secret of the previous one."""

    PIN = "pin"
    PASSWORD = "password"
    IN = "in"


@dataclass(frozen=True, slots=True)
class WebSession:
    """One session.

    `token` is the cookie's value and must never be logged. The session is bound to `subject`, the
    certificate's fingerprint ("operator" on the operator's pages). `csrf` is part of every form of
    this session. `last_seen` is in monotonic seconds.
    """

    token: str = field(repr=False)
    csrf: str = field(repr=False)
    user_id: str
    subject: str
    stage: LoginStage
    last_seen: float

    @property
    def name(self) -> str:
        """Identifies the session where the token must not appear (tickets, logs)."""
        return hashlib.sha256(self.token.encode()).hexdigest()

    def guards(self, sent: str) -> bool:
        """Returns whether a form carries this session's CSRF token."""
        return hmac.compare_digest(self.csrf.encode(), sent.encode("utf-8", "replace"))


class WebSessions:
    """All sessions of one web application; one ends after `idle_seconds` without a request.

    `monotonic` returns seconds. `ended` is called for each session that ends, outside the lock.
    """

    def __init__(
        self,
        idle_seconds: float,
        monotonic: Callable[[], float],
        ended: Callable[[WebSession], None] = lambda _session: None,
    ) -> None:
        self._idle_seconds = idle_seconds
        self._monotonic = monotonic
        self._ended = ended
        self._lock = threading.Lock()
        self._by_token: OrderedDict[str, WebSession] = OrderedDict()
        """The longest idle one first."""
        self._token_of: dict[str, str] = {}
        """By user ID."""

    def begin(self, user_id: str, subject: str, stage: LoginStage) -> WebSession:
        """Starts a session under a new token.

        Ends an earlier one of the same user ID: only one login at a time, as at real banks.
        """
        session = WebSession(_random(), _random(), user_id, subject, stage, self._monotonic())
        with self._lock:
            gone = self._remove_idle(session.last_seen)
            earlier = self._token_of.get(user_id)
            if earlier is not None:
                gone.append(self._remove(earlier))
            if len(self._by_token) >= _MAX_SESSIONS:
                gone.append(self._remove(next(iter(self._by_token))))
            self._add(session)
        self._notify_ended(gone)
        return session

    def advance(self, session: WebSession, stage: LoginStage) -> WebSession | None:
        """Moves a login to `stage` under a new token, which prevents session fixation.

        None if it has ended.
        """
        further = replace(session, token=_random(), stage=stage, last_seen=self._monotonic())
        with self._lock:
            if session.token not in self._by_token:
                return None
            self._remove(session.token)
            self._add(further)
        return further

    def find(self, token: str, subject: str) -> WebSession | None:
        """Returns the session of this cookie; None if bound to another subject or idle too long."""
        now = self._monotonic()
        with self._lock:
            gone = self._remove_idle(now)
            session = self._by_token.get(token)
            if session is not None and session.subject == subject:
                session = replace(session, last_seen=now)
                self._remove(token)
                self._add(session)
            else:
                session = None
        self._notify_ended(gone)
        return session

    def end(self, session: WebSession) -> None:
        """Ends a session; does nothing if it has already ended."""
        with self._lock:
            known = session.token in self._by_token
            gone = [self._remove(session.token)] if known else []
        self._notify_ended(gone)

    def _add(self, session: WebSession) -> None:
        self._by_token[session.token] = session
        self._token_of[session.user_id] = session.token

    def _remove(self, token: str) -> WebSession:
        session = self._by_token.pop(token)
        del self._token_of[session.user_id]
        return session

    def _remove_idle(self, now: float) -> list[WebSession]:
        gone = []
        while self._by_token:
            token, session = next(iter(self._by_token.items()))
            if now - session.last_seen <= self._idle_seconds:
                break
            gone.append(self._remove(token))
        return gone

    def _notify_ended(self, gone: list[WebSession]) -> None:
        for session in gone:
            self._ended(session)


def _random() -> str:
    return secrets.token_urlsafe(_RANDOM_BYTES)
