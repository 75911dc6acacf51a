"""Identifies a private key on Windows by container and provider, as CRYPT_KEY_PROV_INFO does."""

from __future__ import annotations

import re
from dataclasses import dataclass

from certclient.store.windows.declarations import (
    CRYPT_MACHINE_KEYSET,
    MS_ENH_RSA_AES_PROV,
    MS_KEY_STORAGE_PROVIDER,
    MS_PLATFORM_CRYPTO_PROVIDER,
    PROV_RSA_AES,
)

CNG = 0
"""`provider_type` of a CNG key."""

_PREFIX = "certclient"
_PROV_RSA_FULL = 1
_PROV_RSA_SIG = 2
_PROV_RSA_SCHANNEL = 12
_SOFTWARE_TYPES = frozenset({_PROV_RSA_FULL, _PROV_RSA_SIG, _PROV_RSA_SCHANNEL, PROV_RSA_AES})
_SOFTWARE_PROVIDERS = frozenset(
    {
        "Microsoft Base Cryptographic Provider v1.0",
        "Microsoft Strong Cryptographic Provider",
        "Microsoft Enhanced Cryptographic Provider v1.0",
        "Microsoft RSA Signature Cryptographic Provider",
        "Microsoft RSA SChannel Cryptographic Provider",
        MS_ENH_RSA_AES_PROV,
        "Microsoft Enhanced RSA and AES Cryptographic Provider (Prototype)",
    }
)
"""Microsoft's CAPI providers that keep keys in the user's profile. They share containers, and
opening a container never prompts (a smart card's provider would)."""

_ENCODED = re.compile(r"(\d{1,9}):(\d{1,9}):(\d{1,9}):([^:]{0,255}):(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Container:
    """The location of a key. `key_spec`: AT_KEYEXCHANGE or AT_SIGNATURE, 0 for CNG. `machine`: the
    key is in the computer's key set, not the user's."""

    name: str
    provider: str
    provider_type: int
    key_spec: int
    machine: bool = False

    @property
    def is_cng(self) -> bool:
        """Whether the key belongs to a CNG key storage provider; otherwise to CAPI."""
        return self.provider_type == CNG

    @property
    def in_software(self) -> bool:
        """Whether Microsoft's software providers or the TPM hold the key; reading never prompts."""
        if self.is_cng:
            return self.provider in (MS_KEY_STORAGE_PROVIDER, MS_PLATFORM_CRYPTO_PROVIDER)
        return self.provider_type in _SOFTWARE_TYPES and self.provider in _SOFTWARE_PROVIDERS

    @property
    def key_id(self) -> bytes:
        """The value for `model.keys.KeyRef.key_id`: all that is needed to open the key again."""
        flags = CRYPT_MACHINE_KEYSET if self.machine else 0
        text = f"{self.provider_type}:{self.key_spec}:{flags}:{self.provider}:{self.name}"
        return text.encode()


def from_key_id(key_id: bytes) -> Container | None:
    """Parses a `Container.key_id`; returns None for anything else."""
    match = _ENCODED.fullmatch(key_id.decode(errors="replace"))
    if match is None:
        return None
    provider_type, key_spec, flags, provider, name = match.groups()
    machine = bool(int(flags) & CRYPT_MACHINE_KEYSET)
    return Container(name, provider, int(provider_type), int(key_spec), machine)


def container_name(label: str) -> str:
    """Returns the container name for a procedure's label.

    It begins with this program's name, so that `certutil -key` shows the key's origin.
    """
    return label if label.startswith(_PREFIX) else f"{_PREFIX} {label}"


def is_ours(name: str) -> bool:
    """Returns whether `name` is one that this program gives to containers."""
    return name.startswith(_PREFIX)
