"""The small files that the program keeps in a user's folder: none of them may stop it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from certclient import __version__
from certclient.ca.client import Transaction
from certclient.ca.cmp.transaction import CmpTransactionState
from certclient.ca.est.transaction import EstTransactionState, Operation
from certclient.cmp.bodies import RequestKind
from certclient.enrollment.bank_status import BankStatuses
from certclient.enrollment.journal import Rejection, RejectionSource
from certclient.enrollment.last_seen import FILE, LastSeen
from certclient.enrollment.overview import read_overview
from certclient.enrollment.preferred_store import PreferredStore
from certclient.enrollment.reminder import ReminderHistory, ShownReminder
from certclient.enrollment.reminder_index.index import identity, index_name, nothing_due
from certclient.enrollment.revocation_cache import RevocationCache, RevocationCheck
from certclient.enrollment.run_results import ResultFile, ResultKind, RunResult
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import StoredCertificate
from certclient.updates.cache import AnnouncementCache, CachedAnnouncement
from certclient.updates.check import next_check
from support.announcements import PROFILE
from support.cli_runner import FakeStore
from support.fuzzing.keys import NOW, fixed_lab, fixed_signer
from support.fuzzing.mutations import text_mutator
from support.fuzzing.target import Target
from support.fuzzing.texts import scratch

_VERSION = b"@VERSION@"
"""In an input: the running version, without which a list is not shown again."""
_JOURNAL = "stamp"


def read_last_seen(data: bytes) -> None:
    """Reads the list that a window showed last."""
    path = scratch(FILE, data.replace(_VERSION, __version__.encode()))
    for day in (0, 400):
        LastSeen(path.parent, [PROFILE]).read(_JOURNAL, NOW + timedelta(days=day))


def read_state(data: bytes) -> None:
    """Reads this as each of the other files, and uses what it says."""
    path = scratch("kept.json", data)
    PreferredStore(path).recall()
    ResultFile(path).read(NOW)
    for check in RevocationCache(path).read().values():
        check.is_due(NOW)
    next_check(AnnouncementCache(path).of("practice"), NOW)
    ReminderHistory(path).forget_earlier("00", NOW)
    mine = identity("", __version__, "program", {})
    scratch(index_name(""), data)
    nothing_due(str(path.parent), mine, NOW.timestamp())


def read_transaction(data: bytes) -> None:
    """Reads the state of a transaction, for each protocol."""
    errors = []
    for kind in (CmpTransactionState, EstTransactionState):
        try:
            kind.of(Transaction("00ff", data))
        except CertclientError as error:
            errors.append(error)
    if len(errors) > 1:
        raise errors[0]


def _last_seen() -> Sequence[bytes]:
    lab, store = fixed_lab(), FakeStore("nss:a")
    for days, archived in ((20, False), (1, True), (-10, False)):
        certificate = lab.issue(fixed_signer(3).spki, days=days)
        store.held.append(StoredCertificate(certificate, "nss:a", "名", None, archived))
    rejection = Rejection("00", PROFILE.id, RejectionSource.LOGIN, "CC-REVOKED", NOW, "x")
    statuses = BankStatuses(rejections={"00": rejection})
    path = scratch(FILE, b"")
    seen = LastSeen(path.parent, [PROFILE])
    seen.note(read_overview([PROFILE], [store], NOW, statuses), _JOURNAL)
    return [path.read_bytes().replace(f'"{__version__}"'.encode(), b'"%s"' % _VERSION)]


def _states() -> Sequence[bytes]:
    result = RunResult("1", "practice", "T", "T 1", NOW, ResultKind.DONE, valid_until=NOW)
    return [
        msgspec.json.encode(one)
        for one in (
            {"store": "nss:a"},
            [result],
            {"00": RevocationCheck(NOW, "good")},
            {"practice": CachedAnnouncement(NOW, True, 7, "{}")},
            {"00": ShownReminder(NOW - timedelta(days=2), 5)},
            {**identity("", __version__, "program", {}), "looked": 0.0, "until": 1e12},
        )
    ]


def _transactions() -> Sequence[bytes]:
    cmp = CmpTransactionState(kind=RequestKind.KUR, request=b"0", nonce=bytes(16))
    est = EstTransactionState(operation=Operation.ENROLL, request=b"0", ca_certificates=(b"1",))
    return [cmp.encode(), est.encode()]


_WORDS = (
    *('"', "{", "}", "[", "]", ":", "null", "true", "-1", "1e400", "9" * 30, "\\ud800", "\\u0000"),
    *('"0001-01-01T00:00:00Z"', '"9999-12-31T23:59:59Z"', '"2026-11-20T12:00:00"', '"NO-SUCH"'),
)
_MUTATE = text_mutator(_WORDS, b",")

TARGETS = (
    Target("last-seen", read_last_seen, _last_seen, _MUTATE),
    Target("kept-files", read_state, _states, _MUTATE),
    Target(
        "transaction-state",
        read_transaction,
        _transactions,
        _MUTATE,
        codes=(ErrorCode.JOURNAL_DAMAGED,),
    ),
)
