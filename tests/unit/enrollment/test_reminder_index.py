"""When `certclient remind` may answer from its index, and when it has to look at the stores."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certclient.enrollment.bank_status import BankStatuses
from certclient.enrollment.open_procedures import OpenProcedures
from certclient.enrollment.overview import Overview, read_overview
from certclient.enrollment.reminder import ReminderHistory
from certclient.enrollment.reminder_index.index import identity, index_name, nothing_due
from certclient.enrollment.reminder_index.keeping import IndexKeeper, Surroundings
from certclient.model.destination import Destination
from certclient.model.errors import ErrorCode
from certclient.model.japan_time import TOKYO
from certclient.model.keys import KeyRef
from certclient.model.profile import Profile
from certclient.platform.private_files import write_private
from certclient.store.base import CertificateStore, StoredCertificate, Unavailable
from support.cli_runner import FakeStore, view
from support.customer import profile_of
from support.pki import customer_name, make_lab, rsa_key, spki_of

NOW = datetime(2027, 3, 11, 3, 0, tzinfo=UTC)
"""Noon in Japan."""
LAB = make_lab(NOW)
ENVIRONMENT = {"HOME": "/home/suzuki"}
HOURS = timedelta(hours=1)


@dataclass
class WatchedStore(FakeStore):
    """A store of the PC whose content is in one file."""

    file: Path = Path()

    def watched(self) -> Sequence[str]:
        return [str(self.file)]


@dataclass
class Computer:
    """One user's computer at NOW; `now` moves, nothing else is the clock's."""

    folder: Path
    pc: WatchedStore
    now: datetime = NOW
    profile: Profile = field(default_factory=lambda: profile_of(LAB))
    tokens: list[CertificateStore] = field(default_factory=list)
    opened: OpenProcedures = field(default_factory=OpenProcedures)
    anything_else: bool = False
    next_check: datetime | None = None
    meanwhile: Callable[[], object] = lambda: None

    @property
    def history(self) -> ReminderHistory:
        return ReminderHistory(self.folder / "reminders.json")

    @property
    def index(self) -> Path:
        return self.folder / index_name("")

    def add(self, days: float, store: FakeStore | None = None, user_id: str = "U000002") -> None:
        """Puts a certificate that ends in `days` days into a store (the PC's)."""
        held = store or self.pc
        certificate = LAB.issue(spki_of(rsa_key(3)), customer_name(user_id), days=days)
        begun = replace(certificate, not_before=certificate.not_after - timedelta(days=365))
        reference = KeyRef(held.store_id, b"1")
        held.held.append(StoredCertificate(begun, held.store_id, "", reference, archived=False))

    def look(self, version: str = "1.0", program: str = "/usr/bin/certclient") -> None:
        """Looks at all stores, as `certclient list` does."""
        around = Surroundings(
            folder=self.folder,
            identity=identity("", version, program, ENVIRONMENT),
            settings=lambda: [str(self.folder / "bank.toml")],
            records=[str(self.folder / "journal"), str(self.folder / "reminders.json")],
            browsers=lambda: [str(self.folder / "browser")],
            history=self.history,
            anything_else=lambda: self.anything_else,
            checks=[str(self.folder / "checks")],
            next_check=lambda _rows, _now: self.next_check,
        )
        look = IndexKeeper(around).look()
        stores = [self.pc, *self.tokens]
        look.found(stores)
        look.end(self.overview(stores), [self.profile])

    def overview(self, stores: Sequence[CertificateStore]) -> Overview:
        found = read_overview([self.profile], stores, self.now, BankStatuses(), self.opened)
        self.meanwhile()
        return found

    def is_quiet(
        self,
        version: str = "1.0",
        program: str = "/usr/bin/certclient",
        environment: dict[str, str] = ENVIRONMENT,
    ) -> bool:
        """Whether `certclient remind` ends without a look at the stores."""
        mine = identity("", version, program, environment)
        return nothing_due(str(self.folder), mine, self.now.timestamp())


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    """With a certificate that is valid for 200 days more."""
    store = tmp_path / "cert9.db"
    for name in (store.name, "bank.toml", "journal", "browser"):
        (tmp_path / name).write_text("as it is")
    made = Computer(tmp_path, WatchedStore(file=store))
    made.add(200, user_id="U000001")
    return made


def test_reminder_needs_no_look_after_one_that_found_nothing_due(computer: Computer) -> None:
    assert not computer.is_quiet()
    computer.look()
    assert computer.is_quiet()
    said = computer.index.read_text(encoding="utf-8")
    certificate = computer.pc.held[0].certificate
    assert certificate.common_name not in said
    assert certificate.serial_hex not in said


@pytest.mark.skipif(sys.platform == "win32", reason="Windows goes by the folder's ACL")
def test_index_is_its_owners_only(computer: Computer) -> None:
    computer.look()
    assert computer.index.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "name", ["cert9.db", "bank.toml", "journal", "browser", "reminders.json", "checks"]
)
def test_any_change_needs_a_look(computer: Computer, name: str) -> None:
    computer.look()
    write_private(computer.folder / name, b"changed")
    assert not computer.is_quiet()
    computer.look()
    assert computer.is_quiet()
    (computer.folder / name).unlink()
    assert not computer.is_quiet()


def test_another_program_version_or_environment_needs_a_look(computer: Computer) -> None:
    computer.look()
    assert not computer.is_quiet(version="1.1")
    assert not computer.is_quiet(program="/opt/certclient")
    assert not computer.is_quiet(environment={"HOME": "/home/tanaka"})
    assert not computer.is_quiet(environment={**ENVIRONMENT, "XDG_DATA_HOME": "/data"})
    assert computer.is_quiet(environment={**ENVIRONMENT, "LANG": "ja_JP.UTF-8"})


def test_look_counts_for_less_than_a_day(computer: Computer) -> None:
    computer.look()
    computer.now = NOW + 19 * HOURS
    assert computer.is_quiet()
    computer.now = NOW + 21 * HOURS
    assert not computer.is_quiet()


def test_clock_that_was_set_back_needs_a_look(computer: Computer) -> None:
    computer.look()
    computer.now = NOW - HOURS
    assert not computer.is_quiet()
    computer.look()
    assert computer.is_quiet()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b" " * (1 << 21),
        b'{"looked": NaN}',
    ],
)
def test_damaged_index_needs_a_look_which_mends_it(computer: Computer, content: bytes) -> None:
    computer.look()
    computer.index.write_bytes(content)
    assert not computer.is_quiet()
    computer.look()
    assert computer.is_quiet()


@pytest.mark.parametrize("name", ["looked", "quiet_until", "places", "format", "version"])
@pytest.mark.parametrize("value", [None, "x", [], {}, 2, float("nan")])
def test_index_with_a_value_of_another_kind_needs_a_look(
    computer: Computer, name: str, value: object
) -> None:
    computer.look()
    computer.index.write_text(json.dumps({**json.loads(computer.index.read_text()), name: value}))
    assert not computer.is_quiet()


def test_index_that_is_no_file_is_not_waited_for(computer: Computer, tmp_path: Path) -> None:
    computer.index.mkdir()
    assert not computer.is_quiet()
    computer.look()
    assert not computer.is_quiet(), "nothing could be written, and nobody is told otherwise"


def test_due_certificate_is_never_passed_over(computer: Computer) -> None:
    computer.look()
    computer.add(20)
    computer.look()
    assert not computer.is_quiet()


def test_reminder_shown_today_is_not_due_again_until_its_next_day(computer: Computer) -> None:
    computer.add(20)
    rows = computer.overview([computer.pc]).rows
    computer.history.note(computer.history.due(rows, NOW), NOW)
    computer.look()
    assert computer.is_quiet()


def test_answer_ends_at_midnight_in_japan_before_a_reminder_day(computer: Computer) -> None:
    days = max(computer.profile.reminder_days)
    computer.pc.held.clear()
    computer.add(days + 1)
    computer.look()
    computer.now = datetime(2027, 3, 11, 23, 59, 59, tzinfo=TOKYO)
    assert computer.is_quiet()
    computer.now += timedelta(seconds=1)
    assert not computer.is_quiet()


@pytest.mark.parametrize("until", [None, "09:00"])
def test_answer_never_lasts_longer_than_the_full_rule_says(
    computer: Computer, until: str | None
) -> None:
    """Over a certificate's last weeks and what comes after, hour by hour."""
    closing = datetime.strptime(until, "%H:%M").time() if until else None  # noqa: DTZ007
    renewal = replace(computer.profile.renewal, until=closing)
    computer.profile = replace(computer.profile, renewal=renewal)
    overview = computer.overview([computer.pc])
    end = overview.rows[0].entry.certificate.not_after
    moment, noted, silent = end - timedelta(days=33), 0, 0
    while moment < end + timedelta(days=5):
        seen = overview.at(moment)
        due = computer.history.due(seen.rows, moment)
        noted += len(due)
        computer.history.note(due, moment)
        quiet = computer.history.quiet_until(seen, moment + 20 * HOURS)
        for later in (moment, (moment + (quiet - moment) / 2), quiet - timedelta(seconds=1)):
            if moment <= later < quiet:
                silent += 1
                assert not computer.history.due(overview.at(later).rows, later), (moment, later)
        if quiet < moment + 20 * HOURS:
            after = quiet + timedelta(minutes=1)
            assert computer.history.due(overview.at(after).rows, after), "and no shorter"
        moment += 7 * HOURS
    assert noted > len(computer.profile.reminder_days)
    assert silent > 100


def test_open_procedure_needs_a_look(computer: Computer) -> None:
    computer.opened = OpenProcedures((view("TKYM1408054", "feed0001"),))
    computer.look()
    assert not computer.is_quiet()


def test_store_that_cannot_be_read_needs_a_look(computer: Computer) -> None:
    computer.pc.cause = Unavailable(ErrorCode.STORE_UNAVAILABLE)
    computer.look()
    assert not computer.is_quiet()


def test_end_of_a_procedure_that_nobody_has_seen_needs_a_look(computer: Computer) -> None:
    computer.anything_else = True
    computer.look()
    assert not computer.is_quiet()


def test_change_during_a_look_needs_another(computer: Computer) -> None:
    computer.meanwhile = lambda: write_private(computer.pc.file, b"changed")
    computer.look()
    assert not computer.is_quiet()
    computer.meanwhile = lambda: None
    computer.look()
    assert computer.is_quiet()


def test_bank_is_asked_about_revocations_when_it_is_time(computer: Computer) -> None:
    computer.next_check = NOW + HOURS
    computer.look()
    assert computer.is_quiet()
    computer.now += HOURS
    assert not computer.is_quiet()


def test_clock_before_the_banks_anchors_is_reported_each_time(computer: Computer) -> None:
    computer.now = datetime(2026, 10, 1, tzinfo=UTC)
    computer.look()
    assert not computer.is_quiet()


def test_token_is_looked_for_from_its_first_reminder_day_on(computer: Computer) -> None:
    token = FakeStore("pkcs11:token=USB", "USB", Destination.USB)
    computer.add(31, token)
    computer.tokens = [token]
    computer.look()
    assert computer.is_quiet()
    computer.tokens = []
    computer.look()
    assert computer.is_quiet()
    computer.now = NOW + timedelta(days=2)
    computer.look()
    assert not computer.is_quiet(), "its certificate may be due, and it may be plugged in again"
    computer.now = NOW + timedelta(days=300)
    computer.pc.held.clear()
    computer.look()
    assert computer.is_quiet(), "the certificate has expired long ago"


def test_windows_that_look_each_minute_do_not_write_each_minute(computer: Computer) -> None:
    computer.look()
    first = computer.index.stat().st_ino, computer.index.read_text()
    computer.now += timedelta(minutes=5)
    computer.look()
    assert (computer.index.stat().st_ino, computer.index.read_text()) == first
    computer.now += HOURS
    computer.look()
    assert computer.index.read_text() != first[1]


def test_index_that_cannot_be_replaced_does_not_go_on_to_count(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    computer.look()
    computer.add(20)

    def full(_path: Path, _data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("certclient.enrollment.reminder_index.keeping.write_private", full)
    computer.look()
    assert not computer.is_quiet()
