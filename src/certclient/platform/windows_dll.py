"""Loads Windows' own DLLs from System32 only; functions raise an exception on failure."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from ctypes import c_void_p, c_wchar_p
from ctypes.wintypes import DWORD
from functools import cache
from typing import Any

_LOAD_LIBRARY_SEARCH_SYSTEM32 = 0x800
"""LoadLibraryEx: ignores a file of the same name next to the program or in PATH."""

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
"""A declared function: ctypes checks the arguments of each call against the declaration."""

Verdict = Callable[[Any], int | None]
"""Interprets a function's result: returns None for success, else the error code."""


def load(name: str) -> ctypes.CDLL:
    """Loads the system DLL `name` (`crypt32.dll`). Raises OSError if missing or not on Windows."""
    if sys.platform == "win32":
        return ctypes.WinDLL(name, use_last_error=True, winmode=_LOAD_LIBRARY_SEARCH_SYSTEM32)
    raise OSError(f"{name} is a part of Windows")


def windows_build() -> int:
    """Returns the build number of Windows (22000: the first Windows 11); 0 elsewhere."""
    if sys.platform == "win32":
        return sys.getwindowsversion().build
    return 0


def last_error() -> int:
    """Returns LastError of the last call through these declarations as unsigned 32 bits."""
    if sys.platform == "win32":
        return ctypes.get_last_error() & 0xFFFFFFFF
    return 0


def system_text(code: int, library: ctypes.CDLL | None = None) -> str:
    """Returns Windows' message for an error code, in Windows' language; "" if there is none.

    `library`: the DLL with the messages of its own codes (winhttp.dll: 12xxx).
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
    # Zero characters mean that there is no message, which is not an error here.
    return declare(load("kernel32.dll"), "FormatMessageW", lambda _: None, DWORD, *arguments)


def not_zero(result: Any) -> int | None:
    """Verdict for BOOL, HANDLE and pointers: zero is a failure, with its code in LastError."""
    return None if result else last_error()


def status(result: Any) -> int | None:
    """Verdict for SECURITY_STATUS and HRESULT: zero is success, any other value is the code."""
    return int(result) & 0xFFFFFFFF or None


def declare(
    library: ctypes.CDLL, name: str, verdict: Verdict, result: Any, *arguments: Any
) -> Function:
    """Returns a function of `library` with its types; a failing call raises WindowsCallError.

    `verdict` decides from the raw result whether a call failed. Raises AttributeError if the DLL
    does not export `name`.
    """

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
