"""Loading PKCS#11 modules: only vetted files, each once per process."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pkcs11
from pkcs11 import exceptions as p11

from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.pkcs11.architecture import mismatch
from certclient.store.pkcs11.cryptoki import Cryptoki

_loaded: dict[Path, Module] = {}


class Library(Protocol):
    """The part of python-pkcs11's `lib` that is used here."""

    def get_slots(self, token_present: bool = False) -> Sequence[pkcs11.Slot]: ...


@dataclass(frozen=True, slots=True)
class Module:
    """A loaded PKCS#11 module: python-pkcs11's view of it and the calls that it lacks."""

    path: Path
    library: Library
    cryptoki: Cryptoki

    def tokens(self) -> Iterator[pkcs11.Token]:
        """The tokens present now; each Token is a snapshot, its flags do not change later.

        A slot that fails meanwhile (a card being pulled) counts as empty. SoftHSM's always present
        free slot, uninitialised and without a serial number, is no token.
        """
        for slot in self.library.get_slots(token_present=True):
            try:
                token = slot.get_token()
            except (
                p11.TokenNotPresent,
                p11.TokenNotRecognised,
                p11.DeviceRemoved,
                p11.DeviceError,
                p11.SlotIDInvalid,
            ):
                continue
            if token.serial or token.flags & pkcs11.TokenFlag.TOKEN_INITIALIZED:
                yield token


def load_module(path: Path, allowed: Collection[Path]) -> Module:
    """Loads the module at `path`, an absolute path that must be in `allowed`.

    Raises CertclientError: STORE_MODULE_NOT_ALLOWED (relative, on another computer, not in
    `allowed`, or somebody else than root and this user could replace it), STORE_MIDDLEWARE_MISSING
    (no such file), STORE_MODULE_ARCHITECTURE (for 32-bit programs, say), STORE_WRONG_MODULE (not a
    library, not PKCS#11). data: path, reason.
    """
    if not path.is_absolute() or path.drive.startswith("\\\\") or path not in allowed:
        raise _refused(path, "not an absolute path on the list of allowed modules")
    real = vetted(path)
    if real not in _loaded:
        _loaded[real] = _load(real)
    return _loaded[real]


def vetted(path: Path) -> Path:
    """The real path behind `path` if nobody else can change what would be loaded.

    Checks the file and every folder above it, before and behind symbolic links. On Windows the
    folders that hold middleware are closed to users already. Raises as `load_module`.
    """
    try:
        real = path.resolve(strict=True)
    except OSError as error:
        raise CertclientError(ErrorCode.STORE_MIDDLEWARE_MISSING, path=str(path)) from error
    if not real.is_file():
        raise _wrong(path, "not a file")
    for place in {real, *real.parents, *path.parents}:
        _require_ours(path, place)
    return real


def _require_ours(path: Path, place: Path) -> None:
    """Owner is root or this user; nobody else may write, or (sticky, /tmp) only add files.

    Windows has access lists instead; there the list of allowed paths decides alone.
    """
    if sys.platform == "win32":
        return
    status = place.stat()
    writable = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    sticky = stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_ISVTX
    if status.st_uid not in (0, os.geteuid()) or (writable and not sticky):
        raise _refused(path, f"other users may change {place}")


def _load(path: Path) -> Module:
    try:
        if reason := mismatch(path, Path(sys.executable)):
            raise CertclientError(
                ErrorCode.STORE_MODULE_ARCHITECTURE, path=str(path), reason=reason
            )
        # First, since python-pkcs11 crashes on a library without C_GetFunctionList.
        cryptoki = Cryptoki(path)
        library = pkcs11.lib(str(path))
    except (OSError, AttributeError, pkcs11.PKCS11Error) as error:
        raise _wrong(path, str(error)[:200]) from error
    return Module(path=path, library=library, cryptoki=cryptoki)


def _refused(path: Path, reason: str) -> CertclientError:
    return CertclientError(ErrorCode.STORE_MODULE_NOT_ALLOWED, path=str(path), reason=reason)


def _wrong(path: Path, reason: str) -> CertclientError:
    return CertclientError(ErrorCode.STORE_WRONG_MODULE, path=str(path), reason=reason)
