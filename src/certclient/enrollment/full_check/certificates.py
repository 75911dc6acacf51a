"""What is checked of the stores, and of each certificate that counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from certclient.enrollment.date_errors import date_error
from certclient.enrollment.full_check.bank import bank_item
from certclient.enrollment.full_check.space import (
    other_folders,
    space_finding,
    token_space_finding,
)
from certclient.enrollment.full_check.values import (
    Finding,
    Item,
    Note,
    certificate_item,
    store_item,
)
from certclient.enrollment.overview import Condition
from certclient.enrollment.preflight import Check, System, Verdict
from certclient.enrollment.readiness import (
    ReadinessInputs,
    key_check,
    middleware_check,
    place_check,
)
from certclient.enrollment.store_problems import store_notes
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.lifecycle import Stage
from certclient.store.base import AttemptsLeft, Available, Described, WriteCheck
from certclient.store.names import title_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from certclient.ca.client import CaClient
    from certclient.enrollment.full_check.values import Listener
    from certclient.enrollment.overview import Overview, Row
    from certclient.model.banks import ConfiguredBank
    from certclient.model.profile import Profile
    from certclient.platform.free_space import Room
    from certclient.store.base import CertificateStore

PLACE_CHECKS = (Check.STORE, Check.MIDDLEWARE, Check.TOKEN)
_SHOWN = (Condition.NO_KEY, Condition.UNFINISHED, Condition.NOT_ACCEPTED)
"""Of those that do not count for their owners at the bank, these want something done."""
_ATTEMPTS = {AttemptsLeft.LOW: Note.PIN_LOW, AttemptsLeft.FINAL: Note.PIN_FINAL}


@dataclass(frozen=True, slots=True)
class StoreCheck:
    """`stores` and `read` are called once, in the worker: the stores, and what is in them."""

    banks: Sequence[ConfiguredBank]
    stores: Callable[[Sequence[Profile]], Sequence[CertificateStore]]
    read: Callable[[Sequence[Profile], Sequence[CertificateStore]], Overview]
    connect: Callable[[Profile], CaClient]
    clock: Callable[[], datetime]
    data_folder: Path
    room: Callable[[Path], Room]
    system: System

    def items(self) -> tuple[Item, ...]:
        """What `run` reports whatever it finds."""
        return tuple(bank_item(check, bank) for bank in self.banks for check in PLACE_CHECKS)

    def run(self, listener: Listener) -> None:
        """Looks at the stores, then at each token and certificate; no PIN is asked for."""
        profiles = [bank.profile for bank in self.banks if bank.profile is not None]
        overview = self.read(profiles, self.stores(profiles))
        later = list(self._later(overview))
        listener.expect([item for item, _ in later])
        for bank in self.banks:
            for finding in self._places(bank, overview):
                listener.found(finding)
        for _, check in later:
            listener.found(check())

    # Places

    def _places(self, bank: ConfiguredBank, overview: Overview) -> Iterator[Finding]:
        """The PC, the token's software and the token, as this bank's customers need them."""
        profile = bank.profile
        if profile is None:
            return
        try:
            inputs = self._inputs(profile, overview)
        except CertclientError:  # the CA's plug-in: said at its own check
            for check in PLACE_CHECKS:
                yield Finding(bank_item(check, bank), Verdict.UNCHECKED)
            return
        for check, destination in (
            (Check.STORE, Destination.PC),
            (Check.MIDDLEWARE, Destination.USB),
            (Check.TOKEN, Destination.USB),
        ):
            result = (
                middleware_check(inputs)
                if check is Check.MIDDLEWARE
                else place_check(inputs, destination, check)
            )
            finding = Finding.of(bank_item(check, bank), result)
            if check is not Check.MIDDLEWARE:
                finding = self._with_problem(finding, destination, profile, overview)
            yield finding

    def _with_problem(
        self, finding: Finding, destination: Destination, profile: Profile, overview: Overview
    ) -> Finding:
        """A store that is there and cannot be used deserves a warning even if none is needed; one
        that cannot be written to takes no certificate."""
        if finding.verdict is Verdict.SKIPPED and destination.value in profile.destinations:
            notes = store_notes(overview, [profile])
            error = next((e for store, e in notes if store.destination is destination), None)
            return replace(finding, verdict=Verdict.WARNING, error=error) if error else finding
        if finding.verdict is Verdict.PASSED:
            usable = [
                store
                for store in overview.stores
                if store.destination is destination and store.store_id not in overview.unusable
            ]
            problems = [one.write_problem() for one in usable if isinstance(one, WriteCheck)]
            if problems and all(problems) and len(problems) == len(usable):
                return replace(finding, verdict=Verdict.FAILED, error=problems[0])
        return finding

    # Tokens, disks, certificates

    def _later(self, overview: Overview) -> Iterator[tuple[Item, Callable[[], Finding]]]:
        """What depends on what is here."""
        for folder in other_folders(self.data_folder, overview.stores):
            item = Item(Check.SPACE, folder=str(folder), title=str(folder))
            yield item, partial(space_finding, item, self.room)
        for store in overview.stores:
            if store.destination is Destination.USB and store.store_id not in overview.unusable:
                yield from self._token(store)
        for row in overview.rows:
            if not row.absent and (row.condition.counts or (row.condition in _SHOWN and row.alone)):
                yield from self._certificate(row, overview)

    def _token(self, store: CertificateStore) -> Iterator[tuple[Item, Callable[[], Finding]]]:
        title = title_of(store) or store.label
        pin = store_item(Check.PIN, store, title)
        yield pin, lambda: _pin(pin, store)
        if isinstance(store, Described):
            space, described = store_item(Check.TOKEN_SPACE, store, title), store
            yield space, lambda: token_space_finding(space, described)

    def _certificate(
        self, row: Row, overview: Overview
    ) -> Iterator[tuple[Item, Callable[[], Finding]]]:
        title = title_of(row.entry.store)
        period = certificate_item(Check.PERIOD, row, title)
        yield period, lambda: _period(period, row)
        key = certificate_item(Check.KEY, row, title)
        yield key, lambda: self._key(key, row, overview)

    def _key(self, item: Item, row: Row, overview: Overview) -> Finding:
        entry = row.entry
        if entry.stored.key is None and not entry.stored.key_hidden:
            error = CertclientError(ErrorCode.KEY_NOT_FOUND, serial=item.serial)
            return Finding(item, Verdict.FAILED, error)
        try:
            inputs = self._inputs(row.profile, overview)
        except CertclientError:  # the CA's plug-in: said at its own check
            return Finding(item, Verdict.UNCHECKED)
        result = key_check(replace(inputs, current=entry.certificate, home=entry.store))
        if result.verdict is not Verdict.UNCHECKED:
            return Finding.of(item, result)
        asks = result.error is not None and result.error.code is ErrorCode.KEY_PROTECTED
        note = Note.KEY_ASKS if asks else Note.PIN_UNTOUCHED
        return Finding(item, Verdict.UNCHECKED, note=note)

    def _inputs(self, profile: Profile, overview: Overview) -> ReadinessInputs:
        return ReadinessInputs(
            ca=self.connect(profile),
            probe=tuple,
            stores=overview.stores,
            profile=profile,
            current=None,
            home=None,
            clock=self.clock,
            system=self.system,
        )


def _pin(item: Item, store: CertificateStore) -> Finding:
    """Whether attempts have been used up. Costs none."""
    state = store.availability()
    if not isinstance(state, Available):
        return Finding(item, Verdict.FAILED, CertclientError(state.reason, **state.data))
    note = _ATTEMPTS.get(state.attempts)
    return Finding(item, Verdict.PASSED if note is None else Verdict.WARNING, note=note)


def _period(item: Item, row: Row) -> Finding:
    """Whether it can be renewed today by its date, its state at the bank and its form."""
    life, entry = row.entry.life, row.entry
    if row.condition is Condition.UNFINISHED:
        return Finding(item, Verdict.WARNING, note=Note.UNFINISHED)
    if row.condition is Condition.NOT_ACCEPTED:
        error = CertclientError(ErrorCode.CERTIFICATE_NOT_ACCEPTED, serial=item.serial)
        return Finding(item, Verdict.FAILED, error)
    if entry.obstacle is not None and life.renewal_ahead:
        gains_nothing = entry.obstacle.code is ErrorCode.RENEWAL_GAINS_NOTHING
        verdict = Verdict.WARNING if gains_nothing else Verdict.FAILED
        return Finding(item, verdict, entry.obstacle)
    if life.renewal_ahead:
        note = Note.DUE if life.stage is Stage.RENEWABLE else Note.NOT_DUE
        return Finding(item, Verdict.PASSED, note=note, life=life)
    return Finding(item, Verdict.FAILED, date_error(entry.certificate, life))
