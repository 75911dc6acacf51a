"""Issue codes, bank PINs and one-time passwords at rest.

A MAC can only be checked with the code itself, so a slow hash will not do: the code is kept
encrypted, with the key in a file of its own (mode 0600). A copy of the database alone (a backup,
a support bundle) gives no code away; who can read the whole data folder is the bank itself.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12


class VaultError(Exception):
    """A sealed value and the key file do not belong together."""


class Vault:
    """Encrypts short texts under the key in `key_file`, which is created where missing."""

    def __init__(self, key_file: Path) -> None:
        self._aead = AESGCM(_load_or_create(key_file))

    def seal(self, text: str, purpose: str) -> bytes:
        """Encrypts. `purpose` binds the value to its place (`code:TKYM1408054`)."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, text.encode(), purpose.encode())

    def unseal(self, sealed: bytes, purpose: str) -> str:
        """The text again. Raises VaultError for another key, another purpose or a changed value."""
        try:
            clear = self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise VaultError("cannot be decrypted with this data folder's key") from error
        return clear.decode()


def _load_or_create(path: Path) -> bytes:
    if not path.exists():
        _create(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise VaultError(f"{path.name} is damaged")
    return key


def _create(path: Path) -> None:
    """Whole or not at all, and never over another process's key: write aside, then link."""
    aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(aside, path)
    aside.unlink()
