"""The functions and constants of GnuTLS (gnutls.h, abstract.h) that are used, by ctypes.

The library is the system's, so that its security updates are the system's, too. All of it has been
in GnuTLS since 3.6.14 (2020), which every supported distribution has.
"""

from __future__ import annotations

import ctypes
from ctypes import (
    CFUNCTYPE,
    POINTER,
    c_char_p,
    c_int,
    c_size_t,
    c_ssize_t,
    c_uint,
    c_void_p,
)
from functools import cache
from typing import Any

_SONAME = "libgnutls.so.30"
"""In a variable: PyInstaller would take a literal for a library to pack."""
_OLDEST = b"3.6.14"

CLIENT = 1 << 1
NO_SIGNAL = 1 << 6
FORCE_CLIENT_CERTIFICATE = 1 << 9
"""Whatever issuers the server names: only the server decides."""
NO_TICKETS = 1 << 10
POST_HANDSHAKE_AUTH = 1 << 14

CREDENTIALS_CERTIFICATE = 1
DER = 0
PEM = 1
NAME_DNS = 1
SKIP_KEY_MATCH = 1
"""Else GnuTLS makes a trial signature: a token might ask for its PIN."""

DATA_HOST_NAME = 1
DATA_KEY_PURPOSE = 2
SERVER_PURPOSE = b"1.3.6.1.5.5.7.3.1"

PUBLIC_KEY_RSA = 1
PUBLIC_KEY_EC = 4

INFO_ALGORITHM = 1 << 0
INFO_HAS_SIGNATURE = 1 << 2
INFO_BITS = 1 << 3
INFO_SIGNATURE_SHIFT = 20

E_FATAL_ALERT_RECEIVED = -12
E_WARNING_ALERT_RECEIVED = -16
E_AGAIN = -28
E_REHANDSHAKE = -37
E_GOT_APPLICATION_DATA = -38
E_CERTIFICATE_ERROR = -43
E_INTERRUPTED = -52
E_PUSH_ERROR = -53
E_PULL_ERROR = -54
E_PREMATURE_TERMINATION = -110
E_USER_ERROR = -320
E_REAUTH_REQUEST = -424

STATUS_SIGNER_NOT_FOUND = 1 << 6
STATUS_NOT_ACTIVATED = 1 << 9
STATUS_EXPIRED = 1 << 10
STATUS_UNEXPECTED_OWNER = 1 << 14
STATUS_PURPOSE_MISMATCH = 1 << 18


class Datum(ctypes.Structure):
    """gnutls_datum_t."""

    _fields_ = (("data", c_void_p), ("size", c_uint))


class TypedData(ctypes.Structure):
    """gnutls_typed_vdata_st."""

    _fields_ = (("type", c_int), ("data", c_char_p), ("size", c_uint))


class Pcert(ctypes.Structure):
    """gnutls_pcert_st."""

    _fields_ = (("public_key", c_void_p), ("certificate", Datum), ("type", c_int))


Push = CFUNCTYPE(c_ssize_t, c_void_p, c_void_p, c_size_t)
Pull = CFUNCTYPE(c_ssize_t, c_void_p, c_void_p, c_size_t)
PullTimeout = CFUNCTYPE(c_int, c_void_p, c_uint)
VerifyCallback = CFUNCTYPE(c_int, c_void_p)
SignCallback = CFUNCTYPE(c_int, c_void_p, c_int, c_void_p, c_uint, POINTER(Datum), POINTER(Datum))
InfoCallback = CFUNCTYPE(c_int, c_void_p, c_uint, c_void_p)
_Malloc = CFUNCTYPE(c_void_p, c_size_t)

_handle_out, _size_out, _data = POINTER(c_void_p), POINTER(c_uint), POINTER(Datum)
_FUNCTIONS: dict[str, Any] = {
    "init": (_handle_out, c_uint),
    "deinit": (c_void_p,),
    "priority_set_direct": (c_void_p, c_char_p, c_void_p),
    "credentials_set": (c_void_p, c_int, c_void_p),
    "server_name_set": (c_void_p, c_int, c_char_p, c_size_t),
    "transport_set_ptr": (c_void_p, c_void_p),
    "transport_set_push_function": (c_void_p, Push),
    "transport_set_pull_function": (c_void_p, Pull),
    "transport_set_pull_timeout_function": (c_void_p, PullTimeout),
    "transport_set_errno": (c_void_p, c_int),
    "handshake": (c_void_p,),
    "reauth": (c_void_p, c_uint),
    "record_recv": (c_void_p, c_void_p, c_size_t),
    "record_send": (c_void_p, c_char_p, c_size_t),
    "alert_get": (c_void_p,),
    "certificate_allocate_credentials": (_handle_out,),
    "certificate_free_credentials": (c_void_p,),
    "certificate_set_flags": (c_void_p, c_uint),
    "certificate_set_verify_function": (c_void_p, VerifyCallback),
    "certificate_set_x509_trust_mem": (c_void_p, _data, c_int),
    "certificate_set_x509_trust_file": (c_void_p, c_char_p, c_int),
    "certificate_set_x509_trust_dir": (c_void_p, c_char_p, c_int),
    "certificate_set_key": (c_void_p, c_void_p, c_int, POINTER(Pcert), c_int, c_void_p),
    "certificate_get_peers": (c_void_p, _size_out),
    "certificate_verify_peers": (c_void_p, POINTER(TypedData), c_uint, _size_out),
    "certificate_client_get_request_status": (c_void_p,),
    "pcert_import_x509_raw": (POINTER(Pcert), _data, c_int, c_uint),
    "pcert_deinit": (POINTER(Pcert),),
    "privkey_init": (_handle_out,),
    "privkey_deinit": (c_void_p,),
    "privkey_import_ext4": (
        c_void_p, c_void_p, c_void_p, SignCallback, c_void_p, c_void_p, InfoCallback, c_uint,
    ),
    "sign_get_id": (c_char_p,),
    "strerror": (c_int,),
    "alert_get_name": (c_int,),
    "check_version": (c_char_p,),
}  # fmt: skip
_RESULTS = {
    "deinit": None,
    "transport_set_ptr": None,
    "transport_set_push_function": None,
    "transport_set_pull_function": None,
    "transport_set_pull_timeout_function": None,
    "transport_set_errno": None,
    "record_recv": c_ssize_t,
    "record_send": c_ssize_t,
    "certificate_free_credentials": None,
    "certificate_set_flags": None,
    "certificate_set_verify_function": None,
    "certificate_get_peers": POINTER(Datum),
    "pcert_deinit": None,
    "privkey_deinit": None,
    "strerror": c_char_p,
    "alert_get_name": c_char_p,
    "check_version": c_char_p,
}
"""All others return an int."""


class Library:
    """GnuTLS. Its functions are attributes, named without `gnutls_`."""

    def __init__(self, loaded: ctypes.CDLL) -> None:
        """Raises AttributeError if a function is missing."""
        for name, arguments in _FUNCTIONS.items():
            function = loaded[f"gnutls_{name}"]
            function.argtypes = arguments
            function.restype = _RESULTS.get(name, c_int)
            setattr(self, name, function)
        self._malloc = _Malloc.in_dll(loaded, "gnutls_malloc")

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)  # for mypy: the functions are set in __init__

    def give(self, datum: Datum, content: bytes) -> bool:
        """Copies `content` into memory that GnuTLS frees; False if there is none left."""
        address = self._malloc(len(content))
        if not address:
            return False
        ctypes.memmove(address, content, len(content))
        datum.data, datum.size = address, len(content)
        return True


@cache
def library() -> Library | None:
    """The system's GnuTLS; None if it is missing or too old."""
    try:
        found = Library(ctypes.CDLL(_SONAME))
    except (OSError, AttributeError):
        return None
    return found if found.check_version(_OLDEST) else None
