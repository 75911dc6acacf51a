"""%ProgramData%, Windows' folder for all users: anyone may create a folder there, and own it."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import os
    import uuid
    from ctypes import POINTER, byref, c_char_p, c_void_p, c_wchar_p, create_string_buffer
    from ctypes import cast as pointer_to
    from ctypes.wintypes import BOOL, DWORD, HANDLE, LONG
    from pathlib import Path

    from certclient.model import file_rights
    from certclient.platform.windows_dll import (
        WindowsCallError,
        declare,
        last_error,
        load,
        not_zero,
        status,
        system_text,
    )

    _FOLDERID_PROGRAM_DATA = uuid.UUID("62AB5D82-FDC1-4DC3-A9DD-070D1D495D97")
    _OWNER, _DACL = 0x1, 0x4
    """OWNER_ and DACL_SECURITY_INFORMATION."""
    _ERROR_INSUFFICIENT_BUFFER = 122
    _READ_CONTROL, _SHARED, _EXISTING = 0x20000, 0x7, 3
    _FILE_FLAG_BACKUP_SEMANTICS, _FILE_FLAG_OPEN_REPARSE_POINT = 0x02000000, 0x00200000
    """FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT."""
    _NAME_SURROGATE = 0x20000000
    """IsReparseTagNameSurrogate: symbolic links and junctions."""

    def _valid_handle(result: int | None) -> int | None:
        return last_error() if result == HANDLE(-1).value else None

    _get_known_folder = declare(
        *(load("shell32.dll"), "SHGetKnownFolderPath", status, LONG),
        *(c_char_p, DWORD, HANDLE, POINTER(c_void_p)),
    )
    _free = declare(load("ole32.dll"), "CoTaskMemFree", lambda _: None, None, c_void_p)
    _open = declare(
        *(load("kernel32.dll"), "CreateFileW", _valid_handle, HANDLE),
        *(c_wchar_p, DWORD, DWORD, c_void_p, DWORD, DWORD, HANDLE),
    )
    _close = declare(load("kernel32.dll"), "CloseHandle", not_zero, BOOL, HANDLE)
    _get_security = declare(
        *(load("advapi32.dll"), "GetKernelObjectSecurity", not_zero, BOOL),
        *(HANDLE, DWORD, c_char_p, DWORD, POINTER(DWORD)),
    )

    def folder() -> Path:
        """Returns Windows' known folder, as the parent process controls the environment variable.

        Raises WindowsCallError.
        """
        found = c_void_p()
        _get_known_folder(_FOLDERID_PROGRAM_DATA.bytes_le, 0, None, byref(found))
        try:
            return Path(pointer_to(found, c_wchar_p).value or "")
        finally:
            _free(found)

    def exposed(path: Path) -> tuple[Path, str] | None:
        """Finds the first place that users other than administrators own or may change.

        Checks the folders between `folder()` and `path`, outermost first, then `path` itself.
        Returns the place, and the users' SIDs or the reason why the check failed; None if all are
        safe. Whoever can write to a folder can replace its contents. `folder()` itself is
        Windows' own: other users can add to it, but not replace what administrators put there.
        Never follows a link, whose target may change at any time; always reports one. Raises
        WindowsCallError if `folder()` fails.
        """
        above = [place for place in path.parents if folder() in place.parents]
        for place in (*reversed(above), path):
            if who := _untrusted_principals(place):
                return place, who
        return None

    def _untrusted_principals(place: Path) -> str:
        try:
            if found := file_rights.untrusted_principals(_descriptor(place)):
                return ", ".join(found)
            # Only administrators can have turned it into a link since the descriptor was read.
            return "it leads elsewhere" if _is_link(place) else ""
        except (ValueError, OSError) as error:
            return str(error)
        except WindowsCallError as error:
            return system_text(error.code) or str(error)

    def _is_link(place: Path) -> bool:
        return bool(os.lstat(place).st_reparse_tag & _NAME_SURROGATE)

    def _descriptor(place: Path) -> bytes:
        flags = _FILE_FLAG_BACKUP_SEMANTICS | _FILE_FLAG_OPEN_REPARSE_POINT
        handle = _open(str(place), _READ_CONTROL, _SHARED, None, _EXISTING, flags, None)
        try:
            return descriptor_of(handle)
        finally:
            _close(handle)

    def descriptor_of(handle: int) -> bytes:
        """Returns the security descriptor of a file or pipe, self-relative, with owner and DACL.

        `handle`: opened with READ_CONTROL. Raises WindowsCallError.
        """
        size = DWORD()
        try:
            _get_security(handle, _OWNER | _DACL, None, 0, byref(size))
        except WindowsCallError as error:
            if error.code != _ERROR_INSUFFICIENT_BUFFER:
                raise
        descriptor = create_string_buffer(size.value)
        _get_security(handle, _OWNER | _DACL, descriptor, size, byref(size))
        return descriptor.raw
