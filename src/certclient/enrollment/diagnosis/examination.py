"""Collects the facts of a diagnosis. Asks no server, needs no PIN and changes nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, TypeVar

from certclient.enrollment.bank_status import BankStatuses
from certclient.enrollment.diagnosis.last_errors import last_errors
from certclient.enrollment.diagnosis.masking import Masking
from certclient.enrollment.diagnosis.values import Diagnosis, Fact, Kind, Part
from certclient.enrollment.open_procedures import OpenProcedures
from certclient.enrollment.overview import read_overview
from certclient.enrollment.preflight import profile_clock
from certclient.enrollment.procedure_status import status_of
from certclient.model.banks import Banks
from certclient.model.certificate import DATES
from certclient.model.errors import CertclientError
from certclient.store.names import browser_of, title_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from certclient.enrollment.overview import Overview, Row
    from certclient.enrollment.procedure import ProcedureView
    from certclient.model.banks import ConfiguredBank
    from certclient.model.policy import Policy
    from certclient.model.profile import Profile
    from certclient.platform.proxies.routes import Routes
    from certclient.store.base import CertificateStore

T = TypeVar("T")

_NO_SECRET = ("path", "reason", "problem", "file", "key", "setting", "source", "name", "line")
"""The data of errors that is repeated; others may name servers' words or people."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the facts come from.

    - `program`, `computer`: the first two parts' facts.
    - `banks`, `policy`: raise POLICY_INVALID.
    - `stores`: for these banks; never raises.
    - `statuses`: never raises; `procedures` raises as `Services.open_procedures`.
    - `routes`: to a URL; raises PROXY_SETTING, POLICY_INVALID. Their addresses hold no password.
    - `home`: the user's folder; `log_file`: with the last errors; `clock`: returns aware UTC.
    """

    program: Callable[[], Sequence[Fact]]
    computer: Callable[[], Sequence[Fact]]
    banks: Callable[[], Banks]
    policy: Callable[[], Policy]
    stores: Callable[[Sequence[Profile]], Sequence[CertificateStore]]
    statuses: Callable[[], BankStatuses]
    procedures: Callable[[], OpenProcedures]
    routes: Callable[[str], Routes]
    home: str
    log_file: Path
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found; `diagnosis` makes the report, with or without IDs, of the same findings."""

    made: datetime
    parts: tuple[Part, ...]
    ids: tuple[str, ...]
    home: str

    def diagnosis(self, *, with_ids: bool) -> Diagnosis:
        """The report as it is shown and kept."""
        masked = Masking(self.ids, self.home).masked(self.parts, with_ids=with_ids)
        return Diagnosis(self.made, masked, with_ids)


def examine(sources: Sources) -> Examination:
    """Collects everything; what cannot be read is told by its code. Never raises a
    CertclientError."""
    now, faults = sources.clock(), _Faults()
    banks = faults.unless(sources.banks, Banks())
    opened = faults.unless(sources.procedures, OpenProcedures())
    statuses = sources.statuses()
    stores = sources.stores(banks.profiles)
    overview = read_overview(banks.profiles, stores, now, statuses, opened)
    if statuses.journal_error is not None and not faults.facts:
        faults.facts.append(Fact("error", _told(statuses.journal_error)))
    parts = (
        Part(Kind.PROGRAM, tuple(sources.program())),
        Part(Kind.COMPUTER, (*sources.computer(), *faults.facts)),
        Part(Kind.POLICY, tuple(_policy(sources))),
        *(Part(Kind.BANK, tuple(_bank(sources, one, now)), one.id) for one in banks.configured),
        *(Part(Kind.STORE, tuple(_store(overview, one)), title_of(one)) for one in stores),
        *(
            Part(Kind.CERTIFICATE, tuple(_certificate(row)), str(number))
            for number, row in enumerate(overview.rows, 1)
        ),
        *(Part(Kind.PROCEDURE, tuple(_procedure(one, opened)), one.id) for one in opened.views),
        Part(Kind.ERRORS, tuple(last_errors(sources.log_file))),
    )
    return Examination(now, parts, tuple(_ids(overview, opened)), sources.home)


class _Faults:
    """Errors of what the whole examination needs."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def unless(self, read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except CertclientError as error:
            self.facts.append(Fact("error", _told(error)))
            return otherwise


def _told(error: CertclientError) -> str:
    """The code, and the data that says where."""
    data = [f"{name}={error.data[name]}" for name in _NO_SECRET if error.data.get(name)]
    return " ".join([error.code.code, *data])


def _policy(sources: Sources) -> Iterator[Fact]:
    try:
        policy = sources.policy()
    except CertclientError as error:
        yield Fact("error", _told(error))
        return
    yield Fact("sources", ", ".join(policy.sources))
    if policy.sources:
        yield Fact("profiles", ", ".join(policy.profiles))
        yield Fact("destinations", ", ".join(one.value for one in policy.destinations))
        yield Fact("unattended", _yes(policy.unattended_renewal))


def _bank(sources: Sources, bank: ConfiguredBank, now: datetime) -> Iterator[Fact]:
    if bank.file is not None:
        yield Fact("file", str(bank.file))
        yield Fact("sha256", _sha256(bank.file))
    if bank.error is not None:
        yield Fact("error", _told(bank.error))
    if bank.profile is None:
        return
    profile = bank.profile
    yield Fact("protocol", profile.ca.protocol)
    yield Fact("address", profile.ca.url)
    yield Fact("proxy", _proxy(sources, profile))
    for anchor in profile.ca.trust_anchors:
        yield Fact("anchor", f"{anchor.common_name}, {_moment(anchor.not_after)}")
    clock = profile_clock(profile, now)
    if clock is not None:
        yield Fact("clock", _told(clock))


def _proxy(sources: Sources, profile: Profile) -> str:
    """How the bank's CA is reached."""
    try:
        routes = sources.routes(profile.ca.url)
    except CertclientError as error:
        return _told(error)
    addresses = ", ".join(one or "-" for one in routes.addresses) or "-"
    problem = "" if routes.problem is None else _told(routes.problem)
    return " ".join(filter(None, (addresses, routes.setting, problem)))


def _store(overview: Overview, store: CertificateStore) -> Iterator[Fact]:
    error = overview.unusable.get(store.store_id)
    yield Fact("kind", store.destination.value)
    yield Fact("id", store.store_id)
    if browser := browser_of(store):
        yield Fact("browser", browser)
    yield Fact("state", "available" if error is None else _told(error))


def _certificate(row: Row) -> Iterator[Fact]:
    entry, certificate = row.entry, row.entry.certificate
    yield Fact("user-id", entry.full_id, personal=True)
    yield Fact("serial", certificate.serial_hex, personal=True)
    yield Fact("bank", row.profile.id)
    yield Fact("condition", row.condition.value)
    if not certificate.unreadable & DATES:
        yield Fact("stage", entry.life.stage.value)
        yield Fact("until", _moment(entry.life.expires))
        yield Fact("days-left", str(entry.life.days_left))
    yield Fact("store", title_of(entry.store) or entry.store.destination.value)
    yield Fact("key", _key(row))
    yield Fact("bank-status", entry.bank_status.value)
    if entry.obstacle is not None:
        yield Fact("obstacle", entry.obstacle.code.code)
    if row.procedure is not None:
        yield Fact("procedure", f"{row.procedure.procedure_id} {row.procedure.phase.value}")


def _key(row: Row) -> str:
    stored = row.entry.stored
    state = "missing" if stored.key is None else "hidden" if stored.key_hidden else "present"
    archived = ", archived" if stored.archived else ""
    return f"{row.entry.certificate.key_kind.value}, {state}{archived}"


def _procedure(view: ProcedureView, opened: OpenProcedures) -> Iterator[Fact]:
    status = status_of(view, running=view.id in opened.running)
    yield Fact("user-id", view.user_id, personal=True)
    yield Fact("bank", view.profile_id)
    yield Fact("kind", view.kind.value)
    yield Fact("state", f"{view.state.value}, {status.phase.value}")
    yield Fact("started", _moment(view.started))
    yield Fact("changed", _moment(view.changed))
    if view.check_at is not None:
        yield Fact("check-at", _moment(view.check_at))
    if view.last_error is not None:
        yield Fact("last-error", view.last_error.code)


def _ids(overview: Overview, opened: OpenProcedures) -> Iterator[str]:
    """Every user ID that may stand somewhere, each once, longer forms as well."""
    found: dict[str, None] = {}
    for row in overview.rows:
        found[row.entry.owner.user_id] = None
    for user_id in opened.user_ids:
        found[user_id] = None
    return iter([one for one in found if one])


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        return type(error).__name__


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _yes(value: bool) -> str:
    return "yes" if value else "no"
