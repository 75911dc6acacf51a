"""The checks of a CA and their results as values. The words are in i18n."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from certclient.model.errors import CertclientError
from certclient.qualification.line import Exchange


class Check(enum.Enum):
    """What is tried, in this order; the value is the check's public name."""

    REACHABLE = "reachable"
    CLOCK = "clock"
    WRONG_CODE = "wrong-code"
    OBTAIN = "obtain"
    CERTIFICATE = "certificate"
    CONFIRM = "confirm"
    QUERY = "query"
    BAD_PROOF = "bad-proof"
    BAD_SIGNATURE = "bad-signature"
    RENEW = "renew"
    LOST_ANSWER = "lost-answer"
    LOST_CONFIRMATION = "lost-confirmation"
    REJECT = "reject"
    WAITING = "waiting"
    REVOKE = "revoke"
    REVOKED = "revoked"


class Verdict(enum.Enum):
    """The result of a check."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not-applicable"
    """The CA does not do this, or the user left the check out."""
    NOT_RUN = "not-run"
    """It needs something that an earlier check has not brought about."""


class Finding(enum.Enum):
    """What was seen, beyond the verdict."""

    ANSWERED_AGAIN = "answered-again"
    """The repeated message got the same answer."""
    TWO_CERTIFICATES = "two-certificates"
    """The repeated request was answered with another certificate."""
    NEW_TRANSACTION = "new-transaction"
    """The repeated request was refused, and a new one for the same key granted."""
    ALREADY_CONFIRMED = "already-confirmed"
    """The repeated confirmation was refused, but the certificate is accepted."""
    IMPLICIT = "implicit"
    """The CA confirms implicitly, so no confirmation is sent."""
    NO_DATE = "no-date"
    NO_QUERY = "no-query"
    NOT_OFFERED = "not-offered"
    """The CA's protocol has no such message."""
    NEVER_WAITED = "never-waited"
    SKIPPED = "skipped"
    GRANTED = "granted"
    """What must be refused was granted."""
    STILL_ACCEPTED = "still-accepted"
    """A certificate that must not be accepted any more is."""
    NOT_ACCEPTED = "not-accepted"
    """A certificate that must be accepted is not."""


@dataclass(frozen=True, slots=True)
class Result:
    """`error`: why it failed, as the program would report it; `exchanges`: what was sent and
    received meanwhile."""

    check: Check
    verdict: Verdict
    finding: Finding | None = None
    error: CertclientError | None = None
    exchanges: Sequence[Exchange] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """`left`: the serial numbers (hex) of certificates that could not be revoked at the end."""

    results: Sequence[Result]
    left: Sequence[str] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing failed, and everything could be run."""
        good = (Verdict.PASSED, Verdict.NOT_APPLICABLE)
        return all(result.verdict in good for result in self.results)
