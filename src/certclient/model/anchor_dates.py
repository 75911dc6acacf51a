"""The dates of a profile's trust anchors: whether any can be used, and which end soon.

Looked at when a profile is read and before a procedure begins, so that nobody learns only from an
issued certificate that its path cannot be valid.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from certclient.model.clock_error import CLOCK_LIMIT
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.japan_time import later

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from certclient.model.certificate import Certificate
    from certclient.model.profile import Profile

WARNING_DAYS = 90
"""An anchor that ends within this time is warned of: long enough to distribute a new profile."""


def anchor_error(profile: Profile, now: datetime) -> CertclientError | None:
    """Why nothing can be issued at `now` (aware): no anchor of a key is valid; None if one is.

    PROFILE_ANCHOR_EXPIRED, or PROFILE_ANCHOR_NOT_YET if one begins later. Data: `bank` (its id),
    `key` of the profile, `anchor` (Common Name), `begins`, `ends` (ISO 8601), of the anchor that
    ends last.
    """
    for key, anchors in _keys(profile):
        if not anchors or any(_valid(anchor, now) for anchor in anchors):
            continue
        last = max(anchors, key=lambda anchor: anchor.not_after)
        expired = last.not_after < now
        code = ErrorCode.PROFILE_ANCHOR_EXPIRED if expired else ErrorCode.PROFILE_ANCHOR_NOT_YET
        return _named(code, profile, key, last)
    return None


def anchor_warnings(profile: Profile, now: datetime) -> Sequence[CertclientError]:
    """The anchors that have ended, or end within WARNING_DAYS from `now` (aware), beside a usable
    one: PROFILE_ANCHOR_ENDS with the data of `anchor_error`."""
    limit = later(now, timedelta(days=WARNING_DAYS))
    return [
        _named(ErrorCode.PROFILE_ANCHOR_ENDS, profile, key, anchor)
        for key, anchors in _keys(profile)
        if any(_valid(anchor, now) for anchor in anchors)
        for anchor in anchors
        if anchor.not_after <= limit
    ]


def last_anchor_ends(profile: Profile, now: datetime) -> CertclientError | None:
    """The PROFILE_ANCHOR_ENDS of a key without an anchor that outlives the ones that end soon."""
    limit = later(now, timedelta(days=WARNING_DAYS))
    for key, anchors in _keys(profile):
        last = max(anchors, key=lambda anchor: anchor.not_after, default=None)
        if last is not None and now <= last.not_after <= limit:
            return _named(ErrorCode.PROFILE_ANCHOR_ENDS, profile, key, last)
    return None


def anchor_ends(profile: Profile) -> Sequence[datetime]:
    """The ends (aware) of all trust anchors of the profile."""
    return [anchor.not_after for _key, anchors in _keys(profile) for anchor in anchors]


def _keys(profile: Profile) -> Iterator[tuple[str, Sequence[Certificate]]]:
    yield "ca.trust_anchors", profile.ca.trust_anchors
    yield "tls.trust_anchors", profile.tls_anchors


def _valid(anchor: Certificate, now: datetime) -> bool:
    """The CA's clock may be ahead of ours by as much as is tolerated with a warning."""
    return later(anchor.not_before, -CLOCK_LIMIT) <= now <= anchor.not_after


def _named(code: ErrorCode, profile: Profile, key: str, anchor: Certificate) -> CertclientError:
    return CertclientError(
        code,
        bank=profile.id,
        key=key,
        anchor=anchor.common_name,
        begins=anchor.not_before.isoformat(timespec="minutes"),
        ends=anchor.not_after.isoformat(timespec="minutes"),
    )
