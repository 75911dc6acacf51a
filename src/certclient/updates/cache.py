"""Caches the last announcement of each bank in a small per-user file; best effort."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from certclient.model.stored_json import Moment, UnreadableError, from_json
from certclient.platform.private_files import write_private

_MAX_BYTES = 1 << 20


class CachedAnnouncement(msgspec.Struct, frozen=True):
    """The last update check of one bank.

    `asked`: when the bank was last asked (aware), None if never. `answered`: whether it responded.
    `serial`: the highest serial accepted so far. `message`: the last accepted message as received,
    "" for none. Its signature is verified again on every read, so nothing in this file is trusted.
    """

    asked: Moment | None = None
    answered: bool = False
    serial: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True)
class AnnouncementCache:
    """The file `path`. Losing it costs one request per bank and the record of accepted serials."""

    path: Path

    def of(self, profile_id: str) -> CachedAnnouncement:
        """The last check of a bank; an empty `CachedAnnouncement` if none is on file or the file is
        damaged."""
        return self._read().get(profile_id, CachedAnnouncement())

    def note(self, profile_id: str, cached: CachedAnnouncement) -> None:
        """Stores `cached`; ignores write errors.

        If another process of this user writes at the same time, one of the two wins.
        """
        self._write({**self._read(), profile_id: cached})

    def _read(self) -> Mapping[str, CachedAnnouncement]:
        try:
            if self.path.stat().st_size > _MAX_BYTES:
                return {}
            return from_json(self.path.read_bytes(), dict[str, CachedAnnouncement])
        except (OSError, UnreadableError):
            return {}

    def _write(self, cached: Mapping[str, CachedAnnouncement]) -> None:
        with contextlib.suppress(OSError):
            write_private(self.path, msgspec.json.encode(cached))
