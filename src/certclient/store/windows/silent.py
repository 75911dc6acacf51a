"""Whether a key signs without Windows asking its user: tried, with the question forbidden."""

from __future__ import annotations

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import SignatureAlgorithm
from certclient.platform.windows_dll import WindowsCallError
from certclient.store.windows import capi, cng
from certclient.store.windows import declarations as w
from certclient.store.windows.container import Container
from certclient.store.windows.rsa import SCHEMES

_WOULD_ASK = frozenset(
    {
        0x80090022,  # NTE_SILENT_CONTEXT
        0x8009002E,  # NTE_UI_REQUIRED
    }
)
_SCHEME = SCHEMES[SignatureAlgorithm.RSA_PKCS1_SHA256]
_DATA = b"certclient asks whether this key asks"


def try_to_sign(place: Container) -> None:
    """Signs something with the key and forgets it; shows no window.

    Raises KEY_PROTECTED where Windows would have asked (セキュリティ レベル「中」「高」),
    PIN_REQUIRED for a key that is not in this user's profile (a card), else WindowsCallError.
    """
    if not place.in_software:
        raise CertclientError(ErrorCode.PIN_REQUIRED, token=place.provider)
    try:
        if place.is_cng:
            with cng.key(place) as key:
                cng.sign(key, _SCHEME, _DATA, w.NCRYPT_SILENT_FLAG)
        else:
            with capi.provider(place, w.CRYPT_SILENT) as handle:
                capi.sign(handle, place.key_spec, _SCHEME, _DATA)
    except WindowsCallError as error:
        if error.code in _WOULD_ASK:
            raise CertclientError(ErrorCode.KEY_PROTECTED) from error
        raise
