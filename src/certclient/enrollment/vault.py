"""Keeps an issue code in the operating system's credential store for one procedure.

A credential store that is missing, locked or broken counts as absent: nothing is kept, and the
code is asked for again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.secret import Secret
from certclient.platform import log
from certclient.platform.credential_store import (
    CredentialStore,
    CredentialStoreError,
)
from certclient.platform.private_files import may_exist, private_folder

_SERVICE = "certclient issue code"


class CredentialVault:
    """`CodeVault` in a `CredentialStore`.

    `notes`: a folder with an empty file per code that the store may hold, named by the procedure.
    It is written before the code is kept and removed after the code was deleted, so that a code
    that could not be deleted is deleted by a later run.
    """

    def __init__(self, store: CredentialStore, notes: Path) -> None:
        self._store = store
        self._notes = notes
        self._reported = False

    def keep(self, procedure_id: str, code: Secret) -> None:
        """See `CodeVault.keep`. Keeps nothing that it cannot take a note of."""
        note = self._notes / procedure_id
        with contextlib.suppress(OSError), self._reporting(note.unlink):
            private_folder(self._notes)
            note.touch(mode=0o600)
            self._store.keep(_SERVICE, procedure_id, code)

    def fetch(self, procedure_id: str) -> Secret | None:
        """See `CodeVault.fetch`; None also if the store fails."""
        with self._reporting():
            return self._store.fetch(_SERVICE, procedure_id)
        return None

    def wipe(self, procedure_id: str) -> None:
        """See `CodeVault.wipe`."""
        note = self._notes / procedure_id
        try:
            with contextlib.suppress(OSError), self._reporting():
                self._store.delete(_SERVICE, procedure_id)
                note.unlink(missing_ok=True)
        finally:
            if may_exist(note):
                log.event("code-not-deleted", procedure=procedure_id)

    def wipe_all(self) -> None:
        """Deletes every code that the store may hold; no error if it fails."""
        with contextlib.suppress(OSError):
            for note in list(self._notes.iterdir()):
                with contextlib.suppress(CertclientError):
                    self.wipe(note.name)

    def wipe_forgotten(self, is_open: Callable[[str], bool]) -> None:
        """Starts to delete the codes of procedures that are over; returns at once.

        An earlier run could not delete them. `is_open`: whether a procedure still needs its code.
        """
        with contextlib.suppress(OSError):
            notes = list(self._notes.iterdir())
            for note in notes:
                if not is_open(note.name):
                    self._store.delete_later(_SERVICE, note.name, note.unlink)

    @contextlib.contextmanager
    def _reporting(self, failed: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Treats a failing store as absent. Raises CREDENTIAL_STORE_SILENT as `CodeVault` says.

        `failed` is called if the store certainly did nothing.
        """
        try:
            yield
        except CredentialStoreError as error:
            if not error.silent:
                failed()
            elif not self._reported:
                self._reported = True
                raise CertclientError(ErrorCode.CREDENTIAL_STORE_SILENT) from error
