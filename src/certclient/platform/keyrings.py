"""The credential stores of the `keyring` package that encrypt for the logged-in user.

Importing this module may already contact a session's services: `keyring` queries its back ends.
`CredentialStore` therefore imports it in its own thread.
"""

from __future__ import annotations

import contextlib
import sys

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from certclient.platform.credential_store import KeyringService

# Listed explicitly: keyring itself may select a plug-in that writes plain text.
if sys.platform == "win32":
    from keyring.backends.Windows import WinVaultKeyring

    _ENCRYPTING: tuple[type[KeyringBackend], ...] = (WinVaultKeyring,)
else:
    from keyring.backends.kwallet import DBusKeyring
    from keyring.backends.SecretService import Keyring as SecretServiceKeyring

    _ENCRYPTING: tuple[type[KeyringBackend], ...] = (SecretServiceKeyring, DBusKeyring)


class Keyring:
    """`KeyringService` on one back end of keyring; raises the back end's exceptions."""

    def __init__(self, backend: KeyringBackend) -> None:
        self._backend = backend

    def fetch(self, service: str, name: str) -> str | None:
        """See `KeyringService.fetch`."""
        return self._backend.get_password(service, name)

    def keep(self, service: str, name: str, secret: str) -> None:
        """See `KeyringService.keep`."""
        self._backend.set_password(service, name, secret)

    def delete(self, service: str, name: str) -> None:
        """See `KeyringService.delete`."""
        # Raised if there is nothing to delete.
        with contextlib.suppress(PasswordDeleteError):
            self._backend.delete_password(service, name)


def encrypting_keyring() -> KeyringService | None:
    """The first encrypting credential store of this session; None if there is none."""
    backend = next((candidate for candidate in _ENCRYPTING if candidate.viable), None)
    return Keyring(backend()) if backend is not None else None
