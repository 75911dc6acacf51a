"""Sources of proxy settings, in order: administrator, environment, Windows.

The first source with a setting wins.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

from requests.utils import select_proxy, should_bypass_proxies

from certclient.model.errors import CertclientError
from certclient.model.urls import is_loopback
from certclient.platform.proxies.routes import DIRECT, ProxyResolver, Routes

if sys.platform == "win32":
    from certclient.platform.proxies.windows import WindowsProxies


@dataclass(frozen=True, slots=True)
class FixedProxy:
    """One proxy for every URL. `address`: `http://host:port`, or DIRECT."""

    address: str

    def routes(self, url: str) -> Routes:
        """See ProxyResolver.routes. Always the one address."""
        return Routes((self.address,))


class EnvironmentProxies:
    """Reads HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, in upper or lower case."""

    def routes(self, url: str) -> Routes:
        """See ProxyResolver.routes. Empty if no variable applies, DIRECT if NO_PROXY matches."""
        proxies = getproxies_environment()
        if not proxies:
            return Routes()
        if should_bypass_proxies(url, no_proxy=proxies.get("no")):
            return Routes((DIRECT,))
        address = select_proxy(url, proxies)
        return Routes((address,) if address else ())


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
                return Routes(found.addresses, problem)
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


def named_proxy(url: str, decided: ProxyResolver | None) -> str | None:
    """The proxy to `url` that is set by `decided` (an administrator) or the environment.

    DIRECT for none; None leaves the choice to the system's own settings, for callers that follow
    them themselves.
    """
    source = decided or ExceptLoopback(EnvironmentProxies())
    return next(iter(source.routes(url).addresses), None)


def fixed_proxy(address: str) -> ProxyResolver:
    """An administrator's setting: `address` (`http://host:port`, or DIRECT for none).

    It overrides the system's settings.
    """
    return ExceptLoopback(FixedProxy(address))
