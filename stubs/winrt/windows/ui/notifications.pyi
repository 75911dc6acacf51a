import enum

from winrt.windows.data.xml.dom import XmlDocument

class NotificationSetting(enum.IntEnum):
    ENABLED = 0
    DISABLED_FOR_APPLICATION = 1
    DISABLED_FOR_USER = 2
    DISABLED_BY_GROUP_POLICY = 3
    DISABLED_BY_MANIFEST = 4

class ToastNotification:
    tag: str
    def __init__(self, content: XmlDocument, /) -> None: ...

class ToastNotifier:
    @property
    def setting(self) -> NotificationSetting: ...
    def show(self, notification: ToastNotification, /) -> None: ...

class ToastNotificationManager:
    @classmethod
    def create_toast_notifier(cls, application_id: str, /) -> ToastNotifier: ...
