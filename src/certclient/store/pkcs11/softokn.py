"""NSS's softokn: a PKCS#11 module that opens databases in slots of its own, on request."""

from __future__ import annotations

import ctypes
import os
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pkcs11
from pkcs11._pkcs11 import lib as python_pkcs11_library

from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.pkcs11.cryptoki import CKR_CRYPTOKI_ALREADY_INITIALIZED, CKR_OK, Cryptoki
from certclient.store.pkcs11.database_files import CERTIFICATES, unusable
from certclient.store.pkcs11.module import Library, verified_path

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
class Opening:
    """A database as softokn opens it; a read-only one is never changed, not even on opening."""

    directory: Path
    read_only: bool


@dataclass(frozen=True, slots=True)
class _Slot:
    slot_id: int
    database: tuple[int, int] | None


@dataclass(slots=True)
class Softokn:
    """The loaded softokn and the slots with the databases opened in them.

    `lock` is held while a slot is looked up and read, because another thread may need the slot for
    its own database. A database that is worked with for longer is pinned (`pinned`).
    """

    library: Library
    cryptoki: Cryptoki
    lock: threading.RLock = field(default_factory=threading.RLock)
    _slots: dict[Opening, _Slot] = field(default_factory=dict)
    _pins: Counter[Opening] = field(default_factory=Counter)

    def slot(self, opening: Opening) -> int:
        """Returns the slot with the database, opening it on first use.

        Reopens it if another file has replaced the database since (restored from a backup, say).
        When all slots are taken, reuses the one that was opened first and is not pinned.
        Raises CertclientError(STORE_UNAVAILABLE).
        """
        with self.lock:
            known = self._slots.get(opening)
            if known is None or known.database != _file_identity(opening.directory):
                slot_id = known.slot_id if known else self._free_slot(opening)
                self._slots.pop(opening, None)
                self._open_database(opening, slot_id)
                known = self._slots[opening] = _Slot(slot_id, _file_identity(opening.directory))
            return known.slot_id

    @contextmanager
    def pinned(self, opening: Opening) -> Iterator[None]:
        """Within the block, the database keeps its slot."""
        with self.lock:
            self._pins[opening] += 1
        try:
            yield
        finally:
            with self.lock:
                self._pins[opening] -= 1

    def _free_slot(self, opening: Opening) -> int:
        taken = {slot.slot_id for slot in self._slots.values()}
        for slot_id in _SLOTS:
            if slot_id not in taken:
                return slot_id
        for other in self._slots:
            if not self._pins[other]:
                return self._slots.pop(other).slot_id
        raise unusable(opening.directory, None, "too many open databases")

    def _open_database(self, opening: Opening, slot_id: int) -> None:
        session = self.cryptoki.open_session(_FIRST_SLOT)
        opened = session is not None and self.cryptoki.create_object(
            session, _CKO_NSS_NEWSLOT, _CKA_NSS_MODULE_SPEC, _specification(opening, slot_id)
        )
        self.cryptoki.close_all_sessions(_FIRST_SLOT)
        if not opened:
            raise unusable(opening.directory, None, "softokn: CKO_NSS_NEWSLOT")


def _specification(opening: Opening, slot_id: int) -> bytes:
    """Returns NSS's parameters for opening a database; quotes any folder's name.

    Three values lie inside each other, so the name is escaped three times. Source: NSS,
    utilpars.c (NSSUTIL_ArgFetchValue), sftkpars.c.
    """
    configdir = _quoted(b"sql:" + os.fsencode(opening.directory), b"''")
    flags = b"readOnly" if opening.read_only else b""
    parameters = (
        b"configdir=" + configdir + b" tokenDescription='certclient' certPrefix='' keyPrefix=''"
        b" flags=" + flags
    )
    slot = f"{slot_id:#x}=".encode() + _quoted(parameters, b"<>")
    return b"tokens=" + _quoted(slot, b"<>")


def _quoted(value: bytes, marks: bytes) -> bytes:
    r"""Puts `value` between two quotation marks; escapes backslashes and the closing mark."""
    opening, closing = marks[:1], marks[1:]
    escaped = value.replace(b"\\", b"\\\\").replace(closing, b"\\" + closing)
    return opening + escaped + closing


def _file_identity(directory: Path) -> tuple[int, int] | None:
    """Returns (device, inode) to detect a replaced database file; None if there is no file."""
    try:
        status = (directory / CERTIFICATES).stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


_loaded: dict[Path, Softokn] = {}
_loading = threading.Lock()


def load_softokn(places: Sequence[Path] = _SOFTOKN_PLACES) -> Softokn:
    """Loads the first softokn present in `places`, once per process.

    Raises CertclientError: STORE_MIDDLEWARE_MISSING, STORE_WRONG_MODULE, STORE_MODULE_NOT_ALLOWED.
    """
    present = [place for place in places if place.exists()]
    if not present:
        raise CertclientError(ErrorCode.STORE_MIDDLEWARE_MISSING, path=str(places[0]))
    path = verified_path(present[0])
    with _loading:
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
