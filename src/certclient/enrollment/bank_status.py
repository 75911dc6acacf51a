"""What is known about the bank's acceptance of certificates.

The only place that decides which of an owner's certificates counts. A bank holds one certificate
per ID as valid, the last one confirmed. The journal records what this computer knows about that:
which certificates await confirmation, which one replaced which, and which the bank has refused.
"""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from certclient.enrollment.gains import ShortAnswer
from certclient.enrollment.journal import Journal, ProcedureState, Record, Rejection
from certclient.enrollment.moves import Move, MoveRecords
from certclient.model.certificate import Certificate, SubjectRule
from certclient.model.errors import CertclientError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from certclient.model.profile import Profile

T = TypeVar("T")

TOKEN_PREFIX = "pkcs11:"
"""The ids of USB tokens begin with it (RFC 7512)."""


class BankStatus(enum.Enum):
    """Whether the bank accepts a certificate, as far as known; ignores validity dates and keys."""

    PRESUMED_ACCEPTED = "presumed-accepted"
    """Nothing is known against it."""
    UNCONFIRMED = "unconfirmed"
    """Issued in a procedure that is not finished: the CA may revoke it at any moment."""
    NOT_ACCEPTED = "not-accepted"


@dataclass(frozen=True, slots=True)
class BankStatuses:
    """A snapshot of the journal; certificates are identified by their SHA-256 fingerprints (hex).

    `rejections`: the certificates that the bank does not accept, and why. `unconfirmed`: the id of
    the procedure of each unconfirmed certificate. `successors`: the certificate that replaced
    another. `banks`: the profile id of the bank at which a procedure issued or replaced it.
    `set_up`: the profile ids of the banks that this computer is set up for, whether their profiles
    can be used or not; empty if nobody has looked. `token_used`: a procedure has used a USB token.
    `issuers`: the Common Names of the CAs, by profile id, whose certificates this program has
    accepted for that bank, as their paths led to its trust anchors. `short_answers`: to renewals of
    a certificate, oldest first. `to_put_away`: the profile
    ids of the banks of which a renewal could not put its old certificate away. `moves`: the open
    moves to a new computer, away from these certificates. `damaged`: JOURNAL_DAMAGED for each
    record that could not be read; the other fields know nothing of it. `journal_error`: why the
    whole journal could not be read; the other fields are then empty.
    """

    rejections: Mapping[str, Rejection] = field(default_factory=lambda: MappingProxyType({}))
    unconfirmed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    successors: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    banks: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    set_up: frozenset[str] = frozenset()
    token_used: bool = False
    issuers: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    short_answers: Mapping[str, tuple[ShortAnswer, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    to_put_away: frozenset[str] = frozenset()
    damaged: tuple[CertclientError, ...] = ()
    moves: Mapping[str, Move] = field(default_factory=lambda: MappingProxyType({}))
    journal_error: CertclientError | None = None

    def answers_to(self, certificate: Certificate) -> tuple[ShortAnswer, ...]:
        """What the CA gave for `certificate` and was refused as it ended no later, oldest first."""
        return self.short_answers.get(certificate.fingerprint, ())

    def subject_rule(self, profile: Profile) -> SubjectRule:
        """The profile's rule, which also applies to the CAs whose certificates were accepted.

        A bank may change its issuing CA below the same root without a new profile.
        """
        rule = profile.subject_rule
        accepted = self.issuers.get(profile.id, frozenset())
        return replace(rule, issuers=rule.issuers | accepted) if rule.issuers else rule

    def elsewhere(self, certificate: Certificate, profile_id: str) -> bool:
        """Whether the certificate is known to be of another bank that is set up.

        It stays that bank's, even while its profile cannot be used or another bank was chosen:
        otherwise a bank with a similar subject rule would be asked to renew it.
        """
        known = self.banks.get(certificate.fingerprint, profile_id)
        return known != profile_id and known in self.set_up

    def of(self, certificate: Certificate) -> BankStatus:
        """The status of one certificate."""
        fingerprint = certificate.fingerprint
        if fingerprint in self.rejections:
            return BankStatus.NOT_ACCEPTED
        if fingerprint in self.unconfirmed:
            return BankStatus.UNCONFIRMED
        return BankStatus.PRESUMED_ACCEPTED

    def newest(self, items: Collection[T], certificate: Callable[[T], Certificate]) -> T | None:
        """The certificate that counts among several of one owner; None if none does.

        It was not refused, is confirmed, was not replaced by another one of `items`, and is the
        last one issued: if two expire on the same day, the bank holds the later one as valid.
        Replacement takes precedence over dates, as the clocks of CAs differ.
        """
        accepted = {
            certificate(item).fingerprint: item
            for item in items
            if self.of(certificate(item)) is BankStatus.PRESUMED_ACCEPTED
        }
        counting = [
            item
            for fingerprint, item in accepted.items()
            if not self._is_replaced(fingerprint, accepted)
        ]
        return max(counting, key=lambda item: _issue_order(certificate(item)), default=None)

    def is_successor(self, new: Certificate, old: Certificate) -> bool:
        """Whether `new` replaced `old`, directly or over several renewals."""
        return self._is_replaced(old.fingerprint, {new.fingerprint})

    def _is_replaced(self, fingerprint: str, accepted: Collection[str]) -> bool:
        """Whether one of `accepted` replaced it, directly or over several renewals."""
        seen = {fingerprint}
        successor = self.successors.get(fingerprint)
        while successor is not None and successor not in seen:
            if successor in accepted:
                return True
            seen.add(successor)
            successor = self.successors.get(successor)
        return False


def _issue_order(certificate: Certificate) -> tuple[object, ...]:
    # One that ends before it begins is never valid and takes no other's place.
    ever_valid = certificate.not_before <= certificate.not_after
    return (ever_valid, certificate.not_before, certificate.not_after, certificate.serial)


def read_statuses(journal: Journal) -> BankStatuses:
    """Reads the statuses from the journal. Raises CertclientError: JOURNAL_DAMAGED, DATA_FOLDER."""
    with journal.kept_open():
        contents, rejections = journal.contents(), journal.rejections()
        moves = MoveRecords(journal).open()
    opened = [one for one in contents.records if one.state.open]
    closed = [one for one in contents.records if not one.state.open]
    records = (*(one for one in closed if one.state is ProcedureState.DONE), *opened)
    return BankStatuses(
        rejections={one.fingerprint: one for one in rejections},
        unconfirmed={
            _fingerprint(record.issued): record.id for record in opened if record.state.unconfirmed
        },
        successors=_successors(records),
        banks={
            _fingerprint(der): record.profile_id
            for record in records
            for der in (record.old_certificate, record.issued)
            if der
        },
        token_used=any(record.store_id.startswith(TOKEN_PREFIX) for record in records),
        issuers=_accepted_issuers(records),
        short_answers=_short_answers((*closed, *opened)),
        to_put_away=frozenset(one.profile_id for one in records if one.old_to_archive),
        damaged=tuple(map(journal.damage, contents.damaged)),
        moves=moves,
    )


def _successors(records: Sequence[Record]) -> Mapping[str, str]:
    """Which certificate replaced which: as their procedures say, and because a bank holds the last
    one confirmed as valid, whatever the clocks of its CAs wrote into them."""
    confirmed = [one for one in records if one.state in _CONFIRMED and one.issued]
    found = {
        _fingerprint(one.old_certificate): _fingerprint(one.issued)
        for one in confirmed
        if one.old_certificate
    }
    last: dict[tuple[str, str, bytes], str] = {}
    for record in confirmed:
        holder = (record.profile_id, record.user_id, Certificate.read(record.issued).subject)
        new = _fingerprint(record.issued)
        if holder in last and last[holder] != new:
            found.setdefault(last[holder], new)
        last[holder] = new
    return found


_CONFIRMED = (ProcedureState.CONFIRMED, ProcedureState.DONE)
_INSTALLED = (ProcedureState.INSTALLED, ProcedureState.VERIFIED, ProcedureState.CONFIRMED)


def _accepted_issuers(records: Iterable[Record]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for record in records:
        if record.state in (*_INSTALLED, ProcedureState.DONE) and record.issued:
            issuer = Certificate.read(record.issued).issuer_common_name
            found.setdefault(record.profile_id, set()).add(issuer)
    return {profile_id: frozenset(issuers) for profile_id, issuers in found.items()}


def _short_answers(records: Iterable[Record]) -> Mapping[str, tuple[ShortAnswer, ...]]:
    found: dict[str, tuple[ShortAnswer, ...]] = {}
    for record in records:
        refused = record.last_error == ErrorCode.ISSUED_NOT_LATER.code
        new = record.new_certificate if refused else None
        if new is not None:
            answer = ShortAnswer(record.started, new.not_after, record.ca_settings)
            name = _fingerprint(record.old_certificate)
            found[name] = (*found.get(name, ()), answer)
    return found


def _fingerprint(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()
