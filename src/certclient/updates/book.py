"""What was heard of each bank's announcements: a small file of this user's, best effort."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

_MAX_BYTES = 1 << 20


class Heard(msgspec.Struct, frozen=True):
    """Of one bank: when it was asked last (aware) and whether it answered, the highest serial
    that was accepted, and the last message that was, as it came (""): its signature is checked
    again at each reading, so nothing in this file is trusted."""

    asked: datetime | None = None
    answered: bool = False
    serial: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True)
class UpdateBook:
    """The file `path`. A book that is lost or damaged costs one question to the bank, and the
    memory of its serials."""

    path: Path

    def of(self, profile_id: str) -> Heard:
        return self._read().get(profile_id, Heard())

    def note(self, profile_id: str, heard: Heard) -> None:
        """Remembers; another program of this user may write at the same time, and one wins."""
        self._write({**self._read(), profile_id: heard})

    def _read(self) -> Mapping[str, Heard]:
        try:
            if self.path.stat().st_size > _MAX_BYTES:
                return {}
            return msgspec.json.decode(self.path.read_bytes(), type=dict[str, Heard])
        except (OSError, msgspec.MsgspecError, ValueError):
            return {}

    def _write(self, heard: Mapping[str, Heard]) -> None:
        aside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            aside.write_bytes(msgspec.json.encode(heard))
            aside.replace(self.path)
        except OSError:
            aside.unlink(missing_ok=True)
