"""ctypes bindings for the few PKCS#11 calls that python-pkcs11 does not offer.

python-pkcs11 cannot close all sessions of a token (a failed login leaks one), report a token's PIN
lengths and free memory, pass parameters to C_Initialize, or create the vendor objects that make
NSS open a database. Layouts: PKCS#11 v2.40, sections 3 and 4 (pkcs11t.h): packed to one byte on
Windows, naturally aligned elsewhere.
"""

from __future__ import annotations

import ctypes
import os
import sys
from dataclasses import dataclass
from pathlib import Path

CKR_OK = 0x0
CKR_CRYPTOKI_ALREADY_INITIALIZED = 0x191
_CKF_OS_LOCKING_OK = 0x2
_CKF_SERIAL_SESSION = 0x4
_UNAVAILABLE = ctypes.c_ulong(-1).value

_LONGEST_SIGNATURE = 2048
"""Bytes: of a 16384-bit key."""

_SMALLEST_MEMORY = 4096
"""Bytes. Modules that do not know a token's memory report a total of 0 or 1 (NSS) as often as
CK_UNAVAILABLE_INFORMATION."""

_PACK = 1 if sys.platform == "win32" else 0
_POINTER_SIZE = ctypes.sizeof(ctypes.c_void_p)
_FIRST_ENTRY = 2 if _PACK else _POINTER_SIZE
"""CK_FUNCTION_LIST begins with a two-byte CK_VERSION, followed by padding unless it is packed."""

_INITIALIZE, _GET_TOKEN_INFO, _OPEN_SESSION, _CLOSE_ALL_SESSIONS = 0, 6, 12, 14
_SET_PIN, _CREATE_OBJECT, _SIGN = 11, 20, 43
"""Positions in CK_FUNCTION_LIST, fixed since v2.0."""


class _InitializeArgs(ctypes.Structure):
    """CK_C_INITIALIZE_ARGS with the LibraryParameters field that NSS inserts before pReserved."""

    _pack_ = _PACK
    _fields_ = (
        ("mutex_functions", ctypes.c_void_p * 4),
        ("flags", ctypes.c_ulong),
        ("library_parameters", ctypes.c_char_p),
        ("reserved", ctypes.c_void_p),
    )


class _TokenInfo(ctypes.Structure):
    """CK_TOKEN_INFO."""

    _pack_ = _PACK
    _fields_ = (
        ("texts", ctypes.c_char * 96),
        ("flags", ctypes.c_ulong),
        ("session_counts", ctypes.c_ulong * 4),
        ("max_pin_length", ctypes.c_ulong),
        ("min_pin_length", ctypes.c_ulong),
        ("total_public_memory", ctypes.c_ulong),
        ("free_public_memory", ctypes.c_ulong),
        ("total_private_memory", ctypes.c_ulong),
        ("free_private_memory", ctypes.c_ulong),
        ("versions", ctypes.c_ubyte * 4),
        ("utc_time", ctypes.c_char * 16),
    )


class _Attribute(ctypes.Structure):
    """CK_ATTRIBUTE."""

    _pack_ = _PACK
    _fields_ = (
        ("type", ctypes.c_ulong),
        ("value", ctypes.c_void_p),
        ("length", ctypes.c_ulong),
    )


@dataclass(frozen=True, slots=True)
class TokenLimits:
    """PIN lengths in bytes (0 if the token sets no limit) and free memory in bytes, if known."""

    min_pin_length: int
    max_pin_length: int
    free_memory: int | None


class Cryptoki:
    """The function list of the PKCS#11 module at an absolute path.

    The loader returns the same library when a file is loaded twice, so this object shares the
    module's state with python-pkcs11. Raises OSError if the file is not a library, AttributeError
    if it has no C_GetFunctionList.
    """

    def __init__(self, path: Path) -> None:
        self._library = ctypes.CDLL(os.fspath(path))
        pointer = ctypes.c_void_p()
        get_list = self._library.C_GetFunctionList
        get_list.restype = ctypes.c_ulong
        if get_list(ctypes.byref(pointer)) != CKR_OK or not pointer.value:
            raise OSError(f"C_GetFunctionList failed: {path}")
        self._entries = pointer.value + _FIRST_ENTRY

    def _call(self, position: int, *arguments: object) -> int:
        """Calls an entry with pointers and CK_ULONGs; ctypes releases the GIL during the call."""
        address = ctypes.c_void_p.from_address(self._entries + position * _POINTER_SIZE).value
        types = [
            ctypes.c_ulong if isinstance(value, int) else ctypes.c_void_p for value in arguments
        ]
        function = ctypes.CFUNCTYPE(ctypes.c_ulong, *types)(address or 0)
        return int(function(*arguments))

    def initialize(self, library_parameters: str) -> int:
        """Calls C_Initialize with NSS's LibraryParameters; returns the CKR value."""
        arguments = _InitializeArgs(
            flags=_CKF_OS_LOCKING_OK, library_parameters=library_parameters.encode()
        )
        return self._call(_INITIALIZE, ctypes.addressof(arguments))

    def join(self) -> None:
        """Calls C_Initialize after python-pkcs11 has done so, and ignores that it was done already.

        p11-kit-proxy makes each caller of C_GetFunctionList an application of its own, which is to
        be initialised by itself; to other modules there is one for the process.
        """
        arguments = _InitializeArgs(flags=_CKF_OS_LOCKING_OK)
        self._call(_INITIALIZE, ctypes.addressof(arguments))

    def limits(self, slot_id: int) -> TokenLimits | None:
        """Returns the limits of the token in this slot, or None if C_GetTokenInfo fails."""
        info = _TokenInfo()
        if self._call(_GET_TOKEN_INFO, slot_id, ctypes.byref(info)) != CKR_OK:
            return None
        free = [
            value
            for total, value in (
                (info.total_public_memory, info.free_public_memory),
                (info.total_private_memory, info.free_private_memory),
            )
            if value != _UNAVAILABLE and total >= _SMALLEST_MEMORY
        ]
        longest = info.max_pin_length
        return TokenLimits(
            min_pin_length=info.min_pin_length,
            max_pin_length=0 if longest == _UNAVAILABLE else longest,
            free_memory=min(free, default=None),
        )

    def close_all_sessions(self, slot_id: int) -> None:
        """Closes all sessions of this process with a token, which logs out. Ignores errors."""
        self._call(_CLOSE_ALL_SESSIONS, slot_id)

    def open_session(self, slot_id: int) -> int | None:
        """Opens a read-only session without login; returns its handle, or None on failure."""
        handle = ctypes.c_ulong()
        result = self._call(
            _OPEN_SESSION, slot_id, _CKF_SERIAL_SESSION, None, None, ctypes.byref(handle)
        )
        return handle.value if result == CKR_OK else None

    def change_pin_at_token(self, session_handle: int) -> int:
        """Calls C_SetPIN without PINs: the person types them at the token (PKCS#11 v2.40, 5.5).

        Returns the CKR value, once the person is done.
        """
        return self._call(_SET_PIN, session_handle, None, 0, None, 0)

    def end_signature(self, session_handle: int) -> None:
        """Ends a signature that was begun and cannot be made; ignores errors.

        PKCS#11 v2.20 has no other way than to make it: the result is thrown away.
        """
        buffer = ctypes.create_string_buffer(_LONGEST_SIGNATURE)
        length = ctypes.c_ulong(len(buffer))
        self._call(_SIGN, session_handle, b"\0", 1, buffer, ctypes.byref(length))

    def create_object(self, session_handle: int, object_class: int, kind: int, text: bytes) -> bool:
        """Calls C_CreateObject with a class and one NUL-terminated text attribute of type `kind`.

        Returns whether the call succeeded.
        """
        class_value = ctypes.c_ulong(object_class)
        buffer = ctypes.create_string_buffer(text)
        template = (_Attribute * 2)(
            _Attribute(0, ctypes.addressof(class_value), ctypes.sizeof(class_value)),
            _Attribute(kind, ctypes.addressof(buffer), len(buffer)),
        )
        handle = ctypes.c_ulong()
        result = self._call(
            _CREATE_OBJECT, session_handle, ctypes.addressof(template), 2, ctypes.byref(handle)
        )
        return result == CKR_OK
