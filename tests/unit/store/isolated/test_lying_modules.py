"""A module that lies about lengths and counts: one error, and the next session works."""

from __future__ import annotations

from contextlib import suppress

import pytest

from certclient.model.errors import CertclientError
from certclient.model.keys import KeySpec, SignatureAlgorithm
from support.faulty_module import FaultyModule
from support.softhsm import right_pin

LIES = {
    "none": "0",
    "one": "1",
    "unavailable": "0xffffffffffffffff",
    "terabytes": "0x10000000000",
}


@pytest.mark.reliability("modules", "that lie about lengths and counts")
@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize(
    "function", ["C_GetSlotList", "C_FindObjects", "C_GetAttributeValue", "C_Sign"]
)
def test_a_lie_costs_an_error_at_most(faulty: FaultyModule, function: str, lie: str) -> None:
    with faulty.store().open(right_pin) as session:
        key = session.create_key(KeySpec(), "last year")
        spki = session.signer(key).spki
    faulty.plan(function, f"lie-{LIES[lie]}-after", skip=-1)
    with suppress(CertclientError):
        faulty.store().certificates()
        with faulty.store().open(right_pin) as session:
            session.signer(key).sign(b"request", SignatureAlgorithm.RSA_PKCS1_SHA256)
    assert faulty.lied
    faulty.forget_plan()
    with faulty.store().open(right_pin) as session:
        assert session.signer(key).spki == spki
