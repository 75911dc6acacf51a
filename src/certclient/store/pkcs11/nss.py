"""The NSS database, which Chromium and Firefox read, as the PC store on Linux.

NSS's softokn is a PKCS#11 module, so a database behaves like any other token once it is open.
Keys are generated inside and marked non-extractable, but NSS does not enforce that (pk12util
exports them): certclient does not claim non-exportable keys for this store.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pkcs11
from pkcs11 import TokenFlag
from pkcs11._pkcs11 import lib as python_pkcs11_library

from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import (
    Available,
    PinProvider,
    StoredCertificate,
    StoreSession,
    Unavailable,
)
from certclient.store.pkcs11.cryptoki import CKR_CRYPTOKI_ALREADY_INITIALIZED, CKR_OK, Cryptoki
from certclient.store.pkcs11.errors import translated
from certclient.store.pkcs11.module import Library, verified_path
from certclient.store.pkcs11.store import (
    list_certificates,
    list_unused_keys,
    token_availability,
    token_session,
)
from certclient.store.pkcs11.token import TokenLogin

_SOFTOKN_PLACES = (
    Path("/usr/lib/x86_64-linux-gnu/libsoftokn3.so"),
    Path("/usr/lib/aarch64-linux-gnu/libsoftokn3.so"),
    Path("/usr/lib/x86_64-linux-gnu/nss/libsoftokn3.so"),
    Path("/usr/lib64/libsoftokn3.so"),
    Path("/usr/lib/libsoftokn3.so"),
)
"""Debian, Debian on ARM, Ubuntu, Fedora, Arch. No other path is loaded."""

_NO_DATABASE = (
    "configdir='' certPrefix='' keyPrefix='' secmod='' "
    "flags=readOnly,noCertDB,noModDB,forceOpen,optimizeSpace"
)
_CKO_NSS_NEWSLOT = 0xCE534350 + 5
_CKA_NSS_MODULE_SPEC = 0xCE534350 + 24
"""pkcs11n.h. Creating an object of this class on the first slot opens a database in a new slot."""

_FIRST_SLOT = 1
_SLOTS = range(4, 100)
"""softokn: SFTK_MIN_USER_SLOT_ID to SFTK_MAX_USER_SLOT_ID."""

_DATABASE = "cert9.db"

_UNSAFE = frozenset("'\"\\<>()[]{}")
"""Characters that NSS's parameter syntax would need escaped twice; home folders have none."""


class _SoftoknLibrary(python_pkcs11_library):
    """python-pkcs11's library for softokn, whose C_Initialize requires NSS's LibraryParameters."""

    def initialize(self) -> None:
        result = Cryptoki(Path(self.so)).initialize(_NO_DATABASE)
        if result not in (CKR_OK, CKR_CRYPTOKI_ALREADY_INITIALIZED):
            raise OSError(f"C_Initialize: {result:#x}")


# At interpreter shutdown, python-pkcs11 looks up `unload` in the class of a library that is being
# destroyed. A Python class may have been cleared by then, which prints "Error in sys.excepthook" on
# the terminal; the extra reference keeps the class intact.
ctypes.pythonapi.Py_IncRef(ctypes.py_object(_SoftoknLibrary))


@dataclass(frozen=True, slots=True)
class _Slot:
    slot_id: int
    database: tuple[int, int] | None


@dataclass(slots=True)
class Softokn:
    """The loaded softokn and, by folder, the slots with the databases opened in them."""

    library: Library
    cryptoki: Cryptoki
    _slots: dict[Path, _Slot] = field(default_factory=dict)

    def slot(self, directory: Path) -> int:
        """Returns the slot with the database of `directory`, opening it on first use.

        Reopens it if another file has replaced the database since (restored from a backup, say).
        When all slots are taken, reuses the oldest one. Raises CertclientError(STORE_UNAVAILABLE).
        """
        known = self._slots.get(directory)
        if known is None or known.database != _file_identity(directory):
            slot_id = known.slot_id if known else self._free_slot()
            self._open_database(directory, slot_id)
            known = self._slots[directory] = _Slot(slot_id, _file_identity(directory))
        return known.slot_id

    def _free_slot(self) -> int:
        taken = {slot.slot_id for slot in self._slots.values()}
        for slot_id in _SLOTS:
            if slot_id not in taken:
                return slot_id
        return self._slots.pop(next(iter(self._slots))).slot_id

    def _open_database(self, directory: Path, slot_id: int) -> None:
        if _UNSAFE & set(str(directory)):
            reason = f"one of {' '.join(sorted(_UNSAFE))} in the folder's name"
            raise CertclientError(ErrorCode.STORE_UNAVAILABLE, path=str(directory), reason=reason)
        specification = (
            f"tokens=<{slot_id:#x}=<configdir='sql:{directory}' "
            f"tokenDescription='certclient' certPrefix='' keyPrefix='' flags=>>"
        )
        session = self.cryptoki.open_session(_FIRST_SLOT)
        opened = session is not None and self.cryptoki.create_object(
            session, _CKO_NSS_NEWSLOT, _CKA_NSS_MODULE_SPEC, specification
        )
        self.cryptoki.close_all_sessions(_FIRST_SLOT)
        if not opened:
            raise CertclientError(ErrorCode.STORE_UNAVAILABLE, path=str(directory))


def _file_identity(directory: Path) -> tuple[int, int] | None:
    """Returns (device, inode) to detect a replaced database file; None if there is no file."""
    try:
        status = (directory / _DATABASE).stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


_loaded: dict[Path, Softokn] = {}


def load_softokn(places: Sequence[Path] = _SOFTOKN_PLACES) -> Softokn:
    """Loads the first softokn present in `places`, once per process.

    Raises CertclientError: STORE_MIDDLEWARE_MISSING, STORE_WRONG_MODULE, STORE_MODULE_NOT_ALLOWED.
    """
    present = [place for place in places if place.exists()]
    if not present:
        raise CertclientError(ErrorCode.STORE_MIDDLEWARE_MISSING, path=str(places[0]))
    path = verified_path(present[0])
    if path not in _loaded:
        try:
            cryptoki = Cryptoki(path)
            library = _SoftoknLibrary(str(path))
        except (OSError, AttributeError, pkcs11.PKCS11Error) as error:
            raise CertclientError(
                ErrorCode.STORE_WRONG_MODULE, path=str(path), reason=str(error)[:200]
            ) from error
        _loaded[path] = Softokn(library, cryptoki)
    return _loaded[path]


def default_directory(environment: Mapping[str, str], home: Path) -> Path:
    """Returns the folder in which this user's browsers keep their certificates.

    `~/.pki/nssdb` if it exists, else `$XDG_DATA_HOME/pki/nssdb` if that exists, else the first,
    yet to be created. Chromium looks in this order: creating the first when only the second exists
    would hide the user's certificates from Chromium.
    """
    classic = home / ".pki" / "nssdb"
    data_home = environment.get("XDG_DATA_HOME", "")
    base = Path(data_home) if Path(data_home).is_absolute() else home / ".local" / "share"
    modern = base / "pki" / "nssdb"
    return modern if modern.is_dir() and not classic.is_dir() else classic


@dataclass(frozen=True, slots=True)
class NssStore:
    """One NSS database folder (absolute), created on first `open` with an empty password."""

    softokn: Softokn
    directory: Path
    random_bytes: Callable[[int], bytes] = os.urandom

    @property
    def store_id(self) -> str:
        """`nss:` and the database's folder."""
        return f"nss:{self.directory}"

    @property
    def label(self) -> str:
        """The database's folder."""
        return str(self.directory)

    @property
    def destination(self) -> Destination:
        """Always PC."""
        return Destination.PC

    def availability(self) -> Available | Unavailable:
        """See CertificateStore.availability. A database not yet created is available."""
        if not self._exists():
            return Available(needs_pin=False)
        return token_availability(self._login)

    def certificates(self) -> Sequence[StoredCertificate]:
        """See CertificateStore.certificates. Empty if there is no database yet."""
        return list_certificates(self._login) if self._exists() else ()

    def unused_keys(self) -> Sequence[str]:
        """See CertificateStore.unused_keys. Empty if there is no database yet."""
        return list_unused_keys(self._login) if self._exists() else ()

    @contextmanager
    def open(self, pin: PinProvider) -> Iterator[StoreSession]:
        """See CertificateStore.open. Creates a missing database."""
        login = self._login
        self._prepare()
        with login.working(pin) as session:
            yield token_session(login, session, self.random_bytes)

    def _exists(self) -> bool:
        """Checked before reading, because opening a missing database would create it."""
        return (self.directory / _DATABASE).exists()

    def _prepare(self) -> None:
        """Creates the folder and database if missing and sets an empty password.

        Until a password is set, NSS refuses to write; the security officer, whose PIN is empty,
        sets it with C_InitPIN.
        """
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise CertclientError(
                ErrorCode.STORE_UNAVAILABLE, path=str(self.directory), reason=str(error)
            ) from error
        token = self._locate()
        if not token.flags & TokenFlag.USER_PIN_INITIALIZED:
            with (
                translated(self._login.probe, writing=True),
                token.open(rw=True, so_pin="") as session,
            ):
                session.init_pin("")

    @property
    def _login(self) -> TokenLogin:
        return TokenLogin(
            self.store_id, self.label, self._locate, self.softokn.cryptoki, database=True
        )

    def _locate(self) -> pkcs11.Token:
        slot_id = self.softokn.slot(self.directory)
        for slot in self.softokn.library.get_slots(token_present=True):
            if slot.slot_id == slot_id:
                return slot.get_token()
        raise CertclientError(ErrorCode.STORE_UNAVAILABLE, path=str(self.directory))
