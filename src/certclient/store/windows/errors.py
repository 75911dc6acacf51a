"""The only place that maps Windows' error codes to certclient's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.windows_dll import WindowsCallError, system_text

ERROR_ACCESS_DENIED = 5
ERROR_CANCELLED = 1223
NTE_BAD_SIGNATURE = 0x80090006
NTE_BAD_KEY_STATE = 0x8009000B
NTE_NO_KEY = 0x8009000D
NTE_EXISTS = 0x8009000F
NTE_PERM = 0x80090010
NTE_NOT_FOUND = 0x80090011
NTE_BAD_KEYSET = 0x80090016
NTE_PROV_TYPE_NOT_DEF = 0x80090017
NTE_KEYSET_NOT_DEF = 0x80090019
NTE_KEYSET_ENTRY_BAD = 0x8009001A
NTE_NOT_SUPPORTED = 0x80090029
NTE_DEVICE_NOT_READY = 0x80090030

NO_SUCH_KEY = frozenset({NTE_NO_KEY, NTE_NOT_FOUND, NTE_BAD_KEYSET})
"""The container, or the key in it, does not exist."""

_NO_DEVICE = frozenset(
    {
        NTE_DEVICE_NOT_READY,  # no TPM
        0x80090035,  # NTE_DEVICE_NOT_FOUND: the same from other providers
    }
)
_NO_PROVIDER = frozenset(
    {
        NTE_PROV_TYPE_NOT_DEF,
        NTE_KEYSET_NOT_DEF,
        NTE_NOT_SUPPORTED,
        0x8009001D,  # NTE_PROVIDER_DLL_FAIL
        0x8009001E,  # NTE_PROV_DLL_NOT_FOUND
    }
)
_TPM_FACILITIES = frozenset({0x8028, 0x8029})
"""High words of the error codes of the TPM, its base services and its provider (winerror.h)."""


def no_provider(code: int) -> bool:
    """Returns whether `code` means that the provider cannot be used.

    It is not registered, cannot be loaded, has no TPM, or cannot persist keys (like Wine's).
    """
    return code in _NO_PROVIDER or device_failed(code)


def device_failed(code: int) -> bool:
    """Returns whether `code` means that the provider's TPM is missing or does not respond."""
    return code in _NO_DEVICE or code >> 16 in _TPM_FACILITIES


_CODES: dict[int, ErrorCode] = {
    **dict.fromkeys(NO_SUCH_KEY, ErrorCode.KEY_NOT_FOUND),
    # The DPAPI master key was lost (a forced password reset): the key is listed but unusable.
    NTE_BAD_KEY_STATE: ErrorCode.KEY_SELF_TEST_FAILED,
    NTE_KEYSET_ENTRY_BAD: ErrorCode.KEY_SELF_TEST_FAILED,
    0x8009002C: ErrorCode.KEY_SELF_TEST_FAILED,  # NTE_DECRYPTION_FAILURE
    # The system or a policy denies access.
    ERROR_ACCESS_DENIED: ErrorCode.STORE_UNAVAILABLE,
    0x80070005: ErrorCode.STORE_UNAVAILABLE,
    NTE_PERM: ErrorCode.STORE_UNAVAILABLE,
    NTE_PROV_TYPE_NOT_DEF: ErrorCode.STORE_UNAVAILABLE,
    NTE_KEYSET_NOT_DEF: ErrorCode.STORE_UNAVAILABLE,
    # The user declined Windows' own prompt for the key.
    ERROR_CANCELLED: ErrorCode.CONSENT_REFUSED,
    0x800704C7: ErrorCode.CONSENT_REFUSED,
    0x80090036: ErrorCode.CONSENT_REFUSED,  # NTE_USER_CANCELLED
    0x8010006E: ErrorCode.CONSENT_REFUSED,  # SCARD_W_CANCELLED_BY_USER
    # The provider does not support an algorithm, length or flag.
    0x80090004: ErrorCode.KEY_UNSUPPORTED,  # NTE_BAD_LEN
    0x80090008: ErrorCode.KEY_UNSUPPORTED,  # NTE_BAD_ALGID
    0x80090009: ErrorCode.KEY_UNSUPPORTED,  # NTE_BAD_FLAGS
    0x8009000A: ErrorCode.KEY_UNSUPPORTED,  # NTE_BAD_TYPE: not an RSA key
    NTE_EXISTS: ErrorCode.KEY_UNSUPPORTED,
    0x80090027: ErrorCode.KEY_UNSUPPORTED,  # NTE_INVALID_PARAMETER
    NTE_NOT_SUPPORTED: ErrorCode.KEY_UNSUPPORTED,
    # Smart cards: Windows shows their certificates in MY while they are in the reader.
    0x80090023: ErrorCode.TOKEN_FULL,  # NTE_TOKEN_KEYSET_STORAGE_FULL
    0x80100023: ErrorCode.TOKEN_FULL,  # SCARD_E_WRITE_TOO_MANY
    0x8010000C: ErrorCode.TOKEN_MISSING,  # SCARD_E_NO_SMARTCARD
    0x8010002E: ErrorCode.TOKEN_MISSING,  # SCARD_E_NO_READERS_AVAILABLE
    0x80100069: ErrorCode.TOKEN_REMOVED,  # SCARD_W_REMOVED_CARD
    0x8010006B: ErrorCode.PIN_INCORRECT,  # SCARD_W_WRONG_CHV
    0x8010006C: ErrorCode.PIN_LOCKED,  # SCARD_W_CHV_BLOCKED
    0x8010001D: ErrorCode.SMART_CARD_SERVICE,  # SCARD_E_NO_SERVICE
    0x8010001E: ErrorCode.SMART_CARD_SERVICE,  # SCARD_E_SERVICE_STOPPED
}
"""winerror.h. Any other code becomes STORE_UNAVAILABLE with Windows' own message."""


def as_certclient_error(error: WindowsCallError) -> CertclientError:
    """Returns the stable code for a failed call; data `reason` is Windows' message and code."""
    code = _CODES.get(error.code, ErrorCode.STORE_UNAVAILABLE)
    reason = f"{system_text(error.code)} ({error.function} {error.code:#010x})".strip()
    return CertclientError(code, path="Windows", token="Windows", reason=reason)  # noqa: S106


def name_taken(container: str) -> CertclientError:
    """Returns KEY_NAME_TAKEN: another program's key already uses this container name."""
    return CertclientError(ErrorCode.KEY_NAME_TAKEN, name=container)


@contextmanager
def translated() -> Iterator[None]:
    """Converts every WindowsCallError raised in the block into the matching CertclientError."""
    try:
        yield
    except WindowsCallError as error:
        raise as_certclient_error(error) from error
