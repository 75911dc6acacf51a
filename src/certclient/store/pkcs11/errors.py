"""The one boundary between python-pkcs11's exceptions and certclient's error codes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import pkcs11
from pkcs11 import exceptions as p11

from certclient.model.errors import CertclientError, ErrorCode

_ROOM_FOR_ONE_OBJECT = 4096
"""Bytes: a token with less free memory than this is called full."""

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
    p11.PinExpired: ErrorCode.TOKEN_NOT_INITIALISED,
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
"""What is not named here says little (GeneralError, DeviceError, FunctionFailed, a vendor's own):
then the token is asked whether it is still there."""


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
"""What is told of a USB token only: nobody can pull out a database or plug it in again."""


_OF_DATABASES = {
    ErrorCode.PIN_REQUIRED: ErrorCode.PASSWORD_REQUIRED,
    ErrorCode.PIN_INCORRECT: ErrorCode.PASSWORD_INCORRECT,
}


class Witness(Protocol):
    """Who can tell what became of the token after an error that does not say."""

    @property
    def label(self) -> str: ...

    @property
    def database(self) -> bool:
        """Whether it is no token but files on this computer (NSS), named by their folder."""
        ...

    def present(self) -> bool:
        """Whether the token can be found now."""
        ...

    def free_memory(self) -> int | None:
        """Bytes free on the token, None where it does not say."""
        ...


def error_code(error: pkcs11.PKCS11Error, witness: Witness, *, writing: bool) -> ErrorCode:
    """The stable code for an exception of python-pkcs11.

    `writing`: an object was being made; a token that is full says DeviceMemory or just
    FunctionFailed (measured on SoftHSM), and most tokens do not tell their free memory.
    """
    known = _CODES.get(type(error))
    if known is not None:
        return known
    if not witness.present():
        return ErrorCode.TOKEN_REMOVED
    if isinstance(error, p11.DeviceMemory):
        return ErrorCode.TOKEN_FULL
    if writing and isinstance(error, p11.FunctionFailed) and _looks_full(witness):
        return ErrorCode.TOKEN_FULL
    return ErrorCode.TOKEN_FAILED


def _looks_full(witness: Witness) -> bool:
    free = witness.free_memory()
    return free is None or free < _ROOM_FOR_ONE_OBJECT


@contextmanager
def translated(witness: Witness, *, writing: bool = False) -> Iterator[None]:
    """Turns every PKCS11Error raised inside into the CertclientError that names it.

    Of a database STORE_UNAVAILABLE is said wherever a code speaks of a token.
    """
    try:
        yield
    except pkcs11.PKCS11Error as error:
        code = error_code(error, witness, writing=writing)
        raise told(code, witness, reason=type(error).__name__) from error
    except CertclientError as error:
        if witness.database and error.code in _OF_TOKENS:
            raise told(error.code, witness, reason=error.data.get("reason", "")) from error
        raise


def told(code: ErrorCode, witness: Witness, **data: str) -> CertclientError:
    """The error in the words of what it is about: a token with a PIN, or a database, which may have
    a master password."""
    if not witness.database:
        return CertclientError(code, token=witness.label, **data)
    if code in _OF_TOKENS:
        return CertclientError(ErrorCode.STORE_UNAVAILABLE, path=witness.label, **data)
    if code in _OF_DATABASES:
        return CertclientError(_OF_DATABASES[code], path=witness.label)
    return CertclientError(code, token=witness.label, **data)
