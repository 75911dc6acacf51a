"""更新できますか？ Each check of the whole computer, with real stores and a CA that may be away."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certclient.ca.client import CaClient
from certclient.enrollment.bank_status import BankStatuses
from certclient.enrollment.full_check.board import Board
from certclient.enrollment.full_check.certificates import PLACE_CHECKS
from certclient.enrollment.full_check.groups import CheckParts, FullCheck
from certclient.enrollment.full_check.run import run_all
from certclient.enrollment.full_check.values import Finding, Group, Item, Listener, Note
from certclient.enrollment.overview import Overview, read_overview
from certclient.enrollment.preflight import Check, System, Verdict
from certclient.model.banks import Banks, ConfiguredBank, banks_of
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import Policy
from certclient.model.profile import Profile
from certclient.model.secret import Secret
from certclient.platform.free_space import Room
from certclient.platform.proxies.logins import ProxyLogins
from certclient.store.base import CertificateStore
from support.customer import CustomerComputer, make_customer
from support.keyed_stores import KeyedStores
from support.nss import NssDatabase
from support.softhsm import PIN, SoftHsm

MEBIBYTE = 1 << 20


@dataclass
class Computer:
    """A customer's computer, of which each part can be made to fail."""

    customer: CustomerComputer
    folder: Path
    banks: Banks
    free: int = 1000 * MEBIBYTE
    writable: bool = True
    system: System = field(default_factory=System)
    policy: CertclientError | None = None
    records: CertclientError | None = None
    without_plugin: str = ""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    shown: list[Finding] = field(default_factory=list)

    def check(self) -> Board:
        parts = CheckParts(
            banks=lambda: self.banks,
            policy=self._policy,
            records=lambda: self.records,
            stores=lambda _profiles: self.customer.stores,
            read=self._read,
            connect=self._connect,
            logins=ProxyLogins(),
            clock=lambda: self.now,
            system=self.system,
            data_folder=self.folder,
            room=lambda path: Room(path, self.free, True, self.writable),
        )
        return run_all(FullCheck(parts).groups(), self.shown.append)

    def result(self, check: Check, bank: str = "") -> Finding:
        found = [one for one in self.check().findings if one.item.check is check]
        return next(one for one in found if not bank or one.item.bank == bank)

    def failure(self, check: Check) -> ErrorCode:
        finding = self.result(check)
        assert finding.verdict is Verdict.FAILED, finding
        assert finding.error is not None
        return finding.error.code

    def _policy(self) -> Policy:
        if self.policy is not None:
            raise self.policy
        return Policy()

    def _read(self, profiles: Sequence[Profile], stores: Sequence[CertificateStore]) -> Overview:
        return read_overview(profiles, stores, self.now, BankStatuses())

    def _connect(self, profile: Profile) -> CaClient:
        if profile.id == self.without_plugin:
            raise CertclientError(ErrorCode.CA_PLUGIN, plugin="bank-ca")
        return self.customer.ca


def computer(customer: CustomerComputer, folder: Path) -> Computer:
    made = Computer(customer, folder, banks_of([customer.profile]))
    customer.ca.clock_of_server = made.now
    return made


@pytest.fixture
def on_pc(keyed_stores: KeyedStores, nss: NssDatabase, tmp_path: Path) -> Computer:
    customer = make_customer(tmp_path, keyed_stores.fill(nss).store(), lambda: 1)
    return computer(customer, tmp_path)


@pytest.fixture
def on_token(keyed_stores: KeyedStores, softhsm: SoftHsm, tmp_path: Path) -> Computer:
    store = keyed_stores.new_token(softhsm).store()
    return computer(make_customer(tmp_path, store, lambda: 1), tmp_path)


def test_all_is_well_on_a_pc(on_pc: Computer) -> None:
    board = on_pc.check()
    assert not board.failures
    assert not board.warnings
    assert not board.open
    passed = {one.item.check for one in board.findings if one.verdict is Verdict.PASSED}
    assert passed >= {Check.CA_REACHABLE, Check.CLOCK, Check.SPACE, Check.STORE, Check.KEY}
    assert on_pc.result(Check.PERIOD).note is Note.DUE
    assert {one.item for one in on_pc.shown} == set(board.items), "each one is shown when known"


def test_a_token_is_checked_without_its_pin(on_token: Computer) -> None:
    board = on_token.check()
    assert not board.failures
    key = next(one for one in board.findings if one.item.check is Check.KEY)
    assert (key.verdict, key.note) == (Verdict.UNCHECKED, Note.PIN_UNTOUCHED)
    pin = next(one for one in board.findings if one.item.check is Check.PIN)
    assert pin.verdict is Verdict.PASSED
    with on_token.customer.store.open(lambda request: _right(request.attempts.value)) as session:
        session.self_test(on_token.customer.current)


def _right(attempts: str) -> Secret:
    assert attempts == "unknown", "the check has cost an attempt"
    return Secret(PIN)


def test_a_lost_key_fails_only_its_own_line(on_pc: Computer) -> None:
    store = on_pc.customer.store
    stored = replace(on_pc.customer.stored(), key=None)

    class WithoutKey:
        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        def certificates(self) -> object:
            return (stored,)

    on_pc.customer.stores = [WithoutKey()]  # type: ignore[list-item]
    assert on_pc.failure(Check.KEY) is ErrorCode.KEY_NOT_FOUND
    assert [one.item.check for one in on_pc.check().failures] == [Check.KEY]


def test_a_bank_that_cannot_be_reached_hinders_no_other_check(on_pc: Computer) -> None:
    away = CertclientError(ErrorCode.NETWORK_UNREACHABLE, host="bank.test")
    on_pc.customer.ca.faults = {"probe": [away]}
    on_pc.customer.ca.clock_of_server = None
    board = on_pc.check()
    assert [one.item.check for one in board.failures] == [Check.CA_REACHABLE]
    assert next(one for one in board.findings if one.item.check is Check.KEY).verdict is (
        Verdict.PASSED
    )
    assert {one.item.check for one in board.findings if one.verdict is Verdict.UNCHECKED} == {
        Check.TLS_TRUSTED,
        Check.CLOCK,
    }


@pytest.mark.parametrize(
    ("error", "check"),
    [
        (ErrorCode.PROXY_AUTHENTICATION, Check.PROXY),
        (ErrorCode.TLS_UNTRUSTED, Check.TLS_TRUSTED),
        (ErrorCode.CLOCK_WRONG, Check.CLOCK),
    ],
)
def test_a_failed_connection_is_said_where_it_belongs(
    on_pc: Computer, error: ErrorCode, check: Check
) -> None:
    on_pc.customer.ca.faults = {"probe": [CertclientError(error, proxy="p", host="h")]}
    assert [one.item.check for one in on_pc.check().failures] == [check]


def test_the_clock_is_compared_with_the_banks(on_pc: Computer) -> None:
    on_pc.customer.ca.clock_of_server = on_pc.now + timedelta(hours=3)
    assert on_pc.failure(Check.CLOCK) is ErrorCode.CLOCK_WRONG
    on_pc.customer.ca.clock_of_server = on_pc.now + timedelta(minutes=10)
    assert on_pc.result(Check.CLOCK).verdict is Verdict.WARNING


def test_without_the_bank_a_clock_from_before_its_profile_is_wrong(on_pc: Computer) -> None:
    on_pc.customer.ca.clock_of_server = None
    on_pc.now = datetime(2001, 1, 1, tzinfo=UTC)
    assert on_pc.failure(Check.CLOCK) is ErrorCode.CLOCK_WRONG


@pytest.mark.parametrize(
    ("free", "verdict"), [(4, Verdict.FAILED), (50, Verdict.WARNING), (500, Verdict.PASSED)]
)
def test_free_space(on_pc: Computer, free: int, verdict: Verdict) -> None:
    on_pc.free = free * MEBIBYTE
    finding = on_pc.result(Check.SPACE)
    assert finding.verdict is verdict
    assert finding.error is None or finding.error.data["free"] == str(free)


def test_a_folder_that_cannot_be_written_to(on_pc: Computer) -> None:
    on_pc.writable = False
    assert on_pc.failure(Check.SPACE) is ErrorCode.DATA_FOLDER


def test_a_remote_desktop_deserves_a_warning(on_pc: Computer) -> None:
    on_pc.system = System(remote=lambda: True)
    assert on_pc.result(Check.REMOTE_DESKTOP).verdict is Verdict.WARNING


def test_invalid_settings_of_the_administrator_and_damaged_records(on_pc: Computer) -> None:
    on_pc.policy = CertclientError(ErrorCode.POLICY_INVALID, name="x", reason="y")
    on_pc.records = CertclientError(ErrorCode.JOURNAL_DAMAGED, path="x")
    assert on_pc.failure(Check.POLICY) is ErrorCode.POLICY_INVALID
    assert on_pc.failure(Check.RECORDS) is ErrorCode.JOURNAL_DAMAGED


def test_each_bank_has_its_own_lines(on_pc: Computer) -> None:
    broken = CertclientError(ErrorCode.PROFILE_INVALID, file="b.toml", key="id", reason="x")
    second = replace(on_pc.customer.profile, id="second")
    on_pc.banks = Banks(
        (
            *banks_of([on_pc.customer.profile, second]).configured,
            ConfiguredBank("broken", Path("b.toml"), None, broken),
        )
    )
    board = on_pc.check()
    of_banks = [one.item.bank for one in board.findings if one.item.check is Check.PROFILE]
    assert of_banks == ["practice", "second", "broken"]
    assert [(one.item.bank, one.item.check) for one in board.failures] == [
        ("broken", Check.PROFILE)
    ]
    reached = [one.item.bank for one in board.findings if one.item.check is Check.CA_REACHABLE]
    assert reached == ["practice", "second"]


def test_missing_plugin_of_one_bank_hinders_no_other_bank(on_pc: Computer) -> None:
    second = replace(on_pc.customer.profile, id="second")
    on_pc.banks = banks_of([on_pc.customer.profile, second])
    on_pc.without_plugin = "second"
    board = on_pc.check()
    assert [(one.item.bank, one.item.check) for one in board.failures] == [
        ("second", Check.CA_REACHABLE)
    ]
    verdicts = {(one.item.bank, one.item.check): one.verdict for one in board.findings}
    assert verdicts["practice", Check.STORE] is Verdict.PASSED
    assert {verdicts["second", check] for check in PLACE_CHECKS} == {Verdict.UNCHECKED}


def test_no_bank_is_a_problem(on_pc: Computer) -> None:
    on_pc.banks = Banks()
    assert on_pc.failure(Check.PROFILE) is ErrorCode.NO_BANK


def test_an_expired_certificate_cannot_be_renewed(on_pc: Computer) -> None:
    on_pc.now += timedelta(days=25)
    on_pc.customer.ca.clock_of_server = on_pc.now
    assert on_pc.failure(Check.PERIOD) is ErrorCode.EXPIRED_OBTAIN_ANEW


def test_what_does_not_end_in_time_has_failed_and_the_rest_is_shown() -> None:
    quick, slow, late = Item(Check.POLICY), Item(Check.CLOCK), Item(Check.KEY)
    begun, goes_on = threading.Event(), threading.Event()

    def hangs(listener: Listener) -> None:
        listener.expect([late])
        begun.set()
        goes_on.wait()

    def ends(listener: Listener) -> None:
        listener.found(Finding(quick, Verdict.PASSED))

    def monotonic() -> float:
        return 10.0 if begun.is_set() else 0.0

    groups = [Group((slow,), 5.0, hangs), Group((quick,), 1e9, ends)]
    shown: list[Finding] = []
    try:
        board = run_all(groups, shown.append, monotonic)
    finally:
        goes_on.set()
    failed = {one.item: one.error for one in board.failures}
    assert set(failed) == {slow, late}
    assert all(error and error.code is ErrorCode.CHECK_TIMEOUT for error in failed.values())
    passed = board.result(quick)
    assert passed is not None
    assert passed.verdict is Verdict.PASSED
    assert set(shown) == set(board.findings)
