"""Asks banks for their announcements, once a day at the most, and says which are worth a word.

Blocks: call it in a worker. What goes wrong goes to the log and to nobody's screen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from msgspec.structs import replace

from certclient.ca.transport import HttpTransport, Timeouts
from certclient.model.certificate import TOKYO
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.model.update import Announcement, Standing, Version, reason_against, standing
from certclient.model.update_file import MAX_BYTES, read_announcement, update_invalid
from certclient.platform import log
from certclient.platform.proxies.routes import ProxyResolver
from certclient.updates.book import Heard, UpdateBook

MEDIA_TYPE = "application/jose+json"
AGAIN_AFTER = timedelta(hours=1)
"""Where nothing answered: a computer that has just been switched on may have no network yet."""

_TIMEOUTS = Timeouts(connect=5.0, read=5.0, total=10.0)

Fetch = Callable[[Profile, str], bytes]
"""Gets the bytes at the address of a bank; raises the CertclientErrors of `HttpTransport.get`."""


@dataclass(frozen=True, slots=True)
class UpdateNotice:
    """A bank's announcement, and how this version stands to it."""

    profile: Profile
    announcement: Announcement
    standing: Standing


@dataclass(frozen=True, slots=True)
class Looked:
    """What is to be told now, the most urgent first; and when to look again (aware)."""

    notices: tuple[UpdateNotice, ...]
    again: datetime


class Updates(Protocol):
    """What the windows need; `UpdateChecks` is the real one."""

    def look(self) -> Looked: ...


def fetcher(proxies: ProxyResolver | None = None) -> Fetch:
    """By HTTPS, trusting what the profile trusts. `proxies`: as in HttpTransport."""

    def fetch(profile: Profile, url: str) -> bytes:
        transport = HttpTransport(
            profile.tls_anchors, timeouts=_TIMEOUTS, proxies=proxies, max_bytes=MAX_BYTES
        )
        return transport.get(url, MEDIA_TYPE)

    return fetch


@dataclass(frozen=True, slots=True)
class UpdateChecks:
    """The announcements of `profiles`. `clock` gives aware UTC; `own` is the running version."""

    profiles: tuple[Profile, ...]
    book: UpdateBook
    clock: Callable[[], datetime]
    own: Version
    fetch: Fetch

    def look(self) -> Looked:
        """Asks each bank whose turn it is; of the others, what they said last counts as long as
        it is valid. Never raises a CertclientError."""
        announcing = [profile for profile in self.profiles if profile.updates is not None]
        notices = [notice for profile in announcing if (notice := self._notice(profile))]
        now = self.clock()
        turns = [next_turn(self.book.of(profile.id), now) for profile in announcing]
        notices.sort(key=lambda notice: notice.standing is not Standing.UNSUPPORTED)
        return Looked(tuple(notices), min(turns, default=now + timedelta(days=1)))

    def ask(self, profile: Profile) -> UpdateNotice:
        """Asks one bank now, whatever was asked before.

        Raises CertclientError: UPDATE_INVALID, also for a bank that announces nothing, or what
        stands in the way to its server.
        """
        if profile.updates is None:
            raise update_invalid("the profile names no address")
        heard = replace(self.book.of(profile.id), asked=self.clock(), answered=False)
        self.book.note(profile.id, heard)
        message = self._fetched(profile, profile.updates.address)
        self.book.note(profile.id, replace(heard, answered=True))
        announcement = self._checked(profile, message, heard)
        accepted = Heard(heard.asked, True, announcement.serial, message.decode())
        self.book.note(profile.id, accepted)
        return UpdateNotice(profile, announcement, standing(self.own, announcement))

    def _notice(self, profile: Profile) -> UpdateNotice | None:
        heard, now = self.book.of(profile.id), self.clock()
        try:
            if next_turn(heard, now) <= now:
                return _worth_a_word(self.ask(profile))
        except CertclientError as error:
            log.event("update-check", profile=profile.id, code=error.code.code)
        return _worth_a_word(self._remembered(profile))

    def _remembered(self, profile: Profile) -> UpdateNotice | None:
        heard = self.book.of(profile.id)
        if not heard.message:
            return None
        try:
            announcement = self._checked(profile, heard.message.encode(), heard)
        except CertclientError:
            return None  # out of date by now, or the bank has another key
        return UpdateNotice(profile, announcement, standing(self.own, announcement))

    def _fetched(self, profile: Profile, url: str) -> bytes:
        try:
            return self.fetch(profile, url)
        except CertclientError as error:
            if error.code is ErrorCode.CA_MALFORMED:  # too long: that error speaks of a CA
                raise update_invalid("too long") from error
            raise

    def _checked(self, profile: Profile, message: bytes, heard: Heard) -> Announcement:
        announcement = read_announcement(message, profile)
        if reason := reason_against(announcement, self.clock(), heard.serial):
            raise update_invalid(reason)
        return announcement


def next_turn(heard: Heard, now: datetime) -> datetime:
    """When a bank is asked again: on another day in Japan, or an hour later where nothing came.

    A clock that was set back does not silence it.
    """
    if heard.asked is None or heard.asked > now:
        return now
    if not heard.answered:
        return heard.asked + AGAIN_AFTER
    midnight = heard.asked.astimezone(TOKYO).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1)


def _worth_a_word(notice: UpdateNotice | None) -> UpdateNotice | None:
    return notice if notice and notice.standing is not Standing.CURRENT else None
