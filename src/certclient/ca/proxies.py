"""Sources of proxy settings, in order: administrator, environment, Windows.

The first source with a setting wins.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from certclient.model.errors import CertclientError
from certclient.model.urls import is_loopback
from certclient.platform.proxies.address import read_address
from certclient.platform.proxies.logins import ProxyLogins
from certclient.platform.proxies.no_proxy import is_listed
from certclient.platform.proxies.routes import DIRECT, ProxyResolver, Routes

if sys.platform == "win32":
    from certclient.platform.winhttp.proxies import WindowsProxies


@dataclass(frozen=True, slots=True)
class FixedProxy:
    """One proxy for every URL. `address`: as `read_address` takes it, or DIRECT.

    `setting`: the name of the setting that it comes from.
    """

    address: str = field(repr=False)
    """May hold a password."""
    setting: str = ""

    def routes(self, url: str) -> Routes:
        """See ProxyResolver.routes. Always the one address."""
        if self.address == DIRECT:
            return Routes((DIRECT,))
        address, login = read_address(self.address, self.setting)
        return Routes((str(address),), login=login, setting=self.setting)


@dataclass(frozen=True, slots=True)
class EnvironmentProxies:
    """Reads HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, in lower or upper case, as curl does.

    `environment`: None for this process's.
    """

    environment: Mapping[str, str] | None = None

    def routes(self, url: str) -> Routes:
        """See ProxyResolver.routes. Empty if no variable applies, DIRECT if NO_PROXY matches."""
        name, text = self._first(f"{urlsplit(url).scheme}_proxy", "all_proxy")
        if not text:
            return Routes()
        if is_listed(url, self._first("no_proxy")[1]):
            return Routes((DIRECT,))
        return FixedProxy(text, name).routes(url)

    def _first(self, *names: str) -> tuple[str, str]:
        """The first of these variables that is not empty: its name as it is written, its value.

        The lower-case name goes first; empty, it switches the upper-case one off.
        """
        environment = os.environ if self.environment is None else self.environment
        for name in names:
            # Windows does not distinguish case; users write these names in upper case there.
            upper = self.environment is None and sys.platform == "win32"
            written = name if name in environment and not upper else name.upper()
            text = environment.get(written, "").strip()
            if text:
                return written, text
        return "", ""


@dataclass(frozen=True, slots=True)
class FirstConfigured:
    """The first of these sources with a setting wins; the first problem is kept."""

    sources: tuple[ProxyResolver, ...]

    def routes(self, url: str) -> Routes:
        """See ProxyResolver.routes."""
        problem: CertclientError | None = None
        for source in self.sources:
            found = source.routes(url)
            problem = problem or found.problem
            if found.addresses:
                return replace(found, problem=problem)
        return Routes((), problem)


@dataclass(frozen=True, slots=True)
class ExceptLoopback:
    """Like `inner`, but connects to this computer without a proxy (rehearsals)."""

    inner: ProxyResolver

    def routes(self, url: str) -> Routes:
        """See ProxyResolver.routes. DIRECT for a loopback host."""
        local = is_loopback(urlsplit(url).hostname or "")
        return Routes((DIRECT,)) if local else self.inner.routes(url)


def system_proxies() -> ProxyResolver:
    """The environment's settings; on Windows, the system's settings if it has none."""
    if sys.platform == "win32":
        return ExceptLoopback(FirstConfigured((EnvironmentProxies(), WindowsProxies())))
    return ExceptLoopback(EnvironmentProxies())


def offer_login(routes: Routes, logins: ProxyLogins) -> None:
    """Passes the login that the proxy setting holds, if it holds one, to `logins`."""
    if routes.login is not None:
        for address in routes.addresses:
            logins.offer(urlsplit(address).netloc, routes.login)


def fixed_proxy(address: str, setting: str = "") -> ProxyResolver:
    """An administrator's setting: `address` (`http://host:port`, or DIRECT for none).

    It overrides the system's settings. `setting`: its name, for messages.
    """
    return ExceptLoopback(FixedProxy(address, setting))
