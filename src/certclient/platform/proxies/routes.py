"""Routes to a server: an ordered list of proxies, or a direct connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from certclient.model.errors import CertclientError

DIRECT = ""
"""Stands for a direct connection in place of a proxy's address."""


@dataclass(frozen=True, slots=True)
class Routes:
    """The routes to one server.

    `addresses`: proxies (`http://host:port`, or DIRECT) in the order to try them; empty if nothing
    is configured. `problem`: an error to show, if settings could not be applied.
    """

    addresses: tuple[str, ...] = ()
    problem: CertclientError | None = None


class ProxyResolver(Protocol):
    """A source of proxy settings."""

    def routes(self, url: str) -> Routes:
        """Returns the routes to `url`. May block for seconds (a network script); never raises."""
        ...
