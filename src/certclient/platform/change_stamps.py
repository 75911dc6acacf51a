"""What differs after each change to a file, a folder's list or a registry key; reads no content.

Imports next to nothing: `certclient remind` compares stamps before anything else is loaded.
"""

from __future__ import annotations

import os
import sys

USER_KEY = "HKCU\\"
MACHINE_KEY = "HKLM\\"
"""Places that begin so are registry keys, all others absolute paths."""

_LOG = "-wal"
"""SQLite's write-ahead log: every reader creates an empty one, which counts as none."""


def stamp_of(place: str) -> str:
    """The stamp of a file, a folder or a registry key; "" if there is none. Never raises.

    Differs after each change to content, name, rights or owner of a file, to the names in a folder,
    and to the values of a registry key or the keys directly below it.
    """
    if place.startswith((USER_KEY, MACHINE_KEY)):
        return _registry_stamp(place)
    try:
        status = os.stat(place)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, ValueError) as error:
        return type(error).__name__
    if not status.st_size and place.endswith(_LOG):
        return ""
    identity = (status.st_dev, status.st_ino, status.st_mode, status.st_uid, status.st_gid)
    times = (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return " ".join(map(str, (*identity, *times)))


if sys.platform == "win32":
    import winreg

    _ACCESS = winreg.KEY_READ | winreg.KEY_WOW64_64KEY

    def _registry_stamp(place: str) -> str:
        """Names and times (100 ns since 1601) of the key and of those directly below it."""
        hive = winreg.HKEY_CURRENT_USER
        if place.startswith(MACHINE_KEY):
            hive = winreg.HKEY_LOCAL_MACHINE
        try:
            with winreg.OpenKey(hive, place[len(USER_KEY) :], 0, _ACCESS) as key:
                count, _values, changed = winreg.QueryInfoKey(key)
                names = [winreg.EnumKey(key, number) for number in range(count)]
                return " ".join([str(changed), *(f"{name}={_time(key, name)}" for name in names)])
        except FileNotFoundError:
            return ""
        except OSError as error:
            return type(error).__name__

    def _time(parent: winreg.HKEYType, name: str) -> int:
        with winreg.OpenKey(parent, name, 0, _ACCESS) as key:
            return winreg.QueryInfoKey(key)[2]

else:

    def _registry_stamp(_place: str) -> str:
        """Only Windows has a registry."""
        return ""
