"""When a system store of the current user was last written to, according to the registry.

Windows keeps each certificate and its properties (the archived mark, the key's name) as a blob in a
registry key of its own (System Store Locations, Microsoft, "Certificate Stores").
"""

from __future__ import annotations

import sys
from collections.abc import Hashable

if sys.platform == "win32":
    import winreg

    _STORES = r"Software\Microsoft\SystemCertificates"

    def registry_stamp(store: str) -> Hashable:
        """Returns the names and times (100 ns since 1601) of the keys of `store` (`MY`) in HKCU.

        None if there is no such key yet. Never raises.
        """
        path = rf"{_STORES}\{store}\Certificates"
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, path) as key:
                count, _values, changed = winreg.QueryInfoKey(key)
                names = [winreg.EnumKey(key, number) for number in range(count)]
                return changed, tuple((name, _time(key, name)) for name in names)
        except OSError:
            return None

    def _time(parent: winreg.HKEYType, name: str) -> int:
        with winreg.OpenKey(parent, name) as key:
            return winreg.QueryInfoKey(key)[2]

else:

    def registry_stamp(store: str) -> Hashable:
        """Only Windows has system stores."""
        return None
