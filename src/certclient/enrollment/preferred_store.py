"""Remembers the store that the user chose for a new certificate, where there are several."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from certclient.model.stored_json import UnreadableError, from_json
from certclient.platform.private_files import write_private

if TYPE_CHECKING:
    from pathlib import Path


class _Choice(msgspec.Struct, frozen=True):
    store: str


class PreferredStore:
    """The store's id, in the file `path`; None remembers nothing. Best effort: never raises.

    Losing it costs one more question.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    def recall(self) -> str:
        """Returns the store's id, "" if none was chosen."""
        if self._path is None:
            return ""
        try:
            return from_json(self._path.read_bytes(), _Choice).store
        except (OSError, UnreadableError):
            return ""

    def remember(self, store_id: str) -> None:
        """Replaces the choice."""
        if self._path is None or store_id == self.recall():
            return
        try:
            write_private(self._path, msgspec.json.encode(_Choice(store_id)))
        except OSError:
            return
