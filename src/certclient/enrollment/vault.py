"""Keeps an issue code in the operating system's credential store for one procedure.

Only stores that encrypt for the logged-in user are used; a computer without one keeps nothing,
and the code is asked for again.
"""

from __future__ import annotations

import sys

from keyring.backend import KeyringBackend
from keyring.errors import KeyringError

from certclient.enrollment.work import CodeVault
from certclient.model.secret import Secret

# The back ends that encrypt are named one by one: keyring's own choice may fall on a plug-in that
# writes plain text. `_FAILURES` is what they let through when the store is locked or gone.
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
    """`CodeVault` on one keyring back end. A back end that fails is as good as none."""

    def __init__(self, backend: KeyringBackend) -> None:
        self._backend = backend

    def keep(self, procedure_id: str, code: Secret) -> None:
        try:
            self._backend.set_password(_SERVICE, procedure_id, code.reveal())
        except _FAILURES:
            return

    def fetch(self, procedure_id: str) -> Secret | None:
        try:
            found = self._backend.get_password(_SERVICE, procedure_id)
        except _FAILURES:
            return None
        return Secret(found) if found else None

    def wipe(self, procedure_id: str) -> None:
        try:
            self._backend.delete_password(_SERVICE, procedure_id)
        except _FAILURES:
            # Also how a back end says that nothing is there.
            return


class NoVault:
    """A computer without a credential store."""

    def keep(self, procedure_id: str, code: Secret) -> None:
        return

    def fetch(self, procedure_id: str) -> Secret | None:
        return None

    def wipe(self, procedure_id: str) -> None:
        return


def system_vault() -> CodeVault:
    """The first encrypting credential store that this session offers, or none."""
    backend = next((candidate for candidate in _ENCRYPTING if candidate.viable), None)
    return KeyringVault(backend()) if backend is not None else NoVault()
