"""Fetches the banks' announcements, at most once a day, and selects those worth showing.

Blocks: call it in a worker thread. Errors of `check` go to the log, never to the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from msgspec.structs import replace

from certclient.ca.transport import Timeouts
from certclient.ca.transports.system import system_transport
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.japan_time import TOKYO
from certclient.model.profile import Profile
from certclient.model.update import Announcement, UpdateState, Version, reason_against, update_state
from certclient.model.update_file import MAX_BYTES, read_announcement, update_invalid
from certclient.platform import log
from certclient.platform.proxies.logins import ProxyLogins
from certclient.platform.proxies.routes import ProxyResolver
from certclient.updates.cache import AnnouncementCache, CachedAnnouncement

MEDIA_TYPE = "application/jose+json"
AGAIN_AFTER = timedelta(hours=1)
"""Pause after a failed request: a computer that has just started may have no network yet."""

_TIMEOUTS = Timeouts(connect=5.0, read=5.0, total=10.0)

Fetch = Callable[[Profile, str], bytes]
"""Fetches a URL for a bank; raises the same CertclientErrors as `HttpTransport.get`."""


@dataclass(frozen=True, slots=True)
class UpdateNotice:
    """A bank's announcement and how the running version compares with it."""

    profile: Profile
    announcement: Announcement
    state: UpdateState


@dataclass(frozen=True, slots=True)
class UpdateCheckResult:
    """The notices to show now, most urgent first, and when to look again (aware)."""

    notices: tuple[UpdateNotice, ...]
    again: datetime


class Updates(Protocol):
    """The interface that the windows use; `UpdateChecks` implements it."""

    def check(self) -> UpdateCheckResult:
        """See `UpdateChecks.check`."""
        ...


def fetcher(proxies: ProxyResolver | None = None, logins: ProxyLogins | None = None) -> Fetch:
    """Returns a Fetch over HTTPS with the profile's TLS anchors. See `system_transport`."""

    def fetch(profile: Profile, url: str) -> bytes:
        transport = system_transport(
            profile.tls_anchors,
            timeouts=_TIMEOUTS,
            proxies=proxies,
            logins=logins,
            max_bytes=MAX_BYTES,
        )
        return transport.get(url, MEDIA_TYPE)

    return fetch


@dataclass(frozen=True, slots=True)
class UpdateChecks:
    """Checks the announcements of `profiles`.

    `clock` returns aware UTC; `own` is the running version.
    """

    profiles: tuple[Profile, ...]
    cache: AnnouncementCache
    clock: Callable[[], datetime]
    own: Version
    fetch: Fetch

    def check(self) -> UpdateCheckResult:
        """Asks each bank that is due; for the others, the cached announcement counts while valid.

        Skips announcements that leave the running version current. Never raises a CertclientError.
        """
        announcing = [profile for profile in self.profiles if profile.updates is not None]
        notices = [notice for profile in announcing if (notice := self._notice(profile))]
        now = self.clock()
        turns = [next_check(self.cache.of(profile.id), now) for profile in announcing]
        notices.sort(key=lambda notice: notice.state is not UpdateState.UNSUPPORTED)
        return UpdateCheckResult(tuple(notices), min(turns, default=now + timedelta(days=1)))

    def ask(self, profile: Profile) -> UpdateNotice:
        """Asks one bank now, even if it is not due.

        Raises CertclientError: UPDATE_INVALID, also for a bank without announcements, and the
        errors of the connection to its server.
        """
        if profile.updates is None:
            raise update_invalid("the profile names no address")
        cached = replace(self.cache.of(profile.id), asked=self.clock(), answered=False)
        self.cache.note(profile.id, cached)
        message = self._fetched(profile, profile.updates.address)
        self.cache.note(profile.id, replace(cached, answered=True))
        announcement = self._checked(profile, message, cached)
        accepted = CachedAnnouncement(cached.asked, True, announcement.serial, message.decode())
        self.cache.note(profile.id, accepted)
        return UpdateNotice(profile, announcement, update_state(self.own, announcement))

    def _notice(self, profile: Profile) -> UpdateNotice | None:
        cached, now = self.cache.of(profile.id), self.clock()
        try:
            if next_check(cached, now) <= now:
                return _is_notable(self.ask(profile))
        except CertclientError as error:
            log.event("update-check", profile=profile.id, code=error.code.code)
        return _is_notable(self._cached(profile))

    def _cached(self, profile: Profile) -> UpdateNotice | None:
        cached = self.cache.of(profile.id)
        if not cached.message:
            return None
        try:
            announcement = self._checked(profile, cached.message.encode(), cached)
        except CertclientError:
            return None  # expired since, or the bank has changed its key
        return UpdateNotice(profile, announcement, update_state(self.own, announcement))

    def _fetched(self, profile: Profile, url: str) -> bytes:
        try:
            return self.fetch(profile, url)
        except CertclientError as error:
            if error.code is ErrorCode.CA_MALFORMED:  # too long; the user's text would blame a CA
                raise update_invalid("too long") from error
            raise

    def _checked(
        self, profile: Profile, message: bytes, cached: CachedAnnouncement
    ) -> Announcement:
        announcement = read_announcement(message, profile)
        if reason := reason_against(announcement, self.clock(), cached.serial):
            raise update_invalid(reason)
        return announcement


def next_check(cached: CachedAnnouncement, now: datetime) -> datetime:
    """When to ask a bank again (aware): the next calendar day in Japan, or an hour after a failure.

    A clock that was set back does not suppress the check.
    """
    if cached.asked is None or cached.asked > now:
        return now
    if not cached.answered:
        return cached.asked + AGAIN_AFTER
    midnight = cached.asked.astimezone(TOKYO).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1)


def _is_notable(notice: UpdateNotice | None) -> UpdateNotice | None:
    return notice if notice and notice.state is not UpdateState.CURRENT else None
