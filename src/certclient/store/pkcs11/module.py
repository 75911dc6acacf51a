"""Loads PKCS#11 modules: vetted files only, each at most once per process."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pkcs11
from pkcs11._pkcs11 import lib as python_pkcs11_library

from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.trusted_paths import exposed_place
from certclient.store.pkcs11.architecture import cut_short, mismatch
from certclient.store.pkcs11.ckr import ckr_name, ckr_number
from certclient.store.pkcs11.cryptoki import CKR_CRYPTOKI_ALREADY_INITIALIZED, Cryptoki
from certclient.store.pkcs11.middleware import does_not_start, is_softokn, softokn_named

_loaded: dict[Path, Module] = {}


class Library(Protocol):
    """The part of python-pkcs11's `lib` that this program uses."""

    @property
    def library_version(self) -> tuple[int, int]:
        """The module's own version."""
        ...

    def get_slots(self, token_present: bool = False) -> Sequence[pkcs11.Slot]:
        """Returns all slots, or only those with a token. Raises pkcs11.PKCS11Error."""
        ...


@dataclass(frozen=True, slots=True)
class Module:
    """A loaded PKCS#11 module: python-pkcs11's `lib` and the calls that it lacks."""

    path: Path
    library: Library
    cryptoki: Cryptoki

    def tokens(self) -> Iterator[pkcs11.Token]:
        """Yields the tokens present now. Each Token is a snapshot whose flags never change.

        Skips slots that fail (a card being removed, or one that the module does not know) and
        SoftHSM's permanent free slot, which holds an uninitialised token without a serial number.
        Raises pkcs11.PKCS11Error.
        """
        for slot in self.library.get_slots(token_present=True):
            try:
                token = slot.get_token()
            except pkcs11.PKCS11Error:
                continue
            if token.serial or token.flags & pkcs11.TokenFlag.TOKEN_INITIALIZED:
                yield token


def load_module(path: Path, allowed: Collection[Path]) -> Module:
    """Loads the module at `path`, an absolute path that must be in `allowed`.

    Raises CertclientError: STORE_MODULE_NOT_ALLOWED (relative, a UNC path, not in `allowed`, or
    replaceable by users other than root and this one), STORE_MIDDLEWARE_MISSING (no such file),
    STORE_MODULE_ARCHITECTURE (a 32-bit DLL, say), STORE_WRONG_MODULE (not a library, or not
    PKCS#11), STORE_MODULE_START (C_Initialize fails: a service does not run, say). data: path,
    reason.
    """
    if not path.is_absolute() or path.drive.startswith("\\\\") or path not in allowed:
        raise _refused(path, "not an absolute path on the list of allowed modules")
    real = verified_path(path)
    if real not in _loaded:
        _loaded[real] = _load(real)
    return _loaded[real]


def verified_path(path: Path) -> Path:
    """Resolves `path` after checking that no other user can change what would be loaded.

    Checks the file, every folder above it and every link on the way (`trusted_paths`). On Windows
    it only checks that the file exists: the folders that hold middleware are not writable by users.
    Raises STORE_MIDDLEWARE_MISSING, STORE_WRONG_MODULE, STORE_MODULE_NOT_ALLOWED.
    """
    try:
        real = path.resolve(strict=True)
    except OSError as error:
        raise CertclientError(ErrorCode.STORE_MIDDLEWARE_MISSING, path=str(path)) from error
    if not real.is_file():
        raise _wrong(path, "not a file")
    _require_trusted_owners(path)
    return real


def _require_trusted_owners(path: Path) -> None:
    """Requires that nobody but root and this user can replace anything on the way to `path`.

    Windows uses access lists instead of modes; there, the list of allowed paths is the only check.
    """
    if sys.platform == "win32":
        return
    if exposed := exposed_place(path, {0, os.geteuid()}):
        raise _refused(path, f"other users may change {exposed.path}")


def _load(path: Path) -> Module:
    if is_softokn(path):
        raise softokn_named(path)
    try:
        if reason := mismatch(path, Path(sys.executable)):
            raise CertclientError(
                ErrorCode.STORE_MODULE_ARCHITECTURE, path=str(path), reason=reason
            )
        if reason := cut_short(path):
            raise _wrong(path, reason)
        # Must come first: python-pkcs11 crashes on a library without C_GetFunctionList.
        cryptoki = Cryptoki(path)
    except (OSError, AttributeError) as error:
        raise _wrong(path, str(error)[:200]) from error
    library = _started(path)
    cryptoki.join()
    return Module(path=path, library=library, cryptoki=cryptoki)


def _started(path: Path) -> Library:
    """Raises STORE_MODULE_START."""
    try:
        try:
            return pkcs11.lib(str(path))
        except pkcs11.PKCS11Error as error:
            if ckr_number(error) != CKR_CRYPTOKI_ALREADY_INITIALIZED:
                raise
            return _SharedLibrary(str(path))
    except pkcs11.PKCS11Error as error:
        raise does_not_start(path, ckr_name(error)) from error


class _SharedLibrary(python_pkcs11_library):
    """python-pkcs11's library for a module that other code of this process has initialised.

    p11-kit's proxy initialises its modules, and one of them may be in the profile as well. Whoever
    initialised it finalises it.
    """

    def initialize(self) -> None:
        """Does nothing."""


# As for softokn's library.
ctypes.pythonapi.Py_IncRef(ctypes.py_object(_SharedLibrary))


def _refused(path: Path, reason: str) -> CertclientError:
    return CertclientError(ErrorCode.STORE_MODULE_NOT_ALLOWED, path=str(path), reason=reason)


def _wrong(path: Path, reason: str) -> CertclientError:
    return CertclientError(ErrorCode.STORE_WRONG_MODULE, path=str(path), reason=reason)
