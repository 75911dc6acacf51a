"""%ProgramData%, Windows' folder for all users: any of them may make a folder there, and own it."""

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
    _FOLDERS_TOO, _LINKS_THEMSELVES = 0x02000000, 0x00200000
    """FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT."""
    _STANDS_FOR_ANOTHER = 0x20000000
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
        """Asked of Windows: the environment variable is whatever started us says."""
        found = c_void_p()
        _get_known_folder(_FOLDERID_PROGRAM_DATA.bytes_le, 0, None, byref(found))
        try:
            return Path(pointer_to(found, c_wchar_p).value or "")
        finally:
            _free(found)

    def exposed(path: Path) -> tuple[Path, str] | None:
        """The first of `path` (below `folder()`) and the folders above it that others than
        administrators own or may change, and who they are (SIDs) or why that cannot be told.

        Who may write to a folder may exchange what lies in it. `folder()` itself is Windows':
        others may add to it, but not exchange what administrators have put there. A link is judged
        itself, as it may lead to something else a moment later, and refused in any case.
        """
        above = [place for place in path.parents if folder() in place.parents]
        for place in (*reversed(above), path):
            if who := _strangers(place):
                return place, who
        return None

    def _strangers(place: Path) -> str:
        try:
            if found := file_rights.strangers(_descriptor(place)):
                return ", ".join(found)
            # Nobody but administrators could have made it a link since.
            return "it leads elsewhere" if _is_link(place) else ""
        except (ValueError, OSError) as error:
            return str(error)
        except WindowsCallError as error:
            return system_text(error.code) or str(error)

    def _is_link(place: Path) -> bool:
        return bool(os.lstat(place).st_reparse_tag & _STANDS_FOR_ANOTHER)

    def _descriptor(place: Path) -> bytes:
        flags = _FOLDERS_TOO | _LINKS_THEMSELVES
        handle = _open(str(place), _READ_CONTROL, _SHARED, None, _EXISTING, flags, None)
        try:
            return _descriptor_of(handle)
        finally:
            _close(handle)

    def _descriptor_of(handle: int) -> bytes:
        size = DWORD()
        try:
            _get_security(handle, _OWNER | _DACL, None, 0, byref(size))
        except WindowsCallError as error:
            if error.code != _ERROR_INSUFFICIENT_BUFFER:
                raise
        descriptor = create_string_buffer(size.value)
        _get_security(handle, _OWNER | _DACL, descriptor, size, byref(size))
        return descriptor.raw
