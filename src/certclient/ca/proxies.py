"""Where proxy settings come from. Of several sources the first that has an opinion decides:
an administrator's decision, then the environment, then Windows."""

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
    """One proxy for every address. `address`: `http://host:port`, or DIRECT."""

    address: str

    def routes(self, url: str) -> Routes:
        return Routes((self.address,))


class EnvironmentProxies:
    """HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, in small letters too, as other programs
    read them."""

    def routes(self, url: str) -> Routes:
        proxies = getproxies_environment()
        if not proxies:
            return Routes()
        if should_bypass_proxies(url, no_proxy=proxies.get("no")):
            return Routes((DIRECT,))
        address = select_proxy(url, proxies)
        return Routes((address,) if address else ())


@dataclass(frozen=True, slots=True)
class InOrder:
    """The first of these that has an opinion decides; a problem met on the way is kept."""

    sources: tuple[ProxyResolver, ...]

    def routes(self, url: str) -> Routes:
        problem: CertclientError | None = None
        for source in self.sources:
            found = source.routes(url)
            problem = problem or found.problem
            if found.addresses:
                return Routes(found.addresses, problem)
        return Routes((), problem)


@dataclass(frozen=True, slots=True)
class ExceptLoopback:
    """As `inner`, but no proxy leads to this very computer (rehearsals)."""

    inner: ProxyResolver

    def routes(self, url: str) -> Routes:
        local = is_loopback(urlsplit(url).hostname or "")
        return Routes((DIRECT,)) if local else self.inner.routes(url)


def system_proxies() -> ProxyResolver:
    """What the environment says; where it is silent, what Windows' settings say."""
    if sys.platform == "win32":
        return ExceptLoopback(InOrder((EnvironmentProxies(), WindowsProxies())))
    return ExceptLoopback(EnvironmentProxies())


def named_proxy(url: str, decided: ProxyResolver | None) -> str | None:
    """The proxy to `url` that an administrator `decided` or the environment names, DIRECT for none;
    None leaves it to the system's own settings, for who follows them by himself."""
    source = decided or ExceptLoopback(EnvironmentProxies())
    return next(iter(source.routes(url).addresses), None)


def fixed_proxy(address: str) -> ProxyResolver:
    """`address` (`http://host:port`; DIRECT for none) whatever the system says: an
    administrator's decision."""
    return ExceptLoopback(FixedProxy(address))
