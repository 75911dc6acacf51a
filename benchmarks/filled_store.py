"""A store with many certificates, half of them put away, and the journal that belongs to them.

All are the practice bank's and have a key (EC, which is made quickly). The put-away ones are what
is left of a customer's renewals. They are written object by object: `StoreSession.install` looks
at all others first, and a thousand times a thousand looks take minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pkcs11

from certclient.enrollment.journal import Journal, ProcedureKind, ProcedureState, Record
from certclient.model.certificate import Certificate
from certclient.model.destination import Destination
from certclient.model.keys import KeyAlgorithm, KeySpec, own_label
from certclient.store.base import CertificateStore
from certclient.store.pkcs11 import keypairs
from certclient.store.pkcs11.certificate_writing import object_template
from certclient.store.pkcs11.objects import ARCHIVED, attribute_mapper
from certclient.store.pkcs11.session import TokenSession
from certclient_practice.bank.bank import Bank
from certclient_practice.repositories.records import USER_SUFFIX
from demo.customers import store_for
from demo.world import SOFTHSM_MODULE, TOKEN_LABEL, World

_KEY = KeySpec(algorithm=KeyAlgorithm.EC_P256)
DAYS_LEFT = 20
"""Of each certificate, so that it can be renewed."""
AWAY = "PUTAWAY"
"""The customer whose earlier certificates are put away."""


@dataclass(frozen=True, slots=True)
class FilledStore:
    """The store for `place` in `world`; the environment is the world's already."""

    world: World
    place: Destination
    bank: Bank

    def fill(self, numbers: range) -> None:
        """Adds a certificate of a customer of its own for each of `numbers`."""
        with self._session() as session:
            for number in numbers:
                self._add(session, f"GROW{number:04}", number, b"")

    def put_away(self, numbers: range, journal: Path) -> None:
        """Adds as many put-away certificates of AWAY, with the finished procedures."""
        records: list[Record] = []
        before: Certificate | None = None
        with self._session() as session:
            for number in numbers:
                certificate = self._add(session, AWAY, number, ARCHIVED)
                if before is not None:
                    records.append(_finished(self.store.store_id, number, before, certificate))
                before = certificate
        Journal(journal).save(*records)

    def add_due(self, number: int) -> Certificate:
        """Adds a certificate of AWAY that can be renewed, and returns it."""
        with self._session() as session:
            return self._add(session, AWAY, number, b"")

    @property
    def store(self) -> CertificateStore:
        """The store as the program opens it."""
        return store_for(self.place)

    @contextmanager
    def _session(self) -> Iterator[pkcs11.Session]:
        """A session of this process: a token's module otherwise runs in one of its own."""
        if self.place is Destination.USB:
            token = pkcs11.lib(str(SOFTHSM_MODULE)).get_token(token_label=TOKEN_LABEL)
            pin, mapper = self.world.pin.reveal(), attribute_mapper()
            with token.open(rw=True, user_pin=pin, attribute_mapper=mapper) as session:
                yield session
            return
        with self.store.open(lambda _request: None) as opened:
            if not isinstance(opened, TokenSession):
                raise TypeError("not a PKCS#11 store")
            yield opened.session

    def _add(
        self, session: pkcs11.Session, user_id: str, number: int, prefix: bytes
    ) -> Certificate:
        self.bank.add_customer(user_id, USER_SUFFIX)
        label = own_label(f"{number:016x}")
        key_id = keypairs.generate(session, _KEY, label, self.store.store_id)
        spki = keypairs.private_key(session, key_id).spki
        certificate = self.bank.issue_certificate(user_id, spki, DAYS_LEFT)
        session.create_object(object_template(certificate, user_id, prefix + key_id))
        return certificate


def _finished(store_id: str, number: int, old: Certificate, new: Certificate) -> Record:
    begun = datetime.now(UTC) - timedelta(days=1000) + timedelta(hours=number)
    return Record(
        id=f"{number:016x}",
        kind=ProcedureKind.RENEW,
        profile_id="practice",
        user_id=AWAY,
        state=ProcedureState.DONE,
        started=begun,
        changed=begun,
        store_id=store_id,
        key_label=own_label(f"{number:016x}"),
        old_certificate=old.der,
        old_store_id=store_id,
        issued=new.der,
        chain=(new.der, new.der),
        transaction_state=new.der,
        old_archived=True,
    )
