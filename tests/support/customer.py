"""A customer with a certificate in a real store that expires in 20 days, and a scripted CA."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pkcs11
import pytest
from pkcs11 import Attribute, ObjectClass

from certclient.ca.transport import Transport
from certclient.enrollment.journal import Journal
from certclient.enrollment.preflight import System
from certclient.enrollment.procedure import Enrollment, Environment, Outcome
from certclient.enrollment.run_context import CodeVault
from certclient.model.certificate import Certificate, SubjectRule
from certclient.model.keys import KeySpec
from certclient.model.lifecycle import RenewalPolicy
from certclient.model.profile import (
    CaSettings,
    Contact,
    Contacts,
    LocalizedText,
    Profile,
    SecretPolicy,
)
from certclient.store.base import (
    CertificateStore,
    StoredCertificate,
    StoreSession,
)
from support.keyed_stores import LAST_YEAR, KeyedStores
from support.nss import NssDatabase
from support.pki import Lab, customer_name, make_lab
from support.scripted import MemoryVault, ScriptedCa, ScriptedUser, Timeline, issue_as_requested
from support.softhsm import PIN, SoftHsm, SoftHsmToken, right_pin

USER = "TKYM1408054"


def profile_of(lab: Lab) -> Profile:
    words = LocalizedText("練習信用金庫", "Practice Bank")
    return Profile(
        id="practice",
        bank=words,
        subject_rule=SubjectRule(
            re.compile(r"(?P<user_id>[A-Z0-9]+) (?P<suffix>[0-9]{4})"), frozenset({"1394"})
        ),
        renewal=RenewalPolicy(),
        reminder_days=(30, 10, 7, 3, 1, 0),
        key=KeySpec(),
        ca=CaSettings("https://127.0.0.1:1/cmp", lab.anchors),
        tls_anchors=lab.anchors,
        login_url="https://127.0.0.1:1/login",
        contacts=Contacts(Contact(words), Contact(words)),
        ask_pin=SecretPolicy.NOBODY,
        ask_one_time_password=SecretPolicy.NOBODY,
        destinations=("pc", "usb"),
        pkcs11_modules=(),
        usb_guide_url="",
    )


CountKeys = Callable[[], int]


@dataclass
class CustomerComputer:
    """A customer's computer. `store` contains `current`, the certificate to renew."""

    lab: Lab
    store: CertificateStore
    stores: list[CertificateStore]
    profile: Profile
    journal: Journal
    ca: ScriptedCa
    current: Certificate
    count_keys: CountKeys
    time: Timeline = field(default_factory=Timeline)
    vault: CodeVault = field(default_factory=MemoryVault)
    max_wait: float = 60.0
    system: System = field(default_factory=System)
    login: Transport | None = None
    load_ahead: Callable[[], None] = lambda: None

    def enrollment(self) -> Enrollment:
        """The enrollment after a restart: only the journal and the stores persist."""
        environment = Environment(
            profile=self.profile,
            stores=self.stores,
            ca=self.ca,
            vault=self.vault,
            clock=self.time.clock,
            sleep=self.time.sleep,
            random_bytes=os.urandom,
            max_wait=self.max_wait,
            monotonic=self.time.monotonic,
            system=self.system,
            login=self.login,
            load_ahead=self.load_ahead,
        )
        return Enrollment(environment, self.journal)

    def stored(self, certificate: Certificate | None = None) -> StoredCertificate:
        wanted = certificate or self.current
        return next(s for s in self.store.certificates() if s.certificate == wanted)

    def session(self) -> AbstractContextManager[StoreSession]:
        return self.store.open(right_pin)

    def usable(self) -> Sequence[Certificate]:
        """The certificates that a browser offers."""
        found = self.store.certificates()
        return [s.certificate for s in found if s.key and not s.archived]

    def renew(self, person: ScriptedUser | None = None) -> Outcome:
        return self.enrollment().renew(
            self.stored(), self.store, person or ScriptedUser(pins=[PIN])
        )

    def makes_at(self, now: datetime) -> Callable[[bytes], Certificate]:
        """Like `issue_as_requested`, with `now` as the time of issue."""
        issuing = replace(self.lab.intermediate, now=now)
        made: dict[bytes, Certificate] = {}
        return lambda spki: made.setdefault(spki, issuing.issue(spki, customer_name(USER)))

    def assert_old_certificate_untouched(self) -> None:
        """Asserts that the customer can still log in as before and that nothing is left over."""
        assert self.usable() == [self.current]
        assert [s.certificate for s in self.store.certificates()] == [self.current]
        assert self.count_keys() == 1
        with self.session() as session:
            session.self_test(self.current)


def nss_private_keys(nss: NssDatabase) -> int:
    """The number of private keys according to NSS's own tool."""
    return len(re.findall(r"^<\s*\d+>", nss.certutil("-K"), re.MULTILINE))


def token_private_keys(token: SoftHsmToken) -> int:
    library = pkcs11.lib(str(token.hsm.module().path))
    found = library.get_token(token_label=token.label)
    with found.open(user_pin=token.pin) as session:
        return len(list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})))


def _with_current(store: CertificateStore, lab: Lab, user_id: str) -> Certificate:
    with store.open(right_pin) as session:
        key = session.create_key(KeySpec(), LAST_YEAR)
        certificate = lab.issue(session.signer(key).spki, customer_name(user_id), days=20)
        session.install(key, certificate, "old")
    return certificate


def make_customer(
    tmp_path: Path, store: CertificateStore, count_keys: CountKeys
) -> CustomerComputer:
    """A customer whose certificate in `store` expires in 20 days."""
    lab = make_lab()
    return CustomerComputer(
        lab=lab,
        store=store,
        stores=[store],
        profile=profile_of(lab),
        journal=Journal(tmp_path / "data" / "journal.sqlite3"),
        ca=ScriptedCa(lab, issue_as_requested(lab)),
        current=_with_current(store, lab, USER),
        count_keys=count_keys,
    )


if sys.platform == "win32":
    from certclient.store.windows import keys
    from support.windows_pc import WindowsPc

    @pytest.fixture(params=["windows"])
    def customer(tmp_path: Path, windows_pc: WindowsPc) -> CustomerComputer:
        return make_customer(tmp_path, windows_pc.store(), lambda: len(keys.ours()))

else:

    @pytest.fixture(params=["nss", "softhsm"])
    def customer(
        request: pytest.FixtureRequest,
        tmp_path: Path,
        keyed_stores: KeyedStores,
        nss: NssDatabase,
        softhsm: SoftHsm,
    ) -> CustomerComputer:
        if request.param == "nss":
            store = keyed_stores.fill(nss).store()
            return make_customer(tmp_path, store, lambda: nss_private_keys(nss))
        token = keyed_stores.new_token(softhsm)
        return make_customer(tmp_path, token.store(), lambda: token_private_keys(token))
