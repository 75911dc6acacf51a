"""Encryption at rest for issue codes, bank PINs and one-time passwords.

Verifying a MAC requires the code itself, so a password hash is not an option: values are encrypted,
with the key in a separate file (mode 0600). A copy of the database alone (a backup, a support
bundle) reveals no code; read access to the whole data folder reveals all.
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
    """A sealed value does not match the key or purpose, or the key file is damaged."""


class Vault:
    """Encrypts short texts with the key in `key_file`, which is created if missing."""

    def __init__(self, key_file: Path) -> None:
        self._aead = AESGCM(_load_or_create(key_file))

    def seal(self, text: str, purpose: str) -> bytes:
        """Encrypts `text`; `purpose` binds it to its place (`code:TKYM1408054`)."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, text.encode(), purpose.encode())

    def unseal(self, sealed: bytes, purpose: str) -> str:
        """Decrypts. Raises VaultError for another key, another purpose or a modified value."""
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
    """Writes the key to a temporary file and links it into place.

    The file is never incomplete and never replaces the key of another process.
    """
    aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(aside, path)
    aside.unlink()
