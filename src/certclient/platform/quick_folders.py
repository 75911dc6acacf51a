"""The user's data folder and log, as cheaply as `certclient remind` needs them at each logon.

On Windows, to ask the shell for a folder loads ctypes (SHGetKnownFolderPath); the registry names it
as well. Windows warns that this key may lag behind: then no answer of an earlier look is found, and
the usual way looks at the stores.
"""

from __future__ import annotations

import os
import sys

if sys.platform == "win32":
    import winreg

    _SHELL_FOLDERS = r"Software\Microsoft\Windows\CurrentVersion\Explorer\Shell Folders"
    _OVERRIDE = "WIN_PD_OVERRIDE_LOCAL_APPDATA"
    """What platformdirs prefers to the shell's answer."""

    def quick_places() -> tuple[str, str] | None:
        """The data folder and the log file, see `user_folders`; None if the registry lacks them."""
        if _OVERRIDE in os.environ:
            return None
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _SHELL_FOLDERS) as key:
                local, _kind = winreg.QueryValueEx(key, "Local AppData")
        except OSError:
            return None
        folder = os.path.join(str(local), "certclient")
        return folder, os.path.join(folder, "Logs", "certclient.log")

else:
    from certclient.platform.user_folders import data_folder, log_file

    def quick_places() -> tuple[str, str] | None:
        """The data folder and the log file, see `user_folders`."""
        return str(data_folder()), str(log_file())
