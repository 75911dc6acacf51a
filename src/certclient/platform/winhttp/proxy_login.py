"""Logs in to a proxy through WinHTTP: as the Windows user, then with the login that is known."""

from __future__ import annotations

import re

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.proxy_login import ProxyLogin, ProxyLoginRequest, login_required
from certclient.platform.proxies.logins import ProxyLogins
from certclient.platform.winhttp import declarations as winhttp
from certclient.platform.winhttp.exchange import Exchange

_SCHEMES = {
    winhttp.AUTH_NEGOTIATE: "Negotiate",
    winhttp.AUTH_NTLM: "NTLM",
    winhttp.AUTH_DIGEST: "Digest",
    winhttp.AUTH_BASIC: "Basic",
}
"""The strongest first."""
_OF_WINDOWS = winhttp.AUTH_NEGOTIATE | winhttp.AUTH_NTLM
_MAX_REALM = 100
_REALM = re.compile(r'\brealm\s*=\s*("[^"]*"|[^\s,"]+)', re.IGNORECASE)


class WindowsProxyLogin:
    """The login of one exchange to one proxy. Call `challenged` after each 407.

    `as_windows_user`: whether the proxy may get the logged-in user's credentials (Kerberos, or an
    NTLM response that the proxy could use to guess the password). Not a proxy that somebody in the
    network has announced, only one that is configured on this computer.
    """

    def __init__(self, proxy: str, logins: ProxyLogins, *, as_windows_user: bool) -> None:
        """`proxy`: host:port."""
        self._proxy = proxy
        self._logins = logins
        self._try_user = as_windows_user
        self._sent: ProxyLogin | None = None

    def challenged(self, exchange: Exchange) -> None:
        """Prepares the next request after a 407.

        Raises CertclientError: PROXY_AUTHENTICATION if there is no login, or if it is wrong;
        PROXY_SCHEME if the proxy offers none of WinHTTP's schemes. WindowsCallError.
        """
        offered = winhttp.auth_schemes(exchange.handle)
        if offered & _OF_WINDOWS:
            # Negotiate and NTLM log a connection in, not a request: it has to stay open.
            exchange.set_header("Connection", "")
        if self._try_user and offered & _OF_WINDOWS:
            self._try_user = False
            exchange.set_autologon(allowed=True)
            return
        exchange.set_autologon(allowed=False)
        scheme = next((one for one in _SCHEMES if offered & one), None)
        if scheme is None and (names := _names(exchange)):
            raise CertclientError(ErrorCode.PROXY_SCHEME, host=self._proxy, schemes=names)
        login = self._next_login(exchange)
        arguments = (winhttp.AUTH_TARGET_PROXY, scheme, login.user, login.password.reveal())
        winhttp.set_credentials(exchange.handle, *arguments, None)
        self._sent = login

    def passed(self) -> None:
        """The proxy did not ask again: the login counts as right."""
        if self._sent is not None:
            self._logins.accepted(self._proxy, self._sent)

    def _next_login(self, exchange: Exchange) -> ProxyLogin:
        if self._sent is not None:
            self._logins.refused(self._proxy, self._sent)
        login = None if self._sent else self._logins.login(self._proxy)
        if login is not None:
            return login
        raise login_required(
            ProxyLoginRequest(
                proxy=self._proxy,
                realm=_realm(exchange),
                schemes=tuple(_names(exchange).split(", ")),
                previous_incorrect=bool(self._sent) or self._logins.has_refused(self._proxy),
            )
        )


def _names(exchange: Exchange) -> str:
    offers = [value.split(maxsplit=1) for value in exchange.challenges()]
    return ", ".join(dict.fromkeys(words[0] for words in offers if words))[:_MAX_REALM]


def _realm(exchange: Exchange) -> str:
    """What the proxy says that it protects; control characters become visible."""
    for value in exchange.challenges():
        if match := _REALM.search(value):
            text = match[1].strip('"')
            return "".join(one if one.isprintable() else "\ufffd" for one in text)[:_MAX_REALM]
    return ""
