"""Keeps an issue code in the operating system's credential store for one procedure.

Only stores that encrypt for the logged-in user are used; without one, nothing is kept, and the code
is asked for again.
"""

from __future__ import annotations

import sys

from keyring.backend import KeyringBackend
from keyring.errors import KeyringError

from certclient.enrollment.run_context import CodeVault
from certclient.model.secret import Secret

# The encrypting back ends are listed explicitly: keyring itself may select a plug-in that writes
# plain text. `_FAILURES` are the exceptions that they raise if the store is locked or gone.
if sys.platform == "win32":
    from keyring.backends.Windows import WinVaultKeyring

    _ENCRYPTING: tuple[type[KeyringBackend], ...] = (WinVaultKeyring,)
    _FAILURES: tuple[type[Exception], ...] = (KeyringError, OSError)
else:
    from jeepney import DBusErrorResponse  # type: ignore[import-untyped]  # ships no types
    from keyring.backends.kwallet import DBusKeyring
    from keyring.backends.SecretService import Keyring as SecretServiceKeyring
    from secretstorage.exceptions import SecretStorageException

    _ENCRYPTING: tuple[type[KeyringBackend], ...] = (SecretServiceKeyring, DBusKeyring)
    _FAILURES: tuple[type[Exception], ...] = (
        KeyringError,
        OSError,
        DBusErrorResponse,
        SecretStorageException,
    )

_SERVICE = "certclient issue code"


class KeyringVault:
    """`CodeVault` on one keyring back end. A back end that fails counts as absent."""

    def __init__(self, backend: KeyringBackend) -> None:
        self._backend = backend

    def keep(self, procedure_id: str, code: Secret) -> None:
        """See `CodeVault.keep`."""
        try:
            self._backend.set_password(_SERVICE, procedure_id, code.reveal())
        except _FAILURES:
            return

    def fetch(self, procedure_id: str) -> Secret | None:
        """See `CodeVault.fetch`; None also if the back end fails."""
        try:
            found = self._backend.get_password(_SERVICE, procedure_id)
        except _FAILURES:
            return None
        return Secret(found) if found else None

    def wipe(self, procedure_id: str) -> None:
        """See `CodeVault.wipe`."""
        try:
            self._backend.delete_password(_SERVICE, procedure_id)
        except _FAILURES:
            # Also raised if there is nothing to delete.
            return


class NoVault:
    """`CodeVault` for a computer without a credential store."""

    def keep(self, procedure_id: str, code: Secret) -> None:
        """Keeps nothing, so the code is asked for again."""
        return

    def fetch(self, procedure_id: str) -> Secret | None:
        """None, always."""
        return None

    def wipe(self, procedure_id: str) -> None:
        """Nothing is kept, so nothing is deleted."""
        return


def system_vault() -> CodeVault:
    """The first encrypting credential store of this session, or a vault that keeps nothing."""
    backend = next((candidate for candidate in _ENCRYPTING if candidate.viable), None)
    return KeyringVault(backend()) if backend is not None else NoVault()
