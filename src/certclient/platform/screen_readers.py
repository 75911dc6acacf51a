"""Whether the screen reader of this session takes announcements (AT-SPI on Linux).

Orca before 45 has no handler for `object:announcement` (GNOME/orca 9b02b1c4d; it works since 45.2,
7305c4d20). The registry of the accessibility bus knows which events a program listens to.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterable
from typing import Any

LIMIT_SECONDS = 0.3
"""The bus is local and answers within milliseconds; windows wait for it no longer than this."""

_ANNOUNCEMENTS = "Object:Announcement"

_log = logging.getLogger(__name__)


class ScreenReaders:
    """Asks the accessibility bus. For one thread."""

    def __init__(self) -> None:
        self._known = [True]
        self._asking: threading.Thread | None = None

    def take_announcements(self) -> bool:
        """Whether a program listens to announcements; True as well on Windows, and as long as the
        bus has never answered. Waits for `LIMIT_SECONDS` at most; after that the last answer
        counts."""
        if sys.platform == "linux":
            if self._asking is None or not self._asking.is_alive():
                # A thread, because a bus that hangs blocks jeepney's handshake without a limit.
                self._asking = threading.Thread(target=_ask, args=(self._known,), daemon=True)
                self._asking.start()
                self._asking.join(LIMIT_SECONDS)
        return self._known[0]


if sys.platform == "linux":
    from jeepney import DBusAddress, DBusErrorResponse, new_method_call
    from jeepney.io.blocking import open_dbus_connection
    from jeepney.wrappers import unwrap_msg

    _BUS = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
    _REGISTRY = DBusAddress(
        "/org/a11y/atspi/registry", "org.a11y.atspi.Registry", "org.a11y.atspi.Registry"
    )

    def _ask(known: list[bool]) -> None:
        """Puts the answer into `known`; leaves it as it is if there is none."""
        try:
            address = _call("SESSION", _BUS, "GetAddress")
            listeners = _call(address, _REGISTRY, "GetRegisteredEvents")
        except (OSError, ValueError, RuntimeError, LookupError, DBusErrorResponse) as error:
            _log.debug("the accessibility bus does not answer: %r", error)
            return
        known[0] = listens_to_announcements(listeners)

    def _call(bus: str, address: DBusAddress, method: str) -> Any:
        """The one value that `method` returns."""
        with open_dbus_connection(bus, auth_timeout=LIMIT_SECONDS) as connection:
            call = new_method_call(address, method)
            (value,) = unwrap_msg(connection.send_and_get_reply(call, timeout=LIMIT_SECONDS))
            return value


def listens_to_announcements(listeners: Iterable[tuple[str, str]]) -> bool:
    """Whether one of `listeners`, pairs of a bus name and an event ("Object:Announcement:", or the
    beginning of its name), receives announcements. at-spi2-core, Registry.xml."""
    events = [event.rstrip(":") for _name, event in listeners]
    return any(event and _ANNOUNCEMENTS.startswith(event) for event in events)
