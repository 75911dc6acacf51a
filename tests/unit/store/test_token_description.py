"""What a token says of itself without a PIN."""

from __future__ import annotations

import pytest

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec
from certclient.store.token_description import PinState, TokenDescription
from support.pkcs11_shim import Shim
from support.softhsm import SoftHsm, right_pin

LABEL = "certclient 0123456789abcdef"


def test_token_tells_its_identity_its_abilities_and_its_keys(softhsm: SoftHsm) -> None:
    token = softhsm.new_token("専用USB")
    with token.store().open(right_pin) as session:
        session.create_key(KeySpec(), LABEL)
    told = token.isolated_store().describe()
    assert told == token.store().describe()
    assert (told.label, told.model, told.serial) == ("専用USB", "SoftHSM v2", token.name.serial)
    assert told.pin is PinState.READY
    assert (told.min_pin_length, told.max_pin_length) == (4, 255)
    assert [(one.name, one.present) for one in told.mechanisms] == [
        ("CKM_RSA_PKCS_KEY_PAIR_GEN", True),
        ("CKM_RSA_PKCS", True),
        ("CKM_RSA_PKCS_PSS", True),
        ("CKM_EC_KEY_PAIR_GEN", True),
        ("CKM_ECDSA", True),
    ]
    assert [key.label for key in told.keys] == [LABEL]
    assert missing(told, required=True) == []


def missing(told: TokenDescription, *, required: bool) -> list[str]:
    found = [one for one in told.mechanisms if not one.present and one.required is required]
    return [one.name for one in found]


def described(shim: Shim, *behaviours: str) -> TokenDescription:
    token = shim.hsm.new_token()
    shim.play(*behaviours)
    return token.isolated_store().describe()


@pytest.mark.parametrize(
    ("flags", "state"),
    [
        (0x10000, PinState.LOW),
        (0x20000, PinState.FINAL),
        (0x40000, PinState.LOCKED),
        (0x80000, PinState.MUST_BE_CHANGED),
    ],
)
def test_state_of_the_pin(shim: Shim, flags: int, state: PinState) -> None:
    assert described(shim, f"flags={flags}").pin is state


@pytest.mark.parametrize("behaviour", ["no-pss", "pss-listed"])
def test_token_without_pss_is_sufficient_for_tls_1_2(shim: Shim, behaviour: str) -> None:
    told = described(shim, behaviour)
    assert [one.name for one in told.mechanisms if not one.present] == ["CKM_RSA_PKCS_PSS"]
    assert missing(told, required=True) == []


def test_token_without_rsa_signatures_is_not_sufficient(shim: Shim) -> None:
    assert missing(described(shim, "no-pkcs1"), required=True) == ["CKM_RSA_PKCS"]


def test_free_memory_is_told_if_the_token_tells_it(shim: Shim) -> None:
    assert described(shim, "free=5000").free_memory == 5000


def test_token_that_was_pulled_out_is_missing(softhsm: SoftHsm) -> None:
    token = softhsm.new_token()
    store = token.isolated_store()
    token.pull()
    with pytest.raises(CertclientError) as error:
        store.describe()
    assert error.value.code is ErrorCode.TOKEN_MISSING
