"""The Windows user's proxy settings, read through WinHTTP (winhttp.h).

In the order that browsers use: automatic detection (WPAD), the configured script (PAC), the
configured proxy, then the computer's own setting (netsh winhttp).
"""

from __future__ import annotations

import ctypes
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotInTime
from ctypes import POINTER, byref, c_int, c_void_p, c_wchar_p
from ctypes.wintypes import BOOL, DWORD
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.proxies.routes import DIRECT, Routes
from certclient.platform.proxies.text import is_exempt, names_socks, proxies_in
from certclient.platform.windows_dll import WindowsCallError, declare, load, not_zero, system_text

_ACCESS_TYPE_NO_PROXY = 1
_ACCESS_TYPE_NAMED_PROXY = 3
_AUTOPROXY_AUTO_DETECT = 1
_AUTOPROXY_CONFIG_URL = 2
_DETECT_BY_DHCP_AND_DNS = 3
_ERROR_LOGIN_FAILURE = 12015
_ERROR_AUTODETECTION_FAILED = 12180
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


_winhttp = load("winhttp.dll")
_open = declare(
    _winhttp, "WinHttpOpen", not_zero, c_void_p, c_wchar_p, DWORD, c_wchar_p, c_wchar_p, DWORD
)
_set_timeouts = declare(_winhttp, "WinHttpSetTimeouts", not_zero, BOOL, c_void_p, *(c_int,) * 4)
_get_user_settings = declare(
    _winhttp,
    "WinHttpGetIEProxyConfigForCurrentUser",
    not_zero,
    BOOL,
    POINTER(_UserSettings),
)
_get_computer_settings = declare(
    _winhttp, "WinHttpGetDefaultProxyConfiguration", not_zero, BOOL, POINTER(_ProxyInfo)
)
_get_proxy_for_url = declare(
    _winhttp,
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
class ProxySettings:
    """Proxy settings in Windows' syntax (`text`). `script`: a PAC URL. "" means not set."""

    auto_detect: bool = False
    script: str = ""
    proxy: str = ""
    exceptions: str = ""


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


def user_settings() -> ProxySettings:
    """Returns the user's settings in Windows. Raises WindowsCallError."""
    found = _UserSettings()
    _get_user_settings(byref(found))
    return ProxySettings(
        auto_detect=bool(found.auto_detect),
        script=_read_and_free(found.script),
        proxy=_read_and_free(found.proxy),
        exceptions=_read_and_free(found.exceptions),
    )


def computer_settings() -> ProxySettings:
    """Returns the computer's settings (`netsh winhttp`). Raises WindowsCallError."""
    found = _ProxyInfo()
    _get_computer_settings(byref(found))
    proxy, exceptions = _read_and_free(found.proxy), _read_and_free(found.exceptions)
    named = found.access_type == _ACCESS_TYPE_NAMED_PROXY
    return ProxySettings(proxy=proxy, exceptions=exceptions) if named else ProxySettings()


def _routes(url: str) -> Routes:
    """Never raises; may block until Windows' own timeouts expire."""
    try:
        user = user_settings()
        by_script = _by_script(user, url)
        if by_script.addresses:
            return by_script
        for settings in (user, computer_settings()):
            by_name = _by_name(settings, url)
            if by_name.addresses:
                return Routes(by_name.addresses, by_script.problem or by_name.problem)
    except WindowsCallError as error:
        return Routes((), _unreadable("", _reason(error)))
    return by_script


def _by_name(settings: ProxySettings, url: str) -> Routes:
    """Routes by configured proxy; empty if none is configured."""
    if not settings.proxy:
        return Routes()
    if is_exempt(url, settings.exceptions):
        return Routes((DIRECT,))
    return _usable(settings.proxy, url)


def _usable(named: str, url: str) -> Routes:
    """The HTTP proxies in `named` for this URL; DIRECT if none of them applies."""
    addresses = proxies_in(named, urlsplit(url).scheme)
    if not addresses and names_socks(named):
        return Routes((DIRECT,), _unreadable(named, "SOCKS proxies are not supported"))
    return Routes(addresses or (DIRECT,))


def _by_script(user: ProxySettings, url: str) -> Routes:
    """Routes by WPAD or PAC script; empty without either.

    A failed WPAD detection is not reported, as most networks do not announce a script.
    """
    problem: CertclientError | None = None
    if user.auto_detect:
        try:
            return _ask_script("", url)
        except WindowsCallError as error:
            if error.code != _ERROR_AUTODETECTION_FAILED:
                problem = _unreadable("WPAD", _reason(error))
    if user.script:
        try:
            return _ask_script(user.script, url)
        except WindowsCallError as error:
            problem = _unreadable(user.script, _reason(error))
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
        if error.code != _ERROR_LOGIN_FAILURE or not script:
            raise
        found = _evaluate(script, origin, log_on=True)
    proxy, exceptions = _read_and_free(found.proxy), _read_and_free(found.exceptions)
    if found.access_type != _ACCESS_TYPE_NAMED_PROXY or is_exempt(url, exceptions):
        return Routes((DIRECT,))
    return _usable(proxy, url)


def _evaluate(script: str, origin: str, *, log_on: bool) -> _ProxyInfo:
    options = _AutoProxyOptions(
        flags=_AUTOPROXY_CONFIG_URL if script else _AUTOPROXY_AUTO_DETECT,
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
    session = _open("certclient", _ACCESS_TYPE_NO_PROXY, None, None, 0)
    _set_timeouts(session, *(_SCRIPT_TIMEOUT_MS,) * 4)
    return session


def _read_and_free(pointer: int | None) -> str:
    """Returns the string at `pointer` and frees it; "" for NULL."""
    if not pointer:
        return ""
    text = ctypes.wstring_at(pointer)
    _global_free(pointer)
    return text.strip()


def _unreadable(address: str, reason: str) -> CertclientError:
    return CertclientError(ErrorCode.PROXY_SCRIPT, address=address, reason=reason)


def _reason(error: WindowsCallError) -> str:
    text = system_text(error.code, _winhttp) if error.code else ""
    return f"{text} ({error.function} {error.code})".strip()
