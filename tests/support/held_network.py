"""A network that answers when a test says so."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from certclient.platform.proxies.routes import DIRECT, Routes
from support.wizards import LONG


@dataclass(frozen=True)
class HeldNetwork:
    """A `ProxyResolver` for direct connections: the look-up, which may take its time, lasts while
    the network is held. Held at first."""

    _free: threading.Event = field(default_factory=threading.Event)

    def routes(self, url: str) -> Routes:
        """See ProxyResolver.routes."""
        assert self._free.wait(LONG / 1000), f"the test never let {url} through"
        return Routes((DIRECT,))

    def hold(self) -> None:
        """Stops each request that begins from now on."""
        self._free.clear()

    def release(self) -> None:
        """Lets everything through."""
        self._free.set()
