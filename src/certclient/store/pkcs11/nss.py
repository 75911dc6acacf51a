"""The NSS database, which Chromium and Firefox read, as the PC store on Linux.

NSS's softokn is a PKCS#11 module, so a database behaves like any other token once it is open.
Keys are generated inside and marked non-extractable, but NSS does not enforce that (pk12util
exports them): certclient does not claim non-exportable keys for this store.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pkcs11
from pkcs11 import TokenFlag

from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.private_files import private_folder
from certclient.store.base import (
    Available,
    PinProvider,
    StoredCertificate,
    StoreSession,
    Unavailable,
)
from certclient.store.pkcs11.database_files import (
    CERTIFICATES,
    KEYS,
    change_stamp,
    examine,
    inaccessible,
    read_only,
    shown_path,
    unusable,
)
from certclient.store.pkcs11.errors import translated
from certclient.store.pkcs11.softokn import Opening, Softokn
from certclient.store.pkcs11.store import (
    list_certificates,
    list_unused_keys,
    token_availability,
    token_session,
)
from certclient.store.pkcs11.token import TokenLogin


@dataclass(frozen=True, slots=True)
class NssStore:
    """One NSS database folder (absolute), created on first `open` with an empty password.

    `browser`, `title` and `offered`: see `base.BrowserStore`. It is read without any change to
    its files; one that this user cannot write to can still be read.
    """

    softokn: Softokn
    directory: Path
    random_bytes: Callable[[int], bytes] = os.urandom
    browser: str = ""
    title: str = ""
    offered: bool = True

    @property
    def store_id(self) -> str:
        """`nss:` and the database's folder."""
        return f"nss:{self.label}"

    @property
    def label(self) -> str:
        """The database's folder."""
        return shown_path(self.directory)

    @property
    def destination(self) -> Destination:
        """Always PC."""
        return Destination.PC

    def availability(self) -> Available | Unavailable:
        """See CertificateStore.availability. A database not yet created is available."""
        try:
            present = examine(self.directory).present
        except CertclientError as error:
            return Unavailable(error.code, error.data)
        if not present:
            return Available(needs_pin=False)
        with self.softokn.lock:
            state = token_availability(self._login(read_only=True))
        if isinstance(state, Unavailable) and state.reason is ErrorCode.TOKEN_NOT_INITIALISED:
            # No password has been set yet, not even an empty one; `open` sets it.
            return Available(needs_pin=False)
        return state

    def write_problem(self) -> CertclientError | None:
        """See `base.WriteCheck`."""
        try:
            files = examine(self.directory)
        except CertclientError as error:
            return error
        return None if files.writable else read_only(self.directory, files.protected)

    def change_stamp(self) -> Hashable:
        """See ChangeStamped: inode, size and time of the database's two files."""
        return change_stamp(self.directory)

    def watched(self) -> Sequence[str]:
        """See Watched: the database's two files."""
        return [str(self.directory / name) for name in (CERTIFICATES, KEYS)]

    def certificates(self) -> Sequence[StoredCertificate]:
        """See CertificateStore.certificates. Empty if there is no database yet."""
        if not examine(self.directory, now=True).present:
            return ()
        with self.softokn.lock:
            return list_certificates(self._login(read_only=True))

    def unused_keys(self) -> Sequence[str]:
        """See CertificateStore.unused_keys. Empty if there is no database yet."""
        if not examine(self.directory, now=True).present:
            return ()
        with self.softokn.lock:
            return list_unused_keys(self._login(read_only=True))

    @contextmanager
    def open(self, pin: PinProvider) -> Iterator[StoreSession]:
        """See CertificateStore.open. Creates a missing database.

        Opens a database that can only be read: its keys sign, and every change raises
        STORE_UNAVAILABLE.
        """
        files = examine(self.directory, now=True)
        if not files.present and not files.writable:
            raise read_only(self.directory, files.protected)
        with self.softokn.pinned(Opening(self.directory, not files.writable)):
            if files.writable:
                self._prepare()
            login = self._login(read_only=not files.writable)
            with login.working(pin) as opened:
                yield token_session(login, opened, self.random_bytes)

    def _prepare(self) -> None:
        """Creates the folder and database if missing and sets an empty password.

        Until a password is set, NSS refuses to write; the security officer, whose PIN is empty,
        sets it with C_InitPIN.
        """
        try:
            private_folder(self.directory)
        except OSError as error:
            raise inaccessible(self.directory, error) from error
        login = self._login(read_only=False)
        token = login.locate()
        if not token.flags & TokenFlag.USER_PIN_INITIALIZED:
            with (
                translated(login.probe, writing=True),
                token.open(rw=True, so_pin="") as session,
            ):
                session.init_pin("")

    def _login(self, *, read_only: bool) -> TokenLogin:
        opening = Opening(self.directory, read_only)
        return TokenLogin(
            self.store_id,
            self.label,
            lambda: self._locate(opening),
            self.softokn.cryptoki,
            database=True,
            read_only=read_only,
            prompt_label=self.title,
        )

    def _locate(self, opening: Opening) -> pkcs11.Token:
        slot_id = self.softokn.slot(opening)
        for slot in self.softokn.library.get_slots(token_present=True):
            if slot.slot_id == slot_id:
                return slot.get_token()
        raise unusable(self.directory, None, "softokn: C_GetSlotList")
