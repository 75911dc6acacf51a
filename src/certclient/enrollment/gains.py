"""Whether a renewal could give a certificate that ends later than the current one.

A renewal that gains nothing does not start: the certificate would be due again at once, and each
new run would have another one issued and refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from certclient.model.certificate import Certificate
from certclient.model.clock_error import CLOCK_LIMIT
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.japan_time import TOKYO, days_after, in_tokyo, later
from certclient.model.profile import CaSettings, Profile


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """A certificate that was refused because it ended no later than the one to be renewed.

    `asked`: when its renewal began; `end`: of the refused one (both aware). `settings`: of the CA
    at that time (`ca_fingerprint`).
    """

    asked: datetime
    end: datetime
    settings: str


def ca_fingerprint(ca: CaSettings) -> str:
    """Identifies what a profile says about its CA, as far as an answer's end may depend on it."""
    anchors = sorted(anchor.fingerprint for anchor in ca.trust_anchors)
    parts = (ca.url, ca.protocol, *anchors, *sorted(ca.issuers), str(ca.max_validity_days))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def no_gain(
    profile: Profile, certificate: Certificate, answers: Sequence[ShortAnswer], now: datetime
) -> CertclientError | None:
    """RENEWAL_GAINS_NOTHING (data `serial`, `until`, `problem`) if a renewal at `now` (aware)
    cannot end later than `certificate`; None if it may.

    `answers`: what the CA gave for it before, oldest first. The values of `problem`:

    - anchors: all trust anchors of the profile end no later (data `ends`), so that no new
      certificate could be used for longer.
    - validity: `ca.max_validity_days` from now end no later (data `next`: from when on a renewal
      gains something).
    - answered: the CA gave a certificate that ended no later (data `found`). It is asked again when
      the same validity would last longer (data `next`), or with other settings of the CA in the
      profile. If it gave the same end twice, the end does not depend on the day, and only
      other settings help.
    """
    end = certificate.not_after
    anchors = max((one.not_after for one in profile.ca.trust_anchors), default=None)
    if anchors is not None and now <= anchors <= end:
        return _error(certificate, "anchors", ends=anchors)
    longest = timedelta(days=profile.ca.max_validity_days) + CLOCK_LIMIT
    if later(now, longest) <= end:
        return _error(certificate, "validity", next=later(end, -longest))
    return _answered(certificate, profile, answers, now)


def _answered(
    certificate: Certificate, profile: Profile, answers: Sequence[ShortAnswer], now: datetime
) -> CertclientError | None:
    settings = ca_fingerprint(profile.ca)
    own = [answer for answer in answers if answer.settings == settings]
    if not own:
        return None
    last = own[-1]
    again = _worth_asking(last, certificate.not_after)
    if any(answer.end == last.end for answer in own[:-1]) or again >= certificate.not_after:
        return _error(certificate, "answered", found=last.end)
    if now >= again:
        return None
    return _error(certificate, "answered", found=last.end, next=again)


def _worth_asking(last: ShortAnswer, end: datetime) -> datetime:
    """When a certificate of the same validity would end later than `end`: on the next day in Japan,
    as CAs may count whole days; sooner for a validity of hours."""
    validity = max(last.end - last.asked, timedelta())
    same_end = in_tokyo(later(last.asked, end - last.end))
    midnight = datetime.combine(days_after(same_end.date(), 1), time(), TOKYO)
    return min(midnight, later(same_end, validity / 3))


def _error(certificate: Certificate, problem: str, **moments: datetime) -> CertclientError:
    return CertclientError(
        ErrorCode.RENEWAL_GAINS_NOTHING,
        problem=problem,
        serial=certificate.serial_hex,
        until=certificate.not_after.isoformat(timespec="seconds"),
        **{name: moment.isoformat(timespec="seconds") for name, moment in moments.items()},
    )
