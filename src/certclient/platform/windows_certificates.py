"""CERT_CONTEXT (wincrypt.h), as far as both the certificate store and WinHTTP need it."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from ctypes import POINTER, c_ubyte, c_void_p
from ctypes.wintypes import BOOL, DWORD
from typing import Any

from certclient.platform.windows_dll import WindowsCallError, declare, load, not_zero

CRYPT_E_NOT_FOUND = 0x80092004
ERROR_NO_MORE_ITEMS = 259
_ERROR_NO_MORE_FILES = 18
END_OF_LIST = frozenset({CRYPT_E_NOT_FOUND, ERROR_NO_MORE_ITEMS, _ERROR_NO_MORE_FILES})
"""Codes for which no (further) certificate matches."""


class CertContext(ctypes.Structure):
    """CERT_CONTEXT."""

    _fields_ = (
        ("encoding", DWORD),
        ("encoded", POINTER(c_ubyte)),
        ("encoded_length", DWORD),
        ("info", c_void_p),
        ("store", c_void_p),
    )


CertContextPointer = POINTER(CertContext)

_crypt32 = load("crypt32.dll")
_enum_certificates_in_store = declare(
    _crypt32,
    "CertEnumCertificatesInStore",
    not_zero,
    CertContextPointer,
    c_void_p,
    CertContextPointer,
)
free_certificate_context = declare(
    _crypt32, "CertFreeCertificateContext", not_zero, BOOL, CertContextPointer
)


def encoded(context: Any) -> bytes:
    """Returns the DER bytes of a PCCERT_CONTEXT."""
    contents = context.contents
    return ctypes.string_at(contents.encoded, contents.encoded_length)


def contexts(store: int) -> Iterator[Any]:
    """Yields each PCCERT_CONTEXT of an HCERTSTORE, valid until the next one.

    Raises WindowsCallError.
    """
    context = None
    try:
        while True:
            # The call frees the context passed in, even on failure: do not free it again.
            previous, context = context, None
            context = _enum_certificates_in_store(store, previous)
            yield context
    except WindowsCallError as error:
        if error.code not in END_OF_LIST:
            raise
    finally:
        if context is not None:
            free_certificate_context(context)
