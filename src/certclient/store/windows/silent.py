"""Tests whether a key signs without a prompt by signing with prompts disabled."""

from __future__ import annotations

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import SignatureAlgorithm, request_algorithm
from certclient.platform.windows_dll import WindowsCallError
from certclient.store.windows import capi, cng
from certclient.store.windows import declarations as w
from certclient.store.windows.container import Container
from certclient.store.windows.schemes import SCHEMES

_REQUIRES_UI = frozenset(
    {
        0x80090022,  # NTE_SILENT_CONTEXT
        0x8009002E,  # NTE_UI_REQUIRED
    }
)
_OF_CAPI = SCHEMES[SignatureAlgorithm.RSA_PKCS1_SHA256]
_DATA = b"certclient asks whether this key asks"


def try_to_sign(place: Container) -> None:
    """Makes a test signature with the key and discards it; shows no window.

    Raises KEY_PROTECTED if Windows would have prompted (セキュリティ レベル「中」「高」),
    PIN_REQUIRED for a key outside Microsoft's software providers and the TPM (on a card),
    KEY_UNSUPPORTED for a key that is neither RSA nor EC, and WindowsCallError for anything else.
    """
    if not place.in_software:
        raise CertclientError(ErrorCode.PIN_REQUIRED, token=place.provider)
    try:
        if place.is_cng:
            with cng.key(place) as key:
                scheme = SCHEMES[request_algorithm(cng.spki_of(key))]
                cng.sign(key, scheme, _DATA, w.NCRYPT_SILENT_FLAG)
        else:
            with capi.provider(place, w.CRYPT_SILENT) as handle:
                capi.sign(handle, place.key_spec, _OF_CAPI, _DATA)
    except WindowsCallError as error:
        if error.code in _REQUIRES_UI:
            raise CertclientError(ErrorCode.KEY_PROTECTED) from error
        raise
