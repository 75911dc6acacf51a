"""A bank's announcement of program versions and how to judge it; see docs/updates.md.

The program never updates itself: an announcement leads only to a message and a button that opens a
page of the bank in the browser.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from certclient.model.profile import LocalizedText

_VERSION = re.compile(r"(\d{1,5})\.(\d{1,5})\.(\d{1,5})(?:(a|b|rc)(\d{1,3}))?", re.ASCII)
_STAGES = {"a": 0, "b": 1, "rc": 2, None: 3}

MAX_VALIDITY = timedelta(days=100)
"""An announcement must be signed anew at least every quarter, so that an attacker on the network
cannot replay an old one for years."""

CLOCK_TOLERANCE = timedelta(days=1)
"""How far the computer's clock may be behind."""


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A version of this program: 1.2.3, and before it 1.2.3a1, 1.2.3b1, 1.2.3rc1.

    A subset of PEP 440 that also fits the version numbers of a Windows file
    (`tools.installer.settings`).
    """

    release: tuple[int, int, int]
    stage: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Version:
        """Parses a version. Raises ValueError for any other form."""
        found = _VERSION.fullmatch(text)
        if found is None:
            raise ValueError(f"not a version: {text[:40]!r}")
        major, minor, micro, stage, number = found.groups()
        return cls((int(major), int(minor), int(micro)), _STAGES[stage], int(number or 0))

    def __str__(self) -> str:
        stage = next(name for name, value in _STAGES.items() if value == self.stage)
        return ".".join(map(str, self.release)) + (f"{stage}{self.number}" if stage else "")


@dataclass(frozen=True, slots=True)
class Announcement:
    """The signed content of an announcement.

    `version`: the newest version. `minimum`: the oldest supported one, None for any. `page`: where
    to download it. `text`: the bank's own message, None for ours. `serial` increases with each
    announcement; `published` and `valid_until` are aware.
    """

    serial: int
    published: datetime
    valid_until: datetime
    version: Version
    minimum: Version | None
    page: str
    text: LocalizedText | None


class UpdateState(enum.Enum):
    """How a version compares with an announcement; the values appear in `--json`."""

    CURRENT = "current"
    UPDATE_AVAILABLE = "newer-version"
    UNSUPPORTED = "unsupported"
    """The bank no longer supports this version."""


def update_state(own: Version, announcement: Announcement) -> UpdateState:
    """Compares the version `own` with an announcement. An older version is never offered as new."""
    if announcement.minimum is not None and own < announcement.minimum:
        return UpdateState.UNSUPPORTED
    return UpdateState.UPDATE_AVAILABLE if own < announcement.version else UpdateState.CURRENT


def reason_against(announcement: Announcement, now: datetime, highest_serial: int) -> str:
    """Why an announcement does not count at `now` (aware), in English; "" if it does.

    `highest_serial`: the highest serial that this user's program has accepted from the bank. It
    prevents an attacker from hiding a newer announcement by replaying an older one.
    """
    if announcement.serial < highest_serial:
        return f"serial {announcement.serial} is older than {highest_serial}, which was seen"
    if announcement.published > now + CLOCK_TOLERANCE:
        return "published in the future"
    if announcement.valid_until <= now:
        return "no longer valid"
    return ""


def check_consistent(announcement: Announcement) -> None:
    """Raises ValueError with an English reason if the announcement contradicts itself."""
    if announcement.minimum is not None and announcement.minimum > announcement.version:
        raise ValueError("the minimum version is newer than the newest")
    if announcement.valid_until <= announcement.published:
        raise ValueError("valid_until is not after published")
    if announcement.valid_until - announcement.published > MAX_VALIDITY:
        raise ValueError(f"valid for more than {MAX_VALIDITY.days} days")


def same_site(page: str, *addresses: str) -> bool:
    """Whether `page` is on the host of one of the bank's `addresses`, or on a subdomain of it.

    `www.bank.example.jp` matches `bank.example.jp`, but not the reverse: control over one part of a
    site is not control over all of it.
    """
    host = urlsplit(page).hostname or ""
    known = [urlsplit(address).hostname or "" for address in addresses]
    return any(host == name or (name and host.endswith(f".{name}")) for name in known)
