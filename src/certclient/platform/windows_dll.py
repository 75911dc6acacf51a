"""Windows' own DLLs: loaded from System32 only, every function's failure an exception."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from ctypes import c_void_p, c_wchar_p
from ctypes.wintypes import DWORD
from functools import cache
from typing import Any

_LOAD_LIBRARY_SEARCH_SYSTEM32 = 0x800
"""LoadLibraryEx: a file of the same name next to the program or in PATH is not taken."""

_FROM_SYSTEM, _FROM_MODULE, _IGNORE_INSERTS = 0x1000, 0x800, 0x200
"""FORMAT_MESSAGE_… (winbase.h)."""

_LONGEST_TEXT = 1024


class WindowsCallError(Exception):
    """A Windows function failed. `code` is LastError, NTSTATUS or HRESULT as unsigned 32 bits."""

    def __init__(self, function: str, code: int) -> None:
        super().__init__(f"{function}: {code:#010x}")
        self.function = function
        self.code = code


Function = Callable[..., Any]
"""A declared function: ctypes checks the arguments against the declaration when it is called."""

Verdict = Callable[[Any], int | None]
"""What a result means: None for success, else the error code."""


def load(name: str) -> ctypes.CDLL:
    """The system DLL `name` (`crypt32.dll`). Raises OSError where it is not, or no Windows is."""
    if sys.platform == "win32":
        return ctypes.WinDLL(name, use_last_error=True, winmode=_LOAD_LIBRARY_SEARCH_SYSTEM32)
    raise OSError(f"{name} is a part of Windows")


def last_error() -> int:
    """What GetLastError said after the last call through these declarations."""
    if sys.platform == "win32":
        return ctypes.get_last_error() & 0xFFFFFFFF
    return 0


def system_text(code: int, library: ctypes.CDLL | None = None) -> str:
    """Windows' own sentence for an error code, in its language; "" where it has none.

    `library`: the DLL that has sentences for its own codes (winhttp.dll: 12xxx).
    """
    if sys.platform != "win32":
        return ""
    flags = _IGNORE_INSERTS | (_FROM_SYSTEM if library is None else _FROM_MODULE)
    module = None if library is None else library._handle
    buffer = ctypes.create_unicode_buffer(_LONGEST_TEXT)
    _format_message()(flags, module, code, 0, buffer, _LONGEST_TEXT, None)
    return " ".join(buffer.value.split())


@cache
def _format_message() -> Function:
    arguments = (DWORD, c_void_p, DWORD, DWORD, c_wchar_p, DWORD, c_void_p)
    # Zero letters are an answer, too.
    return declare(load("kernel32.dll"), "FormatMessageW", lambda _: None, DWORD, *arguments)


def not_zero(result: Any) -> int | None:
    """BOOL, HANDLE or pointer: zero means that LastError says why."""
    return None if result else last_error()


def status(result: Any) -> int | None:
    """SECURITY_STATUS or HRESULT: zero is success."""
    return int(result) & 0xFFFFFFFF or None


def declare(
    library: ctypes.CDLL, name: str, verdict: Verdict, result: Any, *arguments: Any
) -> Function:
    """A function of `library` with its types; a call that fails raises WindowsCallError."""

    def check(value: Any, _function: Any, _arguments: Any) -> Any:
        code = verdict(value)
        if code is not None:
            raise WindowsCallError(name, code)
        return value

    function: Any = getattr(library, name)
    function.restype = result
    function.argtypes = arguments
    function.errcheck = check
    return function  # type: ignore[no-any-return]  # ctypes has no type for a declared function
