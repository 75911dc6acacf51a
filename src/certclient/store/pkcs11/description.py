"""What a token says of itself without a PIN (`store.token_description`)."""

from __future__ import annotations

from collections.abc import Iterator

import pkcs11
from pkcs11 import Mechanism, ObjectClass, TokenFlag
from pkcs11 import exceptions as p11
from pkcs11.types import MechanismInfo

from certclient.store.pkcs11.errors import translated
from certclient.store.pkcs11.module import Module
from certclient.store.pkcs11.objects import keys, other_keys
from certclient.store.pkcs11.token import TokenLogin, has_pin_pad
from certclient.store.token_description import (
    MechanismSupport,
    PinState,
    TokenDescription,
    TokenKey,
)

_MECHANISMS = (
    ("CKM_RSA_PKCS_KEY_PAIR_GEN", Mechanism.RSA_PKCS_KEY_PAIR_GEN, True),
    ("CKM_RSA_PKCS", Mechanism.RSA_PKCS, True),
    ("CKM_RSA_PKCS_PSS", Mechanism.RSA_PKCS_PSS, False),
    ("CKM_EC_KEY_PAIR_GEN", Mechanism.EC_KEY_PAIR_GEN, False),
    ("CKM_ECDSA", Mechanism.ECDSA, False),
)
"""TLS 1.3 needs PSS of an RSA key; TLS 1.2 and CMP do without (RFC 8446, 4.2.3). A bank whose
profile asks for EC keys needs the last two instead."""


def describe(module: Module, login: TokenLogin) -> TokenDescription:
    """See `store.base.Described.describe`."""
    token = login.locate()
    limits = login.cryptoki.limits(token.slot.slot_id)
    with translated(login.probe):
        slot = token.slot
        mechanisms = tuple(_support(slot))
        version = module.library.library_version
    return TokenDescription(
        label=token.label,
        manufacturer=token.manufacturer_id,
        model=token.model,
        serial=token.serial.decode(errors="replace"),
        hardware_version=_dotted(token.hardware_version),
        firmware_version=_dotted(token.firmware_version),
        reader=slot.slot_description,
        module=str(module.path),
        module_version=_dotted(version),
        pin=_pin_state(token),
        pin_pad=has_pin_pad(token),
        min_pin_length=limits.min_pin_length if limits else 0,
        max_pin_length=limits.max_pin_length if limits else 0,
        free_memory=limits.free_memory if limits else None,
        write_protected=bool(token.flags & TokenFlag.WRITE_PROTECTED),
        mechanisms=mechanisms,
        keys=_visible_keys(login),
    )


def _support(slot: pkcs11.Slot) -> Iterator[MechanismSupport]:
    listed = slot.get_mechanisms()
    for name, mechanism, required in _MECHANISMS:
        info = _mechanism_info(slot, mechanism) if mechanism in listed else None
        if info is None:
            yield MechanismSupport(name, required, present=False)
            continue
        yield MechanismSupport(
            name,
            required,
            present=True,
            min_bits=info.min_key_length or 0,
            max_bits=info.max_key_length or 0,
        )


def _mechanism_info(slot: pkcs11.Slot, mechanism: Mechanism) -> MechanismInfo | None:
    """None for a mechanism that is listed but not there (see `abilities`)."""
    try:
        return slot.get_mechanism_info(mechanism)
    except p11.MechanismInvalid:
        return None


def _pin_state(token: pkcs11.Token) -> PinState:
    states = (
        (not token.flags & TokenFlag.LOGIN_REQUIRED, PinState.NOT_NEEDED),
        (not token.flags & TokenFlag.USER_PIN_INITIALIZED, PinState.NOT_SET),
        (token.flags & TokenFlag.USER_PIN_LOCKED, PinState.LOCKED),
        (token.flags & TokenFlag.USER_PIN_TO_BE_CHANGED, PinState.MUST_BE_CHANGED),
        (token.flags & TokenFlag.USER_PIN_FINAL_TRY, PinState.FINAL),
        (token.flags & TokenFlag.USER_PIN_COUNT_LOW, PinState.LOW),
    )
    return next((state for applies, state in states if applies), PinState.READY)


def _visible_keys(login: TokenLogin) -> tuple[TokenKey, ...]:
    """One entry per CKA_ID and label. A token may hide private halves until login."""
    found: dict[tuple[bytes, str], TokenKey] = {}
    with login.reading() as session, translated(login.probe):
        for object_class in (ObjectClass.PUBLIC_KEY, ObjectClass.PRIVATE_KEY):
            private = object_class is ObjectClass.PRIVATE_KEY
            for half in (*keys(session, object_class), *other_keys(session, object_class)):
                place = (half.key_id, half.label)
                known = found.get(place)
                found[place] = TokenKey(
                    half.label,
                    half.key_id.hex(),
                    half.kind.value or "other",
                    private or (known is not None and known.has_private_half),
                )
    return tuple(found.values())


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(str(number) for number in version)
