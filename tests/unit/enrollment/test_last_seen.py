"""What a window saw last: shown again as it was, judged by today's date, never in place of more."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest

from certclient.enrollment.bank_status import BankStatuses
from certclient.enrollment.journal import Rejection, RejectionSource
from certclient.enrollment.last_seen import FILE, LastSeen
from certclient.enrollment.overview import Condition, Overview, read_overview
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeyRef
from certclient.model.profile import Profile
from certclient.store.base import StoredCertificate
from support.cli_runner import FakeStore
from support.customer import USER, profile_of
from support.pki import customer_name, make_lab, rsa_key, spki_of

NOW = datetime(2027, 3, 11, 3, 0, tzinfo=UTC)
LAB = make_lab(NOW)
SPKI = spki_of(rsa_key(0))
JOURNAL = ("stamp", "")
OTHERS = ("TKYM1408055", "TKYM1408056", "TKYM1408057", "TKYM1408058")


@dataclass
class Computer:
    """One store, the journal's statuses, and the file in `folder`."""

    folder: Path
    profile: Profile = field(default_factory=lambda: profile_of(LAB))
    store: FakeStore = field(default_factory=lambda: FakeStore("nss:a"))
    statuses: BankStatuses = field(default_factory=BankStatuses)

    def add(
        self, user: str, days: float, *, archived: bool = False, key: bool = True
    ) -> Certificate:
        certificate = LAB.intermediate.issue(
            SPKI, customer_name(user), days=days, not_before=NOW - timedelta(days=400 - days)
        )
        reference = KeyRef("nss:a", b"id") if key else None
        stored = StoredCertificate(certificate, "nss:a", "name", reference, archived)
        self.store.held.append(stored)
        return certificate

    def look(self, now: datetime = NOW) -> Overview:
        return read_overview([self.profile], [self.store], now, self.statuses)

    @property
    def last_seen(self) -> LastSeen:
        """As a new process has it."""
        return LastSeen(self.folder, [self.profile])


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    made = Computer(tmp_path)
    made.add(USER, 20)
    made.add(USER, 1, archived=True)
    made.add(OTHERS[0], 200)
    made.add(OTHERS[1], -10)
    made.add(OTHERS[2], 40, key=False)
    refused = made.add(OTHERS[3], 50).fingerprint
    rejection = Rejection(
        refused, made.profile.id, RejectionSource.LOGIN, "CC-REVOKED", NOW, "中止"
    )
    made.statuses = BankStatuses(rejections={refused: rejection})
    return made


def shown(overview: Overview | None) -> list[tuple[object, ...]]:
    """What a list says of each row."""
    assert overview is not None
    return [
        (
            *(row.name, row.condition, row.folded, row.alone, row.entry.full_id, row.entry.owner),
            *(row.entry.life, row.entry.rejection, row.entry.certificate.serial_hex),
        )
        for row in overview.rows
    ]


def test_the_next_window_shows_the_same_list(computer: Computer) -> None:
    seen = computer.look()
    computer.last_seen.note(seen, JOURNAL)
    found = computer.last_seen.read(JOURNAL, NOW)
    assert shown(found) == shown(seen)
    assert len(seen.rows) == 6
    assert found is not None
    assert not found.complete


def test_conditions_follow_the_date(computer: Computer) -> None:
    computer.last_seen.note(computer.look(), JOURNAL)
    later = NOW + timedelta(days=30)
    found = computer.last_seen.read(JOURNAL, later)
    assert shown(found) == shown(computer.look(later))
    assert found is not None
    conditions = {row.entry.owner.user_id: row.condition for row in found.rows if not row.folded}
    assert conditions[USER] is Condition.OBTAINABLE


def test_a_store_that_cannot_be_used_is_remembered(computer: Computer) -> None:
    error = CertclientError(ErrorCode.STORE_UNAVAILABLE, path="/x", problem="")
    seen = replace(computer.look(), rows=(), unusable=MappingProxyType({"nss:a": error}))
    computer.last_seen.note(seen, JOURNAL)
    found = computer.last_seen.read(JOURNAL, NOW)
    assert found is not None
    assert found.unusable["nss:a"].code is error.code
    assert found.unusable["nss:a"].data == error.data


def _shortened(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def _other_version(raw: bytes) -> bytes:
    return raw.replace(b'"version":"', b'"version":"9')


def _unknown_code(raw: bytes) -> bytes:
    return raw.replace(b'"obstacle":null', b'"obstacle":{"name":"NO_SUCH","data":{}}')


def _no_such_store(raw: bytes) -> bytes:
    return raw.replace(b'"store":0', b'"store":7')


@pytest.mark.parametrize(
    "damage",
    [
        _shortened,
        _other_version,
        _unknown_code,
        _no_such_store,
        lambda _raw: b"",
        lambda _raw: b"[]",
    ],
)
def test_a_damaged_file_counts_as_none(
    computer: Computer, damage: Callable[[bytes], bytes]
) -> None:
    computer.last_seen.note(computer.look(), JOURNAL)
    file = computer.folder / FILE
    raw = file.read_bytes()
    assert damage(raw) != raw
    file.write_bytes(damage(raw))
    assert computer.last_seen.read(JOURNAL, NOW) is None


def test_no_name_in_an_error_of_the_file_keeps_the_window_from_opening(computer: Computer) -> None:
    computer.last_seen.note(computer.look(), JOURNAL)
    file, error = computer.folder / FILE, b'{"name":"STORE_UNAVAILABLE","data":{"code":"x"}}'
    file.write_bytes(file.read_bytes().replace(b'"error":null', b'"error":' + error))
    found = computer.last_seen.read(JOURNAL, NOW)
    assert found is not None
    assert found.unusable["nss:a"].data == {"code": "x"}


def test_nothing_counts_after_a_change_of_the_journal_or_of_the_banks(computer: Computer) -> None:
    computer.last_seen.note(computer.look(), JOURNAL)
    assert computer.last_seen.read(("another", ""), NOW) is None
    other = replace(computer.profile, id="another-bank")
    assert LastSeen(computer.folder, [other]).read(JOURNAL, NOW) is None
    assert LastSeen(computer.folder, [computer.profile, other]).read(JOURNAL, NOW) is None


def test_a_list_that_needs_more_to_be_told_is_forgotten(computer: Computer) -> None:
    last_seen = computer.last_seen
    last_seen.note(computer.look(), JOURNAL)
    broken = CertclientError(ErrorCode.JOURNAL_DAMAGED)
    last_seen.note(replace(computer.look(), journal_error=broken), JOURNAL)
    assert computer.last_seen.read(JOURNAL, NOW) is None
    assert not (computer.folder / FILE).exists()


def test_the_same_list_is_not_written_again(computer: Computer) -> None:
    computer.last_seen.note(computer.look(), JOURNAL)
    before = (computer.folder / FILE).stat().st_mtime_ns
    later = computer.last_seen
    later.read(JOURNAL, NOW)
    later.note(computer.look(), JOURNAL)
    assert (computer.folder / FILE).stat().st_mtime_ns == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes and no named pipes")
def test_the_file_is_private_and_a_pipe_in_its_place_is_not_waited_for(computer: Computer) -> None:
    computer.last_seen.note(computer.look(), JOURNAL)
    file = computer.folder / FILE
    assert file.stat().st_mode & 0o777 == 0o600
    file.unlink()
    os.mkfifo(file)
    assert computer.last_seen.read(JOURNAL, NOW) is None
