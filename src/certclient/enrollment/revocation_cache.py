"""Remembers when the bank was asked about which certificate; a small file per user, no secret.

What the bank said is in the journal, which alone decides which certificate counts.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from certclient.model.japan_time import later
from certclient.model.stored_json import Moment, UnreadableError, from_json
from certclient.platform.private_files import write_private

AGAIN_AFTER = timedelta(days=1)
RETRY_AFTER = timedelta(hours=1)
"""Pause without an answer: a computer that has just started may have no network yet."""

_MAX_BYTES = 1 << 20
_KEPT = timedelta(days=400)


class RevocationCheck(msgspec.Struct, frozen=True):
    """When a certificate was last looked up (aware UTC), and the answer (`RevocationState`)."""

    asked: Moment
    state: str

    @property
    def answered(self) -> bool:
        """Whether the bank gave an answer that counts."""
        return self.state != "unknown"

    @property
    def again_at(self) -> datetime:
        """When to ask again (aware)."""
        return later(self.asked, AGAIN_AFTER if self.answered else RETRY_AFTER)

    def is_due(self, now: datetime) -> bool:
        """Whether to ask again at `now` (aware); a clock that was set back does not hinder it."""
        return not self.asked <= now < self.again_at


@dataclass(frozen=True, slots=True)
class RevocationCache:
    """The file `path`, by SHA-256 fingerprint (hex). Losing it costs one request per certificate;
    None keeps nothing."""

    path: Path | None = None

    def read(self) -> Mapping[str, RevocationCheck]:
        """All checks on file; none if it is damaged."""
        try:
            if self.path is None or self.path.stat().st_size > _MAX_BYTES:
                return {}
            return from_json(self.path.read_bytes(), dict[str, RevocationCheck])
        except (OSError, UnreadableError):
            return {}

    def note(self, fingerprint: str, check: RevocationCheck) -> None:
        """Stores a check and forgets old ones; ignores write errors."""
        kept = {
            known: one for known, one in self.read().items() if abs(check.asked - one.asked) < _KEPT
        }
        if self.path is not None:
            with contextlib.suppress(OSError):
                write_private(self.path, msgspec.json.encode({**kept, fingerprint: check}))
