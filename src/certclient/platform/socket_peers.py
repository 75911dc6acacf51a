"""Whether the other end of a local socket is a process of this user's.

A name in a folder, or in Windows' list of pipes, proves nothing: whoever was there first may have
taken it.
"""

from __future__ import annotations

import os
import socket
import struct
import sys

if sys.platform == "win32":
    from certclient.model import file_rights
    from certclient.platform.program_data import descriptor_of
    from certclient.platform.windows_dll import WindowsCallError
    from certclient.platform.windows_user import current_user

    def is_own_peer(descriptor: int) -> bool:
        """Whether the pipe of `descriptor` (a HANDLE, of either end) belongs to this user.

        Its owner is the user who has created the first pipe of its name, and decides who may
        connect and add another one; Qt lets nobody but that user. Never raises: what cannot be told
        is foreign.
        """
        try:
            return file_rights.owner(descriptor_of(descriptor)) == current_user()
        except WindowsCallError:
            return False

else:
    _CREDENTIALS = struct.Struct("3i")
    """`struct ucred`: pid, uid, gid (unix(7))."""

    def is_own_peer(descriptor: int) -> bool:
        """Whether the process that listens, or has connected, at the other end of `descriptor` runs
        as this user. Never raises: what cannot be told is foreign."""
        try:
            with socket.socket(fileno=os.dup(descriptor)) as copy:
                data = copy.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        except OSError:
            return False
        _, uid, _ = _CREDENTIALS.unpack(data)
        return bool(uid == os.geteuid())
