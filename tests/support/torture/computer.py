"""A customer's computer whose programs are killed; what has to be true afterwards."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from certclient.ca.factory import login_transport_for
from certclient.ca.transport import TlsIdentity
from certclient.cli.exit_codes import DONE
from certclient.configuration.profiles import load_profile
from certclient.enrollment.journal import Journal, Record
from certclient.enrollment.login_test import log_in
from certclient.model.certificate import Certificate
from certclient.model.keys import KeySpec, own_label
from certclient.store.base import CertificateStore, StoredCertificate
from certclient_practice.bank.bank import Bank
from certclient_practice.repositories.records import BankTransactionState, CertificateState
from support.forks import CompletedProgram, ForkServer
from support.keyed_stores import LAST_YEAR, KeyedStores
from support.nss import NssDatabase
from support.softhsm import PIN, SoftHsm, right_pin
from support.torture.books import (
    CERTIFICATE,
    PRIVATE,
    PUBLIC,
    Objects,
    foreign_files,
    nss_objects,
    token_objects,
)

STORES = ("NSS", "SoftHSM")
_ENDED = (BankTransactionState.DONE, BankTransactionState.REJECTED)


@dataclass
class KilledComputer:
    """A computer with its own home folder; `store` holds the certificate of `user_id`.

    `bank` is opened beside the server that serves it. `objects` counts what is in the store.
    """

    profile_path: Path
    bank: Bank
    user_id: str
    environment: dict[str, str]
    store: CertificateStore
    destination: str
    objects: Callable[[], Objects]
    refresh: Callable[[], None]
    forks: ForkServer

    def breaks(self, moment: str, command: str, *arguments: str) -> CompletedProgram:
        """Runs `support.crash_process`."""
        words = (str(self.profile_path), moment, command, *arguments, self.destination)
        return self._run("support.crash_process", *words)

    def is_killed(self, moment: str, command: str, *arguments: str) -> None:
        done = self.breaks(moment, command, *arguments)
        assert done.code == -signal.SIGKILL, f"not killed at {moment}: {done.err}"

    def certclient(self, *arguments: str, stdin: str = "") -> CompletedProgram:
        """The real command, with the PIN on its standard input where the store has one."""
        options = ("--pin-stdin",) if self.destination == "usb" else ()
        lines = f"{stdin}{PIN}\n" if options else stdin
        profile = ("--profile", str(self.profile_path))
        words = (*arguments, *options, *profile, "--json")
        return self._run("certclient", *words, stdin=lines)

    def _run(self, module: str, *arguments: str, stdin: str = "") -> CompletedProgram:
        done = self.forks.run(module, *arguments, environment=self.environment, stdin=stdin)
        self.refresh()
        return done

    def resume(self, code: str = "") -> None:
        """Finishes what is open; `code`: the issue code, for 取得."""
        if not self.open_procedures():
            return
        options = ("--code-stdin",) if code else ()
        done = self.certclient("resume", *options, stdin=f"{code}\n" if code else "")
        assert done.code == DONE, (done.code, done.out, done.err)

    def open_procedures(self) -> Sequence[Record]:
        """Like `certclient status`, which would take a process."""
        return Journal(self.journal_path).open_procedures()

    @property
    def home(self) -> Path:
        return Path(self.environment["HOME"])

    @property
    def journal_path(self) -> Path:
        return self.home / ".local/share/certclient/journal.sqlite"

    def stored(self, certificate: Certificate) -> StoredCertificate:
        (found,) = (s for s in self.store.certificates() if s.certificate == certificate)
        return found

    def usable(self) -> list[Certificate]:
        found = self.store.certificates()
        return [s.certificate for s in found if s.key is not None and not s.archived]

    def states(self) -> dict[str, CertificateState]:
        """What the bank has issued to this customer, in order, by serial number."""
        with self.bank.repositories() as repositories:
            records = repositories.register.of_customer(self.user_id)
        return {one.certificate.serial_hex: one.state for one in records}

    def issue_certificate(self, label: str, expires_in_days: int) -> Certificate:
        """Puts a certificate into the store, whose key has this label."""
        with self.store.open(right_pin) as session:
            key = session.create_key(KeySpec(), label)
            spki = session.signer(key).spki
            certificate = self.bank.issue_certificate(self.user_id, spki, expires_in_days)
            session.install(key, certificate, "last year")
        return certificate

    def logs_in_with(self, certificate: Certificate) -> None:
        """Logs in at the bank over TLS with the store's key."""
        profile = load_profile(self.profile_path)
        transport = login_transport_for(profile, lambda: datetime.now(UTC))
        key = self.stored(certificate).key
        assert transport is not None
        assert key is not None
        with self.store.open(right_pin) as session:
            identity = TlsIdentity(certificate, (self.bank.ca.intermediate,), session.signer(key))
            log_in(transport, identity, profile.login_test_url)

    def assert_one_certificate_logs_in(
        self, old: Certificate | None, *, login_untested: bool = False
    ) -> None:
        """The renewal or 取得 has ended: store, journal and the bank's books agree.

        `login_untested`: the bank was away then, so that the old one may not be put away yet.
        """
        assert self.open_procedures() == []
        (new,) = (one for one in self.usable() if one != old)
        states = self.states()
        valid = [one for one, state in states.items() if state is CertificateState.CONFIRMED]
        assert valid == [new.serial_hex], states
        assert CertificateState.UNCONFIRMED not in states.values(), states
        if old is not None:
            assert states[old.serial_hex] is CertificateState.SUPERSEDED
            assert self.stored(old).archived or login_untested
        self.assert_bank_waits_for_nothing()
        self.assert_nothing_left_over()
        self.logs_in_with(new)

    def assert_as_before(self, old: Certificate) -> None:
        """Nothing has happened, or everything was taken back."""
        assert self.open_procedures() == []
        assert self.usable() == [old]
        valid = [one for one, s in self.states().items() if s is CertificateState.CONFIRMED]
        assert valid == [old.serial_hex]
        self.assert_nothing_left_over()
        self.logs_in_with(old)

    def assert_bank_waits_for_nothing(self) -> None:
        with self.bank.repositories() as repositories:
            rows = repositories.connection.execute(
                "SELECT state FROM transactions WHERE user_id = ?", (self.user_id,)
            ).fetchall()
        assert {BankTransactionState(state) for (state,) in rows} <= set(_ENDED)

    def assert_nothing_left_over(self, *, without_certificate: int = 0) -> None:
        """Each key has its certificate and each certificate its key; no other object, no file."""
        stored = self.store.certificates()
        assert all(s.key is not None for s in stored), "a certificate without its key"
        objects = self.objects()
        assert objects[PRIVATE] == len(stored) + without_certificate, objects
        assert objects[PUBLIC] == objects[PRIVATE], objects
        assert objects[CERTIFICATE] - len(stored) in (0, 1), "more than the CA's certificate"
        assert foreign_files(self.home) == []


@dataclass(frozen=True)
class Computers:
    """Makes computers, each of a new customer of the bank whose books and profile are given."""

    folder: Path
    hsm: SoftHsm
    keyed: KeyedStores
    bank: Bank
    profile_path: Path
    forks: ForkServer
    user_id: str

    def with_certificate(self, place: str) -> tuple[KilledComputer, Certificate]:
        """With a certificate in `place` (one of STORES) that expires in 20 days."""
        made = self._new(place, keyed=True)
        return made, made.issue_certificate(LAST_YEAR, 20)

    def with_expired_certificate(self, place: str) -> tuple[KilledComputer, Certificate]:
        """With one in `place`, whose key has a label of this program."""
        made = self._new(place, keyed=False)
        return made, made.issue_certificate(own_label("feed0001feed0001"), -1)

    def without_certificate(self, place: str) -> KilledComputer:
        return self._new(place, keyed=False)

    def _new(self, place: str, *, keyed: bool) -> KilledComputer:
        self.bank.add_customer(self.user_id, "1403")
        home = self.folder / "home"
        (home / ".pki").mkdir(parents=True)
        environment = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(home),
            "SOFTHSM2_CONF": str(self.hsm.configuration),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }
        made = partial(KilledComputer, self.profile_path, self.bank, self.user_id, environment)
        if place == "NSS":
            nss = NssDatabase(home / ".pki" / "nssdb")
            store = (self.keyed.fill(nss) if keyed else nss).store()
            return made(store, "pc", partial(nss_objects, nss), lambda: None, self.forks)
        token = self.keyed.new_token(self.hsm) if keyed else self.hsm.new_token()
        counted = partial(token_objects, token)
        return made(token.store(), "usb", counted, self.hsm.refresh, self.forks)
