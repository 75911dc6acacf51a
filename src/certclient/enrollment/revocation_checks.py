"""Looks up, at most daily, whether the bank has revoked the certificates that count.

The answer goes to the journal as a rejection, so that `bank_status` decides as for any other
refusal, and every list, window and reminder shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from certclient.ca.revocation.states import RevocationAnswer, RevocationState
from certclient.enrollment.journal import Journal, Rejection, RejectionSource
from certclient.enrollment.overview import Condition, Row
from certclient.enrollment.revocation_cache import RevocationCache, RevocationCheck
from certclient.enrollment.revocations import REVOKED, is_revocation
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError
from certclient.model.profile import Profile
from certclient.platform import log

Lookup = Callable[[Profile, Certificate, Sequence[Certificate]], RevocationAnswer]
"""What a bank says about a certificate, given further CA certificates. Never raises."""


@dataclass(frozen=True, slots=True)
class RevocationChecks:
    """`journal` opens this user's journal; `clock` returns aware UTC."""

    journal: Callable[[], Journal]
    cache: RevocationCache
    lookup: Lookup
    clock: Callable[[], datetime]

    def check(self, rows: Sequence[Row]) -> bool:
        """Looks those of `rows` up that are due. Returns whether the journal has changed.

        Blocks on the network; asks nobody and needs no key. Never raises a CertclientError: one
        of the journal is in the log, and the next call repeats what could not be recorded.
        """
        due = due_rows(rows, self.cache, self.clock())
        if not due:
            return False
        try:
            journal = self.journal()
            known = _received(journal)
            changed = [self._check(journal, row, known) for row in due]
        except CertclientError as error:
            log.error(error)
            return False
        return any(changed)

    def _check(self, journal: Journal, row: Row, known: Sequence[Certificate]) -> bool:
        certificate, now = row.entry.certificate, self.clock()
        answer = self.lookup(row.profile, certificate, known)
        changed = self._record(journal, row, answer, now)
        # After the journal: what was not recorded there is asked again, not only a day later.
        self.cache.note(certificate.fingerprint, RevocationCheck(now, answer.state.value))
        return changed

    def _record(self, journal: Journal, row: Row, answer: RevocationAnswer, now: datetime) -> bool:
        """Returns whether the answer changes what the journal says of the certificate."""
        rejection = row.entry.rejection
        if answer.state is RevocationState.REVOKED and rejection is None:
            journal.reject(_rejection(row, answer, now))
            return True
        own = rejection is not None and rejection.source is RejectionSource.OWN_REQUEST
        if answer.state is RevocationState.GOOD and is_revocation(rejection) and not own:
            # A certificate on hold has been released (RFC 5280, 5.3.1).
            journal.accept(row.entry.certificate.fingerprint)
            return True
        return False


def checks_in(
    folder: Path,
    journal: Callable[[], Journal],
    lookup: Lookup,
    clock: Callable[[], datetime],
) -> RevocationChecks:
    """The checks of the user whose data folder this is."""
    return RevocationChecks(journal, RevocationCache(folder / "revocation.json"), lookup, clock)


def due_rows(rows: Sequence[Row], cache: RevocationCache, now: datetime) -> Sequence[Row]:
    """The rows to look up at `now` (aware): of banks that publish revocations, each certificate
    that counts for its owner and has not expired, or that was found revoked."""
    asked = [row for row in rows if row.profile.revocation is not None and _matters(row, now)]
    checks = cache.read() if asked else {}
    unique = {row.entry.certificate.fingerprint: row for row in asked}
    return [
        row
        for fingerprint, row in unique.items()
        if fingerprint not in checks or checks[fingerprint].is_due(now)
    ]


def next_check(rows: Sequence[Row], cache: RevocationCache, now: datetime) -> datetime | None:
    """When (aware) the next of `rows` is to be looked up; None if none is, `now` if one is now."""
    if due_rows(rows, cache, now):
        return now
    checks = cache.read()
    asked = (checks.get(row.entry.certificate.fingerprint) for row in rows)
    return min((check.again_at for check in asked if check is not None), default=None)


def _matters(row: Row, now: datetime) -> bool:
    if row.entry.stored.archived or not row.entry.certificate.valid_at(now):
        return False
    counts = row.condition.counts or row.condition is Condition.COPY
    return counts or is_revocation(row.entry.rejection)


def _rejection(row: Row, answer: RevocationAnswer, now: datetime) -> Rejection:
    since = answer.since.isoformat(timespec="minutes") if answer.since is not None else ""
    return Rejection(
        fingerprint=row.entry.certificate.fingerprint,
        profile_id=row.profile.id,
        source=RejectionSource.INQUIRY,
        reason=REVOKED,
        noted=now,
        message=" ".join(part for part in (answer.source, answer.reason, since) if part),
    )


def _received(journal: Journal) -> Sequence[Certificate]:
    """The CA certificates that came with certificates obtained on this computer."""
    received = {der for record in journal.finished() for der in record.chain}
    return [Certificate.read(der) for der in sorted(received)]
