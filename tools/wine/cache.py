"""Caches parts that are expensive to build. Each is keyed by its inputs, and complete or absent.

It lies in `$XDG_CACHE_HOME/certclient-wine`, by default `~/.cache/certclient-wine`, and may be
deleted whenever no test is running.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_UNUSED_AFTER = 14 * 24 * 3600
"""Seconds without use after which a part is deleted."""


class PartError(Exception):
    """A part could not be built. The text is for the user who ran `make`."""


@dataclass(frozen=True, slots=True)
class Cache:
    """Builds parts and finds them again. Safe for concurrent runs."""

    folder: Path

    def part(self, kind: str, made_from: str, make: Callable[[Path], None]) -> Path:
        """The folder of the part `kind` built from `made_from`, a text that identifies its inputs.
        If it is missing, `make` fills an empty folder.

        Raises the errors of `make`; an incomplete part is never returned.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{kind}-{hashlib.sha256(made_from.encode()).hexdigest()[:16]}"
        place = self.folder / name
        with self._lock(kind):
            if not place.is_dir():
                started = time.monotonic()
                print(f"==> Making {name} in {self.folder}", flush=True)
                self._make(place, make)
                print(f"==> {name} made in {time.monotonic() - started:.0f} s", flush=True)
            os.utime(place)
            self._remove_old(kind)
        return place

    def mount_point(self) -> Path:
        """An empty folder to mount on. All runs share it: each mount namespace has its own
        mounts."""
        place = self.folder / "mnt"
        place.mkdir(parents=True, exist_ok=True)
        return place

    def _make(self, place: Path, make: Callable[[Path], None]) -> None:
        unfinished = place.with_name(f"unfinished-{place.name}")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        make(unfinished)
        unfinished.rename(place)

    def _remove_old(self, kind: str) -> None:
        """Deletes unused and unfinished parts of `kind`. It runs under their lock, so an unfinished
        one was left by a killed run."""
        limit = time.time() - _UNUSED_AFTER
        for place in self.folder.glob(f"{kind}-*"):
            if place.is_dir() and place.stat().st_mtime < limit:
                shutil.rmtree(place, ignore_errors=True)
        for place in self.folder.glob(f"unfinished-{kind}-*"):
            shutil.rmtree(place, ignore_errors=True)

    @contextmanager
    def _lock(self, kind: str) -> Iterator[None]:
        with (self.folder / f"{kind}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def default_folder(environment: Mapping[str, str], home: Path) -> Path:
    """The cache folder of the user with these environment variables and home folder."""
    base = environment.get("XDG_CACHE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else home / ".cache") / "certclient-wine"
