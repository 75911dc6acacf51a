"""The short form of the store contract on tokens that behave as other vendors' middleware does.

`support/pkcs11_shim/shim.c` plays the behaviours in front of SoftHSM, in the child process in which
the program runs every module. What each of them means in detail is tested in
tests/unit/store/modules.
"""

from __future__ import annotations

import pytest

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec, SignatureAlgorithm
from certclient.store.base import CertificateStore, StoreSession
from certclient.store.isolated import modules
from certclient.store.registry import StoreRegistry
from support.pkcs11_shim import Shim
from support.pki import Lab
from support.softhsm import ScriptedPins, right_pin

BEHAVIOURS = [
    ("twin",),
    ("free-slot",),
    ("free-slot", "one-serial"),
    ("refuse-false",),
    ("no-empty-id",),
    ("no-set",),
    ("refuse-false", "no-empty-id", "no-set"),
    ("no-pss",),
    ("always-auth",),
    ("with-public",),
    ("extractable",),
]
"""The last one cannot be used: it has to say so before anything is asked of the bank."""

_UNUSABLE: dict[tuple[str, ...], ErrorCode] = {("extractable",): ErrorCode.KEY_UNSUPPORTED}


@pytest.mark.parametrize("behaviours", BEHAVIOURS, ids=" ".join)
def test_a_token_works_or_says_why_not_before_the_bank_is_asked(
    shim: Shim, lab: Lab, behaviours: tuple[str, ...]
) -> None:
    shim.hsm.new_token()
    shim.play(*behaviours)
    if code := _UNUSABLE.get(behaviours):
        with pytest.raises(CertclientError) as error, _store(shim).open(right_pin) as session:
            session.create_key(KeySpec(), "certclient 0001")
        assert error.value.code is code
        assert list(_store(shim).unused_keys()) == []
        return
    with _store(shim).open(right_pin) as session:
        old = _enrolled(session, lab, "certclient 0001")
    modules.stop_all()  # as at the next start of the program
    with _store(shim).open(right_pin) as session:
        new = _enrolled(session, lab, "certclient 0002")
        session.archive(old)
    assert _listed(_store(shim)) == {old: True, new: False}
    with _store(shim).open(right_pin) as session:
        session.unarchive(old)
        session.self_test(old)
        session.delete(old)
        assert session.find_key("certclient 0001") is None
    assert _listed(_store(shim)) == {new: False}
    with pytest.raises(CertclientError) as wrong, _store(shim).open(ScriptedPins("000000")):
        pass
    assert wrong.value.code is ErrorCode.PIN_INCORRECT


def _store(shim: Shim) -> CertificateStore:
    """The one token that the program finds behind the module."""
    (store,) = StoreRegistry((shim.hsm.module_path,), lambda: (), lambda: ()).stores()
    return store


def _enrolled(session: StoreSession, lab: Lab, label: str) -> Certificate:
    """Makes a key, signs a request with it, and writes a certificate."""
    key = session.create_key(KeySpec(), label)
    signer = session.signer(key)
    assert signer.sign(b"request", SignatureAlgorithm.RSA_PKCS1_SHA256)
    certificate = lab.issue(signer.spki)
    session.install(key, certificate, "電子証明書")
    session.self_test(certificate)
    return certificate


def _listed(store: CertificateStore) -> dict[Certificate, bool]:
    """The certificates, and whether each is archived."""
    stored = list(store.certificates())
    assert all(one.key is not None for one in stored)
    return {one.certificate: one.archived for one in stored}
