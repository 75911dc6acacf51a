"""Injects faults that SoftHSM cannot produce, by replacing entries of a CK_FUNCTION_LIST.

    with Faults(MODULE) as faults:
        faults.fail("C_GenerateKeyPair", CKR_DEVICE_REMOVED)

Affects every caller of the module in this process, because all of them share one list.
"""

from __future__ import annotations

import ctypes
import mmap
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

CKR_OK = 0x00
CKR_GENERAL_ERROR = 0x05
CKR_FUNCTION_FAILED = 0x06
CKR_DEVICE_ERROR = 0x30
CKR_DEVICE_MEMORY = 0x31
CKR_DEVICE_REMOVED = 0x32
CKR_MECHANISM_INVALID = 0x70
CKR_OBJECT_HANDLE_INVALID = 0x82
CKR_PIN_INCORRECT = 0xA0
CKR_PIN_LOCKED = 0xA4
CKR_SESSION_HANDLE_INVALID = 0xB3
CKR_TOKEN_NOT_PRESENT = 0xE0
CKR_TOKEN_NOT_RECOGNIZED = 0xE1
CKR_TOKEN_WRITE_PROTECTED = 0xE2
CKR_USER_ALREADY_LOGGED_IN = 0x100

_PROT_READ_WRITE = 1 | 2
"""PROT_READ | PROT_WRITE, which `mmap` has no names for on Windows."""
_PAGE_READWRITE = 4
"""The same for VirtualProtect (winnt.h)."""
_POINTER = ctypes.sizeof(ctypes.c_void_p)
_FIRST_ENTRY = 2 if sys.platform == "win32" else _POINTER
"""CK_VERSION comes first, padded to pointer size unless structures are packed."""
_FLAGS_OFFSET = 96
"""Offset of `flags` in CK_TOKEN_INFO: after label, manufacturer, model and serial number."""
_PIN_LENGTHS_OFFSET = _FLAGS_OFFSET + 5 * ctypes.sizeof(ctypes.c_ulong)
_SESSION_INFO_SIZE = 4 * ctypes.sizeof(ctypes.c_ulong)
_MEMORY_OFFSET = _PIN_LENGTHS_OFFSET + 2 * ctypes.sizeof(ctypes.c_ulong)

_ENTRIES = {
    "C_GetSlotList": (4, 3),
    "C_GetTokenInfo": (6, 2),
    "C_OpenSession": (12, 5),
    "C_CloseAllSessions": (14, 1),
    "C_GetSessionInfo": (15, 2),
    "C_Login": (18, 4),
    "C_Logout": (19, 1),
    "C_CreateObject": (20, 4),
    "C_DestroyObject": (22, 2),
    "C_GetAttributeValue": (24, 4),
    "C_SetAttributeValue": (25, 4),
    "C_FindObjectsInit": (26, 3),
    "C_FindObjects": (27, 4),
    "C_SetPIN": (11, 5),
    "C_SignInit": (42, 3),
    "C_Sign": (43, 5),
    "C_GenerateKeyPair": (59, 8),
}
"""Position in CK_FUNCTION_LIST (v2.x) after CK_VERSION, and number of arguments."""

Call = Callable[..., int]


class Faults:
    """Replaces functions of the module at `path`, and restores them at the end."""

    def __init__(self, path: Path) -> None:
        library = ctypes.CDLL(str(path))
        pointer = ctypes.c_void_p()
        assert library.C_GetFunctionList(ctypes.byref(pointer)) == 0
        assert pointer.value is not None
        self._base = pointer.value
        self.calls: list[str] = []
        self._saved: dict[str, int] = {}
        self._alive: list[object] = []

    def __enter__(self) -> Faults:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.clear()

    def fail(self, name: str, result: int, *, after: int = 0) -> None:
        """From now on, `name` returns `result` (CKR_…) after `after` calls that still work."""
        original = self._original(name)
        left = [after]

        def call(*arguments: int | None) -> int:
            self.calls.append(name)
            left[0] -= 1
            return original(*arguments) if left[0] >= 0 else result

        self._replace(name, call)

    def full_until_destroyed(self) -> None:
        """C_CreateObject returns CKR_DEVICE_MEMORY until an object has been destroyed."""
        create, destroy = self._original("C_CreateObject"), self._original("C_DestroyObject")
        destroyed: list[int] = []

        def call_create(*arguments: int | None) -> int:
            self.calls.append("C_CreateObject")
            return create(*arguments) if destroyed else CKR_DEVICE_MEMORY

        def call_destroy(*arguments: int | None) -> int:
            destroyed.append(1)
            return destroy(*arguments)

        self._replace("C_CreateObject", call_create)
        self._replace("C_DestroyObject", call_destroy)

    def fail_after(self, name: str, result: int) -> None:
        """`name` does its work but returns `result`, as if the token had done only half of it."""
        original = self._original(name)

        def call(*arguments: int | None) -> int:
            self.calls.append(name)
            original(*arguments)
            return result

        self._replace(name, call)

    def watch(self, name: str) -> None:
        """Records calls of `name` in `calls` without changing them."""
        original = self._original(name)

        def call(*arguments: int | None) -> int:
            self.calls.append(name)
            return original(*arguments)

        self._replace(name, call)

    def before(self, name: str, action: Callable[..., None]) -> None:
        """From now on, each call of `name` first calls `action` with its arguments."""
        original = self._original(name)

        def call(*arguments: int | None) -> int:
            action(*arguments)
            return original(*arguments)

        self._replace(name, call)

    def token_flags(self, *, add: int = 0, remove: int = 0) -> None:
        """Changes the flags that every token of the module reports from now on."""
        self._token_info(lambda info: _change_flags(info, add, remove))

    def wrong_pin_then(self, flags: int) -> None:
        """The next PIN is wrong, and from then on every token also reports `flags`."""
        changed = [0]

        def login(*_arguments: int | None) -> int:
            self.calls.append("C_Login")
            changed[0] = flags
            return CKR_PIN_INCORRECT

        self._replace("C_Login", login)
        self._token_info(lambda info: _change_flags(info, changed[0], 0))

    def pin_lengths(self, shortest: int, longest: int) -> None:
        """Changes the PIN lengths (bytes) that every token of the module reports."""

        def change(info: int) -> None:
            lengths = (ctypes.c_ulong * 2).from_address(info + _PIN_LENGTHS_OFFSET)
            lengths[0], lengths[1] = longest, shortest

        self._token_info(change)

    def note_sessions(self) -> list[int]:
        """Returns a list that collects the handles of sessions opened from now on."""
        original = self._original("C_OpenSession")
        handles: list[int] = []

        def call(*arguments: int) -> int:
            result = original(*arguments)
            handles.append(ctypes.c_ulong.from_address(arguments[-1]).value)
            return result

        self._replace("C_OpenSession", call)
        return handles

    def session_alive(self, handle: int) -> bool:
        """Whether a session is still valid."""
        info = ctypes.create_string_buffer(_SESSION_INFO_SIZE)
        result = self._original("C_GetSessionInfo")(handle, ctypes.addressof(info))
        return result == CKR_OK

    def clear(self) -> None:
        """Restores the module's own functions."""
        for name, address in self._saved.items():
            self._entry(name).value = address
        self._saved.clear()

    def free_memory(self, size: int) -> None:
        """Every token of the module reports this many free bytes, public and private."""

        def change(info: int) -> None:
            memory = (ctypes.c_ulong * 4).from_address(info + _MEMORY_OFFSET)
            memory[1] = memory[3] = size

        self._token_info(change)

    def _token_info(self, change: Callable[[int], None]) -> None:
        original = self._original("C_GetTokenInfo")

        def call(slot: int | None, info: int) -> int:
            result = original(slot, info)
            change(info)
            return result

        self._replace("C_GetTokenInfo", call)

    def _entry(self, name: str) -> ctypes.c_void_p:
        position, _ = _ENTRIES[name]
        return ctypes.c_void_p.from_address(self._base + _FIRST_ENTRY + _POINTER * position)

    def _original(self, name: str) -> Call:
        """The current function, so that several replacements can be combined."""
        address = self._entry(name).value
        assert address is not None
        function: Call = _type(name)(address)
        return function

    def _replace(self, name: str, call: Call) -> None:
        callback = _type(name)(call)
        self._alive.append(callback)
        entry = self._entry(name)
        assert entry.value is not None
        self._saved.setdefault(name, entry.value)
        _make_writable(ctypes.addressof(entry))
        entry.value = ctypes.cast(callback, ctypes.c_void_p).value


def _type(name: str) -> Callable[..., Any]:
    _, count = _ENTRIES[name]
    return ctypes.CFUNCTYPE(ctypes.c_ulong, *[ctypes.c_void_p] * count)


def _change_flags(info: int, add: int, remove: int) -> None:
    flags = ctypes.c_ulong.from_address(info + _FLAGS_OFFSET)
    flags.value = (flags.value | add) & ~remove


def _make_writable(address: int) -> None:
    """The list is in the library's read-only data, and an entry may span two pages."""
    if sys.platform == "win32":
        before = ctypes.c_ulong()
        protect = ctypes.windll.kernel32.VirtualProtect
        place = ctypes.c_void_p(address)
        assert protect(place, ctypes.c_size_t(_POINTER), _PAGE_READWRITE, ctypes.byref(before))
        return
    page = address & ~(mmap.PAGESIZE - 1)
    size = address + _POINTER - page  # only as far as needed: the next page may not exist
    libc = ctypes.CDLL(None, use_errno=True)
    failed = libc.mprotect(ctypes.c_void_p(page), size, _PROT_READ_WRITE)
    assert not failed, f"mprotect: {ctypes.get_errno()}"
