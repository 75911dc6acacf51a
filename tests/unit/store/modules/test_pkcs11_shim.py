"""The module of the tests that plays other vendors' middleware is SoftHSM unless told otherwise."""

from __future__ import annotations

from certclient.model.keys import KeySpec
from support.pkcs11_shim import Shim
from support.pki import make_lab
from support.softhsm import right_pin

PROCEDURE = "certclient 0000000000000001"


def test_without_a_behaviour_it_is_softhsm(shim: Shim) -> None:
    token = shim.hsm.new_token()
    with token.store().open(right_pin) as session:
        key = session.create_key(KeySpec(), PROCEDURE)
        certificate = make_lab().issue(session.signer(key).spki)
        session.install(key, certificate, "電子証明書")
        session.self_test(certificate)
    assert [one.certificate for one in token.store().certificates()] == [certificate]
    assert shim.calls("C_GenerateKeyPair") == 1
