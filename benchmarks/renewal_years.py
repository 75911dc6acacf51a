"""Simulates two years of renewals: `.venv/bin/python -m benchmarks.renewal_years` or `make bench`.

1,000 certificates of 1 to 398 days, with one profile. Each check runs the program's own code: the
overview with its conditions, the reminders with their history, and what a scheduled job would renew
(`enrollment.unattended`). Only the PC, its user and the CA are simulated.

Half of the customers have the scheduled job; the others renew when they are reminded, and put off
what is not urgent in three of ten cases. A PC whose certificate lives for 12 days or longer is used
on nine of ten working days; others daily, those with less than three days every three hours. Every
second bank whose certificates live for three days or longer closes renewal at 9:00 on the expiry
day; half of the CAs count validity to the second,
half to the end of a day. Every tenth bank's CA ends after 400 days, and so does whatever it issues;
its profile names a new one a week before that.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from rich.console import Console
from rich.table import Table

from certclient.enrollment.bank_status import BankStatuses
from certclient.enrollment.gains import ShortAnswer, ca_fingerprint
from certclient.enrollment.inventory import inventory_of
from certclient.enrollment.overview import Condition, read_overview
from certclient.enrollment.reminder import ReminderHistory
from certclient.enrollment.unattended import needing_attention, renewal_blocker
from certclient.model.certificate import Certificate
from certclient.model.destination import Destination
from certclient.model.japan_time import TOKYO
from certclient.model.keys import KeyRef
from certclient.model.lifecycle import Lifecycle, Stage, lifecycle_of
from certclient.model.profile import Profile
from certclient.model.profile_file import profile_from_text
from certclient.store.base import Available, PinProvider, StoredCertificate, StoreSession
from certclient_practice.admin.profile_writer import profile_toml
from certclient_practice.bank.bank import Bank
from certclient_practice.repositories.records import USER_SUFFIX
from certclient_practice.web.addresses import Addresses

CERTIFICATES, DAYS, SEED = 1000, 730, 2027
LIFETIMES = ((1, 2), (3, 6), (7, 29), (30, 46), (47, 89), (90, 199), (200, 398))
"""In days, the first and the last; one row of the table each."""
MOST_PER_LIFETIME = 1.1
"""Of the time that a certificate can be used before its renewal may begin."""
_EVERY_THREE_HOURS, _DAILY = 3, 12
"""Certificates of fewer days need a PC that is used more often than on working days."""
_PUT_OFF = 0.3
_STORE, _USER = "simulated:pc", "TKYM1408054"
_START = datetime(2027, 1, 4, tzinfo=TOKYO)
_CA_ENDS, _OLD_CA = _START + timedelta(days=400), "https://127.0.0.1/old"


@dataclass
class SimulatedStore:
    """A store that holds the one certificate of a customer."""

    held: StoredCertificate
    store_id: str = _STORE
    label: str = "PC"
    destination: Destination = Destination.PC

    def availability(self) -> Available:
        """Always available; see CertificateStore."""
        return Available(needs_pin=False)

    def certificates(self) -> Sequence[StoredCertificate]:
        """The one certificate; see CertificateStore."""
        return (self.held,)

    def unused_keys(self) -> Sequence[str]:
        """None; see CertificateStore."""
        return ()

    def open(self, pin: PinProvider) -> AbstractContextManager[StoreSession]:
        """Never called: nothing signs here."""
        raise NotImplementedError


@dataclass
class Totals:
    """What happened to certificates of similar lifetimes.

    `lifetimes`: the time simulated, in lifetimes of the certificates; `usable`: in lifetimes less
    their time for renewal, before which no renewal can begin. `lapsed`: not renewed though the PC
    was used in the time for renewal; `unused`: it was not. `early`: renewed before half of the
    time to its deadline had passed. `vain`: requested, but the new one ended no
    later. `put_off`: lapsed after the user had put the renewal off and not used the PC again.
    """

    certificates: int = 0
    renewals: int = 0
    lifetimes: float = 0.0
    usable: float = 0.0
    lapsed: int = 0
    unused: int = 0
    early: int = 0
    vain: int = 0
    put_off: int = 0

    def add(self, other: Totals) -> None:
        """Adds the figures of `other`."""
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def per_usable_lifetime(self) -> float:
        """1.0 if each certificate is renewed once, as soon as that is possible; a program that
        renews again and again has more."""
        return self.renewals / self.usable


@dataclass
class Customer:
    """One PC with its user, its certificate and its bank. `lifetime`: in days."""

    profile: Profile
    sample: Certificate
    lifetime: int
    history: ReminderHistory
    chance: random.Random
    number: int
    totals: Totals = field(default_factory=Totals)
    _issued: int = 0
    _used: int = 0
    _answers: tuple[ShortAnswer, ...] = ()
    _put_off: bool = False

    def live(self, days: int) -> Totals:
        """Uses the PC for `days`; returns what happened."""
        self.totals.certificates = 1
        closes = self.number % 8 < 4 and self.lifetime >= _EVERY_THREE_HOURS
        until = time(9) if closes else None
        self.profile = replace(self.profile, renewal=replace(self.profile.renewal, until=until))
        self._issue(_START)
        for now in self._moments(days):
            stage = self._life(now).stage
            self._used += stage is Stage.RENEWABLE
            if stage in (Stage.OBTAINABLE, Stage.TOO_LATE):
                self._count_lapse()
                self._issue(now)
            elif self._renews(now):
                self._request(now)
        self._count_time(_START + timedelta(days=days))
        return self.totals

    def _request(self, now: datetime) -> None:
        if self._end(now) <= self._certificate.not_after:
            self.totals.vain += 1
            settings = ca_fingerprint(self._at(now).ca)
            self._answers = (*self._answers, ShortAnswer(now, self._end(now), settings))
            return
        self._count_renewal(now)
        self._issue(now)

    def _at(self, now: datetime) -> Profile:
        """The profile at `now`: with a new CA in time before the end of the old one."""
        if not self._ends_with_ca(now):
            return self.profile
        return replace(self.profile, ca=replace(self.profile.ca, url=_OLD_CA))

    def _ends_with_ca(self, now: datetime) -> bool:
        return self.number % 10 == 9 and now < _CA_ENDS - timedelta(days=7)

    def _end(self, now: datetime) -> datetime:
        """The end of a certificate that is issued at `now`."""
        end = now + timedelta(days=self.lifetime)
        if self.number % 4 < 2:
            end = end.replace(hour=23, minute=59, second=59, microsecond=0)
        return min(end, _CA_ENDS) if self._ends_with_ca(now) else end

    def _statuses(self) -> BankStatuses:
        return BankStatuses(short_answers={self._certificate.fingerprint: self._answers})

    @property
    def _certificate(self) -> Certificate:
        return self._store.held.certificate

    def _moments(self, days: int) -> Iterator[datetime]:
        for number in range(days):
            day = _START + timedelta(days=number)
            if self.lifetime < _EVERY_THREE_HOURS:
                yield from (self._after(day, hour, 3) for hour in range(0, 24, 3))
            elif self.lifetime < _DAILY or (day.weekday() < 5 and self.chance.random() < 0.9):
                yield self._after(day, 8, 3)
                yield self._after(day, 13, 5)

    def _after(self, day: datetime, hour: int, hours: int) -> datetime:
        return day + timedelta(hours=hour + self.chance.random() * hours)

    def _renews(self, now: datetime) -> bool:
        return self._job_renews(now) if self.number % 2 else self._user_renews(now)

    def _job_renews(self, now: datetime) -> bool:
        readings = [(self._store, self._store.certificates())]
        inventory = inventory_of(self._at(now), readings, now, self._statuses())
        due = needing_attention(inventory)
        return any(renewal_blocker(self._at(now), entry) is None for entry in due)

    def _user_renews(self, now: datetime) -> bool:
        overview = read_overview([self._at(now)], [self._store], now, self._statuses())
        due = self.history.due(overview.rows, now)
        self.history.note(due, now)
        urgent = any(one.row.condition is Condition.URGENT for one in due)
        if not any(one.row.due for one in due):
            return False
        self._put_off = not urgent and self.chance.random() < _PUT_OFF
        return not self._put_off

    def _count_lapse(self) -> None:
        self.totals.unused += self._used == 0
        self.totals.put_off += self._put_off
        self.totals.lapsed += self._used > 0 and not self._put_off

    def _count_renewal(self, now: datetime) -> None:
        begun, deadline = self._certificate.not_before, self._life(now).deadline
        self.totals.renewals += 1
        self.totals.early += now - begun < (deadline - begun) / 2
        self._count_time(now)

    def _count_time(self, now: datetime) -> None:
        held = self._certificate
        lifetime = held.not_after - held.not_before
        opens = self._life(now).opens
        self.totals.lifetimes += (now - held.not_before) / lifetime
        self.totals.usable += (now - held.not_before) / (opens - held.not_before)

    def _life(self, now: datetime) -> Lifecycle:
        return lifecycle_of(self._certificate, now, self.profile.renewal)

    def _issue(self, now: datetime) -> None:
        der = f"{self.number} {self._issued}".encode()
        certificate = replace(self.sample, der=der, not_before=now, not_after=self._end(now))
        held = StoredCertificate(certificate, _STORE, "", KeyRef(_STORE, der), archived=False)
        self._store = SimulatedStore(held)
        self._issued, self._used, self._answers = self._issued + 1, 0, ()
        self._put_off = False


def simulate(certificates: int, days: int, seed: int = SEED) -> list[tuple[str, Totals]]:
    """The figures for each row of the table, and for all together."""
    rows = {(least, most): Totals() for least, most in LIFETIMES}
    everything = Totals()
    with tempfile.TemporaryDirectory() as folder:
        profile, sample = practice_bank(Path(folder))
        for number in range(certificates):
            least, most = LIFETIMES[number % len(LIFETIMES)]
            chance = random.Random(seed + number)  # noqa: S311 - a simulation
            lifetime = chance.randint(least, most)
            history = ReminderHistory(Path(folder) / f"{number}.json")
            found = Customer(profile, sample, lifetime, history, chance, number).live(days)
            rows[least, most].add(found)
            everything.add(found)
    named = [(f"{least}-{most}", row) for (least, most), row in rows.items()]
    return [*named, ("all", everything)]


def practice_bank(folder: Path) -> tuple[Profile, Certificate]:
    """The profile of a practice bank, and one of its certificates."""
    with closing(Bank(folder / "bank")) as bank:
        bank.add_customer(_USER, USER_SUFFIX)
        key = generate_private_key(public_exponent=65537, key_size=2048).public_key()
        spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        sample = bank.issue_certificate(_USER, spki, 365)
        addresses = Addresses("https://127.0.0.1/", "https://127.0.0.1/login")
        return profile_from_text(profile_toml(bank, addresses), "practice.toml"), sample


def main(arguments: Sequence[str]) -> int:
    """Prints the table; returns 1 if a certificate lapsed or was renewed too often."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.renewal_years", description=_ABOUT)
    parser.add_argument("certificates", type=int, nargs="?", default=CERTIFICATES)
    parser.add_argument("days", type=int, nargs="?", default=DAYS)
    options = parser.parse_args(arguments)
    rows = simulate(options.certificates, options.days)
    table = Table(title=f"{options.certificates} certificates, {options.days} days", box=None)
    for name in _COLUMNS:
        table.add_column(name, justify="right")
    for name, row in rows:
        table.add_row(
            name,
            str(row.certificates),
            str(row.renewals),
            f"{row.renewals / row.lifetimes:.2f}",
            f"{row.per_usable_lifetime:.2f}",
            str(row.early),
            str(row.lapsed),
            str(row.put_off),
            str(row.unused),
            str(row.vain),
        )
    Console().print(table)
    total = rows[-1][1]
    return int(total.lapsed > 0 or total.per_usable_lifetime > MOST_PER_LIFETIME)


_ABOUT = "Simulates renewals over years."
_COLUMNS = (
    *("lifetime (days)", "certificates", "renewals", "per lifetime", "per usable lifetime"),
    *("in first half", "lapsed", "lapsed, put off", "lapsed, PC not used", "in vain"),
)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
