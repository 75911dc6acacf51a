"""What a token says of itself: for a help desk, and for whoever qualifies a token."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class PinState(enum.Enum):
    """The state of a token's PIN (PKCS#11 v2.40, 4.4: the flags of CK_TOKEN_INFO)."""

    READY = "ready"
    NOT_SET = "not-set"
    LOW = "low"
    """A wrong PIN has been entered since the last correct one."""
    FINAL = "final"
    """One more wrong PIN locks the token."""
    LOCKED = "locked"
    MUST_BE_CHANGED = "must-be-changed"
    NOT_NEEDED = "not-needed"


@dataclass(frozen=True, slots=True)
class MechanismSupport:
    """Whether the token has a mechanism that certclient can use, by its name in PKCS#11.

    `required`: nothing works without it. `min_bits`, `max_bits`: the key sizes; 0 if unknown.
    """

    name: str
    required: bool
    present: bool
    min_bits: int = 0
    max_bits: int = 0


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A key that is visible without a PIN. `key_id`: CKA_ID in lower-case hexadecimal digits."""

    label: str
    key_id: str
    kind: str
    has_private_half: bool


@dataclass(frozen=True, slots=True)
class TokenDescription:
    """A token as it describes itself.

    Memory is in bytes, None if the token does not tell. PIN lengths are in bytes, 0 if there is no
    limit. `pin_pad`: the PIN is typed at the token.
    """

    label: str
    manufacturer: str
    model: str
    serial: str
    hardware_version: str
    firmware_version: str
    reader: str
    module: str
    module_version: str
    pin: PinState
    pin_pad: bool
    min_pin_length: int
    max_pin_length: int
    free_memory: int | None
    write_protected: bool
    mechanisms: tuple[MechanismSupport, ...]
    keys: tuple[TokenKey, ...]
