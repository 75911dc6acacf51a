"""The stores that must pass the contract suite. A new one needs a StoreCase and a line in CASES."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pkcs11
import pytest
from pkcs11 import Attribute, CertificateType, ObjectClass

from certclient.model.certificate import Certificate
from certclient.model.destination import Destination
from certclient.model.keys import KeyAlgorithm, SignatureAlgorithm
from certclient.store.base import CertificateStore, PinProvider, no_pin
from certclient.store.isolated import modules
from certclient.store.pkcs11.softokn import Opening
from support.nss import NssDatabase
from support.pki import RSA_SIGNATURES
from support.softhsm import SoftHsm, right_pin
from support.tokens.running import Limit, RunningToken
from support.tokens.stacks import stack_of_this_run

AddForeign = Callable[[Sequence[Certificate]], None]


@dataclass(frozen=True)
class StoreCase:
    """A fresh, empty store. `reopen` finds it again as after a restart of the program;
    `add_foreign` adds certificates as other software would, without keys and without CKA_ID.
    `algorithms`: the signature algorithms that it supports with RSA keys; `makes`: the keys;
    `limits`: what it cannot do."""

    store: CertificateStore
    pin: PinProvider
    destination: Destination
    reopen: Callable[[], CertificateStore]
    add_foreign: AddForeign
    algorithms: frozenset[SignatureAlgorithm] = RSA_SIGNATURES
    makes: frozenset[KeyAlgorithm] = frozenset(KeyAlgorithm)
    limits: frozenset[Limit] = frozenset()

    def skip_if(self, limit: Limit) -> None:
        """Leaves the test out if the token has this limit."""
        if limit in self.limits:
            pytest.skip(limit.value)

    def skip_unless_made(self, algorithm: KeyAlgorithm) -> None:
        """Leaves the test out if the store makes no such keys."""
        if algorithm not in self.makes:
            pytest.skip(f"the store makes no keys {algorithm.value}")


def softhsm_case(request: pytest.FixtureRequest) -> StoreCase:
    softhsm: SoftHsm = request.getfixturevalue("softhsm")
    token = softhsm.new_token()

    def add_foreign(certificates: Sequence[Certificate]) -> None:
        found = next(one for one in softhsm.module().tokens() if one.label == token.label)
        with found.open(rw=True, user_pin=token.pin) as session:
            _create_all(session, certificates)

    return StoreCase(token.store(), right_pin, Destination.USB, token.store, add_foreign)


def isolated_case(request: pytest.FixtureRequest) -> StoreCase:
    """The same token through a child process."""
    case = softhsm_case(request)
    softhsm: SoftHsm = request.getfixturevalue("softhsm")
    (token,) = softhsm.tokens

    def add_foreign(certificates: Sequence[Certificate]) -> None:
        case.add_foreign(certificates)
        modules.stop_all()

    store = token.isolated_store
    return replace(case, store=store(), reopen=store, add_foreign=add_foreign)


def nss_case(request: pytest.FixtureRequest) -> StoreCase:
    nss: NssDatabase = request.getfixturevalue("nss")
    nss.create()
    store = nss.store()

    def add_foreign(certificates: Sequence[Certificate]) -> None:
        slot_id = store.softokn.slot(Opening(store.directory, read_only=False))
        slots = store.softokn.library.get_slots(True)
        found = next(slot.get_token() for slot in slots if slot.slot_id == slot_id)
        with found.open(rw=True) as session:
            _create_all(session, certificates)

    return StoreCase(store, no_pin, Destination.PC, nss.store, add_foreign)


def token_case(request: pytest.FixtureRequest) -> StoreCase:
    """The token of a run on a private machine (tests/integration/tokens)."""
    token: RunningToken = request.getfixturevalue("token")

    def add_foreign(certificates: Sequence[Certificate]) -> None:
        with token.other_software() as session:
            _create_all(session, certificates)

    return StoreCase(
        token.store(),
        token.right_pin,
        Destination.USB,
        token.store,
        add_foreign,
        token.algorithms,
        token.makes,
        token.limits,
    )


CASES: dict[str, Callable[[pytest.FixtureRequest], StoreCase]] = {
    "softhsm": softhsm_case,
    "softhsm in a child process": isolated_case,
    "nss": nss_case,
}

if stack_of_this_run():
    CASES = {stack_of_this_run(): token_case}

if sys.platform == "win32":
    from support.windows_pc import CNG, MAKES, SIGNS, WindowsPc

    def windows_case(request: pytest.FixtureRequest) -> StoreCase:
        pc: WindowsPc = request.getfixturevalue("windows_pc")
        return StoreCase(
            pc.store(),
            no_pin,
            Destination.PC,
            pc.store,
            lambda certificates: pc.add_foreign(*certificates),
            SIGNS,
            MAKES,
        )

    CASES = {"windows": windows_case}
    if not CNG:  # only in one of the two runs: for a token, both are the same Windows
        # Without the child process, whose start takes seconds under Wine
        # (tests/windows/test_windows_token_host.py).
        CASES["softhsm"] = softhsm_case


def _create_all(session: pkcs11.Session, certificates: Sequence[Certificate]) -> None:
    for number, certificate in enumerate(certificates):
        session.create_object(
            {
                Attribute.CLASS: ObjectClass.CERTIFICATE,
                Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
                Attribute.TOKEN: True,
                Attribute.LABEL: f"foreign {number} {certificate.serial_hex}",
                Attribute.SUBJECT: certificate.subject,
                Attribute.ISSUER: certificate.issuer,
                # CKA_SERIAL_NUMBER is a DER INTEGER; NSS identifies certificates by it.
                Attribute.SERIAL_NUMBER: b"\x02\x15\x00" + certificate.serial.to_bytes(20, "big"),
                Attribute.VALUE: certificate.der,
            }
        )
