"""The Windows user's proxy settings, evaluated by WinHTTP (winhttp.h).

In the order that browsers use: automatic detection (WPAD), the configured script (PAC), the
configured proxy, then the computer's own setting (netsh winhttp).
"""

from __future__ import annotations

import ctypes
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotInTime
from ctypes import POINTER, byref, c_void_p, c_wchar_p
from ctypes.wintypes import BOOL, DWORD
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.proxies.routes import DIRECT, Routes
from certclient.platform.proxies.text import proxies_in
from certclient.platform.windows_dll import WindowsCallError, declare, load, not_zero
from certclient.platform.winhttp import declarations as winhttp

_AUTO_DETECT, _CONFIG_URL = 1, 2
_DETECT_BY_DHCP_AND_DNS = 3
_SCRIPT_TIMEOUT_MS = 10_000


class _UserSettings(ctypes.Structure):
    """WINHTTP_CURRENT_USER_IE_PROXY_CONFIG; the caller frees the strings."""

    _fields_ = (
        ("auto_detect", BOOL),
        ("script", c_void_p),
        ("proxy", c_void_p),
        ("exceptions", c_void_p),
    )


class _ProxyInfo(ctypes.Structure):
    """WINHTTP_PROXY_INFO; the caller frees the strings."""

    _fields_ = (("access_type", DWORD), ("proxy", c_void_p), ("exceptions", c_void_p))


class _AutoProxyOptions(ctypes.Structure):
    """WINHTTP_AUTOPROXY_OPTIONS."""

    _fields_ = (
        ("flags", DWORD),
        ("detect_flags", DWORD),
        ("script", c_wchar_p),
        ("reserved_pointer", c_void_p),
        ("reserved", DWORD),
        ("log_on", BOOL),
    )


_get_user_settings = declare(
    winhttp.library,
    "WinHttpGetIEProxyConfigForCurrentUser",
    not_zero,
    BOOL,
    POINTER(_UserSettings),
)
_get_computer_settings = declare(
    winhttp.library, "WinHttpGetDefaultProxyConfiguration", not_zero, BOOL, POINTER(_ProxyInfo)
)
_get_proxy_for_url = declare(
    winhttp.library,
    "WinHttpGetProxyForUrl",
    not_zero,
    BOOL,
    c_void_p,
    c_wchar_p,
    POINTER(_AutoProxyOptions),
    POINTER(_ProxyInfo),
)
_global_free = declare(load("kernel32.dll"), "GlobalFree", lambda _: None, c_void_p, c_void_p)


@dataclass(frozen=True, slots=True)
class WindowsProxies:
    """A `routes.ProxyResolver` for Windows.

    `time_limit`: seconds to wait for an answer. The search for a script in the network cannot be
    interrupted; after the limit its thread runs on in the background until it ends by itself.
    """

    time_limit: float = 20.0

    def routes(self, url: str) -> Routes:
        """See ProxyResolver.routes. After `time_limit`, returns no addresses and a `problem`."""
        answer: Future[Routes] = Future()
        work = threading.Thread(
            target=lambda: answer.set_result(_routes(url)), name="proxy settings", daemon=True
        )
        work.start()
        try:
            return answer.result(self.time_limit)
        except NotInTime:
            return Routes((), _unreadable("", f"no answer in {self.time_limit:g} s"))


def _routes(url: str) -> Routes:
    """Never raises; may block until Windows' own timeouts expire."""
    try:
        user = _UserSettings()
        _get_user_settings(byref(user))
        script, proxy, exceptions = map(_read_and_free, (user.script, user.proxy, user.exceptions))
        found = _by_script(url, script, auto_detect=bool(user.auto_detect))
        if not found.addresses:
            computer = _ProxyInfo()
            _get_computer_settings(byref(computer))
            named = _named(url, proxy, exceptions) if proxy else _from_info(url, computer)
            found = replace(named, problem=found.problem or named.problem)
    except WindowsCallError as error:
        return Routes((), _unreadable("", winhttp.error_text(error.function, error.code)))
    return found


def _by_script(url: str, script: str, *, auto_detect: bool) -> Routes:
    """Routes by WPAD or PAC script; empty without either.

    A failed WPAD detection is not reported, as most networks do not announce a script.
    """
    problem: CertclientError | None = None
    if auto_detect:
        try:
            return replace(_ask_script("", url), announced=True)
        except WindowsCallError as error:
            if error.code != winhttp.ERROR_AUTODETECTION_FAILED:
                problem = _unreadable("WPAD", winhttp.error_text(error.function, error.code))
    if script:
        try:
            return _ask_script(script, url)
        except WindowsCallError as error:
            problem = _unreadable(script, winhttp.error_text(error.function, error.code))
    return Routes((), problem)


def _ask_script(script: str, url: str) -> Routes:
    """Evaluates the PAC script at the URL `script`; "" means the one found by WPAD.

    Passes only the URL's origin to the script, as browsers do. Raises WindowsCallError.
    """
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}/"
    try:
        found = _evaluate(script, origin, log_on=False)
    except WindowsCallError as error:
        # The script's server requires authentication. Send the user's credentials only to a server
        # that the user has configured, never to one that anyone in the network may have announced.
        if error.code != winhttp.ERROR_LOGIN_FAILURE or not script:
            raise
        found = _evaluate(script, origin, log_on=True)
    routes = _from_info(url, found)
    return routes if routes.addresses else replace(routes, addresses=(DIRECT,))


def _evaluate(script: str, origin: str, *, log_on: bool) -> _ProxyInfo:
    options = _AutoProxyOptions(
        flags=_CONFIG_URL if script else _AUTO_DETECT,
        detect_flags=0 if script else _DETECT_BY_DHCP_AND_DNS,
        script=script or None,
        log_on=log_on,
    )
    found = _ProxyInfo()
    _get_proxy_for_url(_session(), origin, byref(options), byref(found))
    return found


@cache
def _session() -> Any:
    """One session for the whole process, so that WinHTTP caches scripts."""
    session = winhttp.open_session("certclient", winhttp.ACCESS_TYPE_NO_PROXY, None, None, 0)
    winhttp.set_timeouts(session, *(_SCRIPT_TIMEOUT_MS,) * 4)
    return session


def _from_info(url: str, info: _ProxyInfo) -> Routes:
    proxy, exceptions = _read_and_free(info.proxy), _read_and_free(info.exceptions)
    named = info.access_type == winhttp.ACCESS_TYPE_NAMED_PROXY
    return _named(url, proxy, exceptions) if named else Routes()


def _named(url: str, proxies: str, exceptions: str) -> Routes:
    """The routes by a list of proxies in Windows' syntax; DIRECT if none is meant for this URL.

    WinHTTP itself applies `exceptions`.
    """
    addresses = proxies_in(proxies, urlsplit(url).scheme)
    if not addresses and "socks" in proxies.lower():
        return Routes((DIRECT,), _unreadable(proxies, "SOCKS proxies are not supported"))
    return Routes(addresses or (DIRECT,), exceptions=exceptions)


def _read_and_free(pointer: int | None) -> str:
    """Returns the string at `pointer` and frees it; "" for NULL."""
    if not pointer:
        return ""
    text = ctypes.wstring_at(pointer)
    _global_free(pointer)
    return text.strip()


def _unreadable(address: str, reason: str) -> CertclientError:
    return CertclientError(ErrorCode.PROXY_SCRIPT, address=address, reason=reason)
