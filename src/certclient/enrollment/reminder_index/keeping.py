"""Writes after a look at the stores until when nobody has to be reminded; see `index`.

What a look rests on is stamped before it is read and again when the look has ended: a change
between the two belongs to neither, and the look then proves nothing.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from certclient.enrollment.inventory import UNREAD
from certclient.enrollment.overview import Overview, Row
from certclient.enrollment.preflight import profile_clock
from certclient.enrollment.reminder import ReminderHistory, reminded_from
from certclient.enrollment.reminder_index.index import (
    LOOKED,
    UNTIL,
    VALID_SECONDS,
    index_name,
    read_index,
)
from certclient.enrollment.reminder_index.look import Look
from certclient.model.anchor_dates import anchor_ends
from certclient.model.clock_error import PROGRAM_MADE
from certclient.model.profile import Profile
from certclient.platform.change_stamps import stamp_of
from certclient.platform.private_files import write_private
from certclient.store.base import CertificateStore, Watched

_VALID = timedelta(seconds=VALID_SECONDS)

_REWRITTEN_AFTER = 3600.0
"""Seconds after which a look that found nothing new is written, too: windows look each minute."""

_TOKEN_KEPT_FOR = timedelta(days=130)
"""How long after its first reminder day a token that is not plugged in is remembered; by then its
certificate has expired and can be obtained no more."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the answer of a reminder depends on beside the stores.

    - `folder`: this user's data folder; `identity`: see `index.identity`.
    - `settings`: the places (`platform.change_stamps`) of the policy and of the banks' profiles.
    - `records`: those of the journal, and what else is written about procedures and reminders.
    - `browsers`: those that show a new database of a browser.
    - `history`: the reminders shown.
    - `anything_else`: whether a reminder would do something though no certificate is due.
    - `checks`: those of what is known about revocations, which a look may ask the banks about.
    - `next_check`: when the next of these rows is to be looked up at its bank (aware); None if
      none is.
    """

    folder: Path
    identity: Mapping[str, object]
    settings: Callable[[], Sequence[str]]
    records: Sequence[str]
    browsers: Callable[[], Sequence[str]]
    history: ReminderHistory
    anything_else: Callable[[], bool]
    checks: Sequence[str]
    next_check: Callable[[Sequence[Row], datetime], datetime | None]


class IndexKeeper:
    """Created before the banks' profiles are read, as they count for all its looks."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._settings = _stamps(surroundings.settings())

    def look(self) -> Look:
        """Begins a look; call it before the journal is read."""
        around = self._surroundings
        before = _stamps((*around.records, *around.browsers()))
        return _IndexedLook(around, {**self._settings, **before})


class _IndexedLook:
    def __init__(self, surroundings: Surroundings, before: Mapping[str, str]) -> None:
        self._around = surroundings
        self._before = dict(before)

    def found(self, stores: Sequence[CertificateStore]) -> None:
        places = [place for one in stores if isinstance(one, Watched) for place in one.watched()]
        self._before |= _stamps([place for place in places if place not in self._before])

    def end(self, overview: Overview, profiles: Sequence[Profile]) -> None:
        # Read by `next_check` alone.
        self._before |= _stamps(self._around.checks)
        path = self._around.folder / index_name(str(self._around.identity["bank"]))
        looked = overview.read_at.timestamp()
        earlier = read_index(str(path))
        present, known = _unwatched(overview), _known_tokens(earlier, overview.read_at)
        # A token that is not plugged in may be at any time; only a look can tell.
        absent = {store_id: due for store_id, due in known.items() if store_id not in present}
        until = max(looked, min([self._quiet_until(overview, profiles), *absent.values()]))
        tokens = absent | {store_id: due for store_id, due in present.items() if due is not None}
        said = self._said(tokens)
        if _says_enough(earlier, said, looked, until):
            return
        try:
            write_private(path, json.dumps({**said, LOOKED: looked, UNTIL: until}).encode())
        except OSError:
            # What cannot be replaced must not go on to count.
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def _said(self, tokens: Mapping[str, float]) -> dict[str, object]:
        return {**self._around.identity, "places": self._before, "tokens": dict(tokens)}

    def _quiet_until(self, overview: Overview, profiles: Sequence[Profile]) -> float:
        begin = overview.read_at
        if not self._proves_something(overview, profiles):
            return begin.timestamp()
        check = self._around.next_check(overview.rows, begin)
        ends = [end for profile in profiles for end in anchor_ends(profile) if end > begin]
        limit = min([begin + _VALID, *ends, *([check] if check is not None else [])])
        return self._around.history.quiet_until(overview, limit).timestamp()

    def _proves_something(self, overview: Overview, profiles: Sequence[Profile]) -> bool:
        """Whether all was read, nothing is under way, and nothing has changed meanwhile."""
        unread = any(error.code in UNREAD for error in overview.unusable.values())
        if unread or overview.pending or overview.journal_error is not None:
            return False
        now = overview.read_at
        if now < PROGRAM_MADE or any(profile_clock(one, now) for one in profiles):
            return False
        return not self._around.anything_else() and _stamps(list(self._before)) == self._before


def _stamps(places: Iterable[str]) -> dict[str, str]:
    return {place: stamp_of(place) for place in places}


def _unwatched(overview: Overview) -> dict[str, float | None]:
    """The stores that were read and do not say when they change (tokens): from when on one of their
    certificates may be due (seconds since the epoch), None for never."""
    found: dict[str, float | None] = {}
    for store in overview.stores:
        if not isinstance(store, Watched) and store.store_id not in overview.unusable:
            rows = [row for row in overview.rows if row.entry.stored.store_id == store.store_id]
            days = [day.timestamp() for row in rows if (day := reminded_from(row)) is not None]
            found[store.store_id] = min(days, default=None)
    return found


def _known_tokens(index: Mapping[str, object], now: datetime) -> dict[str, float]:
    """The tokens seen at an earlier look, without those that need nobody any more."""
    tokens = index.get("tokens")
    oldest = (now - _TOKEN_KEPT_FOR).timestamp()
    return {
        store_id: due
        for store_id, due in (tokens.items() if isinstance(tokens, dict) else ())
        if isinstance(due, float) and due > oldest
    }


def _says_enough(
    earlier: Mapping[str, object], said: Mapping[str, object], looked: float, until: float
) -> bool:
    """Whether the file `earlier` may stay: it says the same, or less, and not for long yet."""
    before, its_until = earlier.get(LOOKED), earlier.get(UNTIL)
    if not isinstance(before, float) or not isinstance(its_until, float) or looked < before:
        return False
    if its_until <= looked and until <= looked:
        # Neither proves anything.
        return earlier.get("tokens") == said["tokens"]
    same = all(earlier.get(name) == value for name, value in said.items())
    return same and looked < before + _REWRITTEN_AFTER and looked < its_until <= until
