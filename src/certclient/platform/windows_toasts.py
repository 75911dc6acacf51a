"""Shows notifications with buttons by Windows' own interface, Windows.UI.Notifications.

Windows knows the program by an entry in the registry, which the setups write. Microsoft: "Send a
local toast notification from other types of unpackaged apps".
"""

from __future__ import annotations

import sys

from certclient.platform.toasts import Toast, toast_xml

APPLICATION_ID = "certclient"
"""The AppUserModelID that the setups register (installer/nsis/install.nsh, msi_source.py)."""

REGISTERED_IN = rf"Software\Classes\AppUserModelId\{APPLICATION_ID}"

if sys.platform == "win32":
    import winreg

    from winrt.windows.data.xml.dom import XmlDocument
    from winrt.windows.ui.notifications import (
        NotificationSetting,
        ToastNotification,
        ToastNotificationManager,
    )

    def show_toast(toast: Toast) -> bool:
        """Shows `toast`, or returns False: the program is not installed (it runs from its sources),
        or this Windows has no notifications, or its user has switched this program's off."""
        if not _registered():
            return False
        try:
            content = XmlDocument()
            content.load_xml(toast_xml(toast))
            notification = ToastNotification(content)
            notification.tag = toast.tag
            notifier = ToastNotificationManager.create_toast_notifier(APPLICATION_ID)
            if notifier.setting != NotificationSetting.ENABLED:
                return False
            notifier.show(notification)
        except OSError:
            # An HRESULT: Windows Server without the desktop, a notification platform out of order.
            return False
        return True

    def _registered() -> bool:
        for root in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
            try:
                with winreg.OpenKey(root, REGISTERED_IN):
                    return True
            except OSError:
                continue
        return False

else:

    def show_toast(toast: Toast) -> bool:
        """Returns False: this is not Windows."""
        return False
