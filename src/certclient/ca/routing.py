"""Tries the routes to a server in order, whatever transport sends the request."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from certclient.ca.network_errors import is_proxy_down
from certclient.ca.proxies import offer_login
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.urls import is_loopback
from certclient.platform.proxies.logins import ProxyLogins
from certclient.platform.proxies.routes import DIRECT, ProxyResolver, Routes

T = TypeVar("T")

_MAX_PROXIES = 3
"""Limits the proxies tried from a script's list: each may take a whole timeout."""

_NO_ROUTE = frozenset({ErrorCode.NETWORK_UNREACHABLE, ErrorCode.NETWORK_TIMEOUT})
"""Typical errors if only a proxy leads out and none is known."""

_PROXY_ERRORS = frozenset(
    {ErrorCode.PROXY_UNREACHABLE, ErrorCode.PROXY_AUTHENTICATION, ErrorCode.PROXY_SCHEME}
)


def routes_to(
    url: str, proxies: ProxyResolver, logins: ProxyLogins, *, allow_http: bool = False
) -> Routes:
    """The routes to `url`; a login in their setting goes to `logins`.

    Raises CertclientError: TLS_UNTRUSTED for http to another computer unless `allow_http`, and as
    ProxyResolver.routes.
    """
    parts = urlsplit(url)
    local = is_loopback(parts.hostname or "")
    if parts.scheme != "https" and not local and not allow_http:
        raise CertclientError(ErrorCode.TLS_UNTRUSTED, reason="not https", issuer="")
    routes = proxies.routes(url)
    offer_login(routes, logins)
    return routes


def over_routes(routes: Routes, send: Callable[[str], T]) -> tuple[T, str]:
    """Sends over the first route that is open.

    `send` takes a proxy's address or DIRECT. Returns its result, and the route that was used.
    Raises what `send` raises for the last route; a proxy's error names the setting.
    """
    *others, last = routes.addresses[:_MAX_PROXIES] or (DIRECT,)
    try:
        for proxy in others:
            try:
                return send(proxy), proxy
            except CertclientError as error:
                if not is_proxy_down(error):
                    raise
        return send(last), last
    except CertclientError as error:
        if routes.problem is not None and error.code in _NO_ROUTE:
            raise routes.problem from error
        if routes.setting and error.code in _PROXY_ERRORS:
            named = {**error.data, "setting": routes.setting}
            raise CertclientError(error.code, **named) from error
        raise
