"""The proxy settings of the Windows user, asked of Windows itself (winhttp.h).

As browsers do: what the network announces (WPAD), then the script that is named (PAC), then the
proxy that is named, then the computer's own setting (netsh winhttp).
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
    """WINHTTP_CURRENT_USER_IE_PROXY_CONFIG; the texts are the caller's to free."""

    _fields_ = (
        ("auto_detect", BOOL),
        ("script", c_void_p),
        ("proxy", c_void_p),
        ("exceptions", c_void_p),
    )


class _ProxyInfo(ctypes.Structure):
    """WINHTTP_PROXY_INFO; the texts are the caller's to free."""

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
class Settings:
    """`script` is a PAC address; all are "" where nothing is set."""

    auto_detect: bool = False
    script: str = ""
    proxy: str = ""
    exceptions: str = ""


@dataclass(frozen=True, slots=True)
class WindowsProxies:
    """A `ca.proxies.ProxyResolver`. `time_limit`: seconds for an answer, since looking for a
    script in the network cannot be interrupted; it then ends by itself."""

    time_limit: float = 20.0

    def routes(self, url: str) -> Routes:
        answer: Future[Routes] = Future()
        work = threading.Thread(
            target=lambda: answer.set_result(_routes(url)), name="proxy settings", daemon=True
        )
        work.start()
        try:
            return answer.result(self.time_limit)
        except NotInTime:
            return Routes((), _unreadable("", f"no answer in {self.time_limit:g} s"))


def user_settings() -> Settings:
    """What the user has set in Windows. Raises WindowsCallError."""
    found = _UserSettings()
    _get_user_settings(byref(found))
    return Settings(
        auto_detect=bool(found.auto_detect),
        script=_taken(found.script),
        proxy=_taken(found.proxy),
        exceptions=_taken(found.exceptions),
    )


def computer_settings() -> Settings:
    """What `netsh winhttp` has set for the computer. Raises WindowsCallError."""
    found = _ProxyInfo()
    _get_computer_settings(byref(found))
    proxy, exceptions = _taken(found.proxy), _taken(found.exceptions)
    named = found.access_type == _ACCESS_TYPE_NAMED_PROXY
    return Settings(proxy=proxy, exceptions=exceptions) if named else Settings()


def _routes(url: str) -> Routes:
    """Never raises; blocks as long as Windows wants."""
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


def _by_name(settings: Settings, url: str) -> Routes:
    """Empty where no proxy is named."""
    if not settings.proxy:
        return Routes()
    if is_exempt(url, settings.exceptions):
        return Routes((DIRECT,))
    return _usable(settings.proxy, url)


def _usable(named: str, url: str) -> Routes:
    """The HTTP proxies among the `named` ones; none of them may be for this address."""
    addresses = proxies_in(named, urlsplit(url).scheme)
    if not addresses and names_socks(named):
        return Routes((DIRECT,), _unreadable(named, "SOCKS proxies are not supported"))
    return Routes(addresses or (DIRECT,))


def _by_script(user: Settings, url: str) -> Routes:
    """What WPAD or PAC says. Empty without either; most networks announce nothing, which is no
    problem."""
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
    """Evaluates the PAC script at `script`, the one that the network announces for "".

    It gets to know the host alone, as in browsers. Raises WindowsCallError.
    """
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}/"
    try:
        found = _evaluate(script, origin, log_on=False)
    except WindowsCallError as error:
        # The script's server wants to know the user. Windows tells it where the user has named
        # that server himself, never where just anybody in the network has announced it.
        if error.code != _ERROR_LOGIN_FAILURE or not script:
            raise
        found = _evaluate(script, origin, log_on=True)
    proxy, exceptions = _taken(found.proxy), _taken(found.exceptions)
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
    """One for the whole process: with it WinHTTP remembers scripts."""
    session = _open("certclient", _ACCESS_TYPE_NO_PROXY, None, None, 0)
    _set_timeouts(session, *(_SCRIPT_TIMEOUT_MS,) * 4)
    return session


def _taken(pointer: int | None) -> str:
    """The text behind `pointer`, which is freed."""
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
