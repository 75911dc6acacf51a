"""Routes to a server: an ordered list of proxies, or a direct connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from certclient.model.errors import CertclientError
from certclient.model.proxy_login import ProxyLogin

DIRECT = ""
"""Stands for a direct connection in place of a proxy's address."""


@dataclass(frozen=True, slots=True)
class Routes:
    """The routes to one server.

    `addresses`: proxies (`http://host:port`, or DIRECT) in the order to try them, without user or
    password; empty if nothing is configured. `problem`: an error to show, if settings could not be
    applied. `login`: user and password that the setting holds for its proxies. `setting`: the name
    of the setting (HTTPS_PROXY, for example), "" if it has none. `exceptions`: Windows' list of
    servers that are reached directly, for WinHTTP to apply. `announced`: the network itself has
    named the proxies (WPAD), nobody on this computer.
    """

    addresses: tuple[str, ...] = ()
    problem: CertclientError | None = None
    login: ProxyLogin | None = None
    setting: str = ""
    exceptions: str = ""
    announced: bool = False


class ProxyResolver(Protocol):
    """A source of proxy settings."""

    def routes(self, url: str) -> Routes:
        """Returns the routes to `url`. May block for seconds (a network script).

        Raises CertclientError(PROXY_SETTING, data `setting`, `reason`) if the setting that applies
        cannot be used.
        """
        ...
