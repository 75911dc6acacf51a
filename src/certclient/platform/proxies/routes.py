"""Which way leads to a server: through which proxies, in which order, or without one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from certclient.model.errors import CertclientError

DIRECT = ""
"""In place of a proxy's address: none."""


@dataclass(frozen=True, slots=True)
class Routes:
    """`addresses`: proxies (`http://host:port`) in the order in which they are to be tried, DIRECT
    among them for none; empty where nothing is set. `problem`: settings that could not be
    followed, of which the user has to know."""

    addresses: tuple[str, ...] = ()
    problem: CertclientError | None = None


class ProxyResolver(Protocol):
    """A source of proxy settings."""

    def routes(self, url: str) -> Routes:
        """The ways to `url`. May block for seconds (a script from the network); never raises."""
        ...
