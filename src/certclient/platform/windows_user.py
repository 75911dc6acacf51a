"""Who runs this process, on Windows."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    from certclient.platform.windows_dll import declare, load, not_zero

    _TOKEN_QUERY, _TOKEN_USER = 0x8, 1
    _LONGEST_TOKEN_USER = 256

    def current_user() -> str:
        """Returns the SID of the user who runs this process. Raises WindowsCallError."""
        kernel, security = load("kernel32.dll"), load("advapi32.dll")
        pointer, handle = ctypes.c_void_p, wintypes.HANDLE
        process = declare(kernel, "GetCurrentProcess", lambda _: None, handle)
        close = declare(kernel, "CloseHandle", not_zero, wintypes.BOOL, handle)
        free = declare(kernel, "LocalFree", lambda _: None, pointer, pointer)
        open_token = declare(
            security, "OpenProcessToken", not_zero, wintypes.BOOL, handle, wintypes.DWORD, pointer
        )
        ask = declare(
            security,
            "GetTokenInformation",
            not_zero,
            wintypes.BOOL,
            *(handle, ctypes.c_int, pointer, wintypes.DWORD, pointer),
        )
        text_of = declare(
            security, "ConvertSidToStringSidW", not_zero, wintypes.BOOL, pointer, pointer
        )
        token, length, text = handle(), wintypes.DWORD(), wintypes.LPWSTR()
        # TOKEN_USER begins with a pointer to the SID.
        found = (pointer * (_LONGEST_TOKEN_USER // ctypes.sizeof(pointer)))()
        open_token(process(), _TOKEN_QUERY, ctypes.byref(token))
        try:
            ask(token, _TOKEN_USER, found, ctypes.sizeof(found), ctypes.byref(length))
            text_of(found[0], ctypes.byref(text))
            sid = text.value or ""
            free(text)
        finally:
            close(token)
        return sid
