"""The only place that maps python-pkcs11's exceptions to certclient's error codes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import pkcs11
from pkcs11 import exceptions as p11

from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.pkcs11.ckr import ckr_name
from certclient.store.pkcs11.database_problem import Problem

ROOM_FOR_ONE_OBJECT = 4096
"""Bytes. A token with less free memory than this is reported as full."""

_CODES: dict[type[pkcs11.PKCS11Error], ErrorCode] = {
    p11.DeviceRemoved: ErrorCode.TOKEN_REMOVED,
    p11.TokenNotPresent: ErrorCode.TOKEN_REMOVED,
    p11.SessionHandleInvalid: ErrorCode.TOKEN_REMOVED,
    p11.SessionClosed: ErrorCode.TOKEN_REMOVED,
    p11.ObjectHandleInvalid: ErrorCode.TOKEN_REMOVED,
    p11.KeyHandleInvalid: ErrorCode.TOKEN_REMOVED,
    p11.SlotIDInvalid: ErrorCode.TOKEN_REMOVED,
    p11.NoSuchToken: ErrorCode.TOKEN_MISSING,
    p11.TokenWriteProtected: ErrorCode.TOKEN_WRITE_PROTECTED,
    p11.SessionReadOnly: ErrorCode.TOKEN_WRITE_PROTECTED,
    p11.UserPinNotInitialized: ErrorCode.TOKEN_NOT_INITIALISED,
    p11.PinExpired: ErrorCode.PIN_EXPIRED,
    p11.TokenNotRecognised: ErrorCode.TOKEN_NOT_INITIALISED,
    p11.PinIncorrect: ErrorCode.PIN_INCORRECT,
    p11.PinInvalid: ErrorCode.PIN_INCORRECT,
    p11.PinLenRange: ErrorCode.PIN_INCORRECT,
    p11.PinLocked: ErrorCode.PIN_LOCKED,
    p11.UserNotLoggedIn: ErrorCode.PIN_REQUIRED,
    p11.NoSuchKey: ErrorCode.KEY_NOT_FOUND,
    p11.MechanismInvalid: ErrorCode.KEY_UNSUPPORTED,
    p11.MechanismParamInvalid: ErrorCode.KEY_UNSUPPORTED,
    p11.KeySizeRange: ErrorCode.KEY_UNSUPPORTED,
    p11.KeyTypeInconsistent: ErrorCode.KEY_UNSUPPORTED,
    p11.FunctionNotSupported: ErrorCode.KEY_UNSUPPORTED,
    p11.TemplateInconsistent: ErrorCode.KEY_UNSUPPORTED,
    p11.TemplateIncomplete: ErrorCode.KEY_UNSUPPORTED,
    p11.AttributeTypeInvalid: ErrorCode.KEY_UNSUPPORTED,
    p11.AttributeValueInvalid: ErrorCode.KEY_UNSUPPORTED,
    p11.AttributeReadOnly: ErrorCode.KEY_UNSUPPORTED,
}
"""Other exceptions are ambiguous (GeneralError, DeviceError, FunctionFailed, vendor codes); for
these, `error_code` checks whether the token is still present."""


_OF_TOKENS = frozenset(
    {
        ErrorCode.TOKEN_MISSING,
        ErrorCode.TOKEN_REMOVED,
        ErrorCode.TOKEN_FULL,
        ErrorCode.TOKEN_WRITE_PROTECTED,
        ErrorCode.TOKEN_NOT_INITIALISED,
        ErrorCode.TOKEN_FAILED,
    }
)
"""Codes for USB tokens only: a database cannot be unplugged or plugged in again."""


_OF_DATABASES = {
    ErrorCode.PIN_REQUIRED: ErrorCode.PASSWORD_REQUIRED,
    ErrorCode.PIN_INCORRECT: ErrorCode.PASSWORD_INCORRECT,
}


class TokenProbe(Protocol):
    """Diagnoses the token's state after an ambiguous error."""

    @property
    def label(self) -> str:
        """The token's label, or the folder of a database; appears in error data."""
        ...

    @property
    def database(self) -> bool:
        """Whether this is a database on this computer (NSS) rather than a token."""
        ...

    def present(self) -> bool:
        """Returns whether the token can be found now."""
        ...

    def free_memory(self) -> int | None:
        """Returns the free memory in bytes, or None if the token does not report it."""
        ...


def error_code(error: pkcs11.PKCS11Error, probe: TokenProbe, *, writing: bool) -> ErrorCode:
    """Returns the stable code for an exception of python-pkcs11.

    `writing`: an object was being created. A full token raises DeviceMemory, or only FunctionFailed
    (measured with SoftHSM) or GeneralError (OpenSC); most tokens do not report their free memory.
    NSS, which accepts our templates, raises TemplateIncomplete if the disk takes nothing.
    """
    if writing and probe.database and isinstance(error, p11.TemplateIncomplete):
        return ErrorCode.TOKEN_FAILED
    known = _CODES.get(type(error))
    if known is not None:
        return known
    if not probe.present():
        return ErrorCode.TOKEN_REMOVED
    if isinstance(error, p11.DeviceMemory):
        return ErrorCode.TOKEN_FULL
    if writing and isinstance(error, _OF_FULL_TOKENS) and _is_probably_full(probe):
        return ErrorCode.TOKEN_FULL
    return ErrorCode.TOKEN_FAILED


_OF_FULL_TOKENS = (p11.FunctionFailed, p11.GeneralError)
"""What some modules return for CKR_DEVICE_MEMORY (SoftHSM; OpenSC)."""


def _is_probably_full(probe: TokenProbe) -> bool:
    free = probe.free_memory()
    return free is None or free < ROOM_FOR_ONE_OBJECT


def is_certain(error: pkcs11.PKCS11Error, probe: TokenProbe) -> bool:
    """Whether an error that `error_code` takes for a full token can have no other cause."""
    return isinstance(error, p11.DeviceMemory) or probe.free_memory() is not None


@contextmanager
def translated(probe: TokenProbe, *, writing: bool = False) -> Iterator[None]:
    """Converts every PKCS11Error raised in the block into the matching CertclientError.

    For a database, codes that only apply to tokens become STORE_UNAVAILABLE.
    """
    try:
        yield
    except pkcs11.PKCS11Error as error:
        code = error_code(error, probe, writing=writing)
        raise with_store_kind(code, probe, reason=ckr_name(error)) from error
    except CertclientError as error:
        if probe.database and error.code in _OF_TOKENS:
            raise with_store_kind(error.code, probe, reason=error.data.get("reason", "")) from error
        raise


def with_store_kind(code: ErrorCode, probe: TokenProbe, **data: str) -> CertclientError:
    """Returns a CertclientError with `code`, adapted to a token or a database.

    A token error carries its label as data `token`. For a database, token codes become
    STORE_UNAVAILABLE and PIN_… codes become PASSWORD_…, both with the folder as data `path`;
    `problem` says that a database can only be read.
    """
    if not probe.database:
        return CertclientError(code, token=probe.label, **data)
    if code is ErrorCode.TOKEN_WRITE_PROTECTED:
        data = {**data, "problem": Problem.READ_ONLY.value}
    if code in _OF_TOKENS:
        return CertclientError(ErrorCode.STORE_UNAVAILABLE, path=probe.label, **data)
    if code in _OF_DATABASES:
        return CertclientError(_OF_DATABASES[code], path=probe.label)
    return CertclientError(code, token=probe.label, **data)
