from types import TracebackType
from typing import Self

from jeepney import Message

class DBusConnection:
    def send_and_get_reply(self, message: Message, *, timeout: float | None = ...) -> Message: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

def open_dbus_connection(bus: str = ..., *, auth_timeout: float = ...) -> DBusConnection: ...
