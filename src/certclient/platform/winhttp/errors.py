"""Maps WinHTTP's errors (winhttp.h, ERROR_WINHTTP_…) to error codes that locate the failure."""

from __future__ import annotations

from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.windows_dll import WindowsCallError
from certclient.platform.winhttp import declarations as winhttp

_WSAETIMEDOUT = 10060
_TIMEOUTS = frozenset({winhttp.ERROR_TIMEOUT, _WSAETIMEDOUT})
_NO_CONNECTION = frozenset({winhttp.ERROR_NAME_NOT_RESOLVED, winhttp.ERROR_CANNOT_CONNECT})
_TLS = frozenset({12037, 12038, 12044, 12045, 12057, 12157, 12169, 12170, 12175, 12179, 12185})
"""ERROR_WINHTTP_SECURE_… and ERROR_WINHTTP_CLIENT_…"""

_FLAGS = {
    0x02: "invalid certificate",
    0x04: "certificate is revoked",
    0x08: "no path to a trusted issuer",
    0x10: "host name mismatch",
    0x20: "certificate has expired or is not yet valid",
    0x40: "certificate is not for servers",
    0x01: "revocation could not be checked",
}
"""WINHTTP_CALLBACK_STATUS_FLAG_…"""


def is_tls_failure(error: WindowsCallError) -> bool:
    """Whether TLS with the server failed."""
    return error.code in _TLS


def tls_reason(error: WindowsCallError, flags: int) -> str:
    """Why, in English for support. `flags`: `Exchange.security_failure`."""
    words = [word for flag, word in _FLAGS.items() if flags & flag]
    return ", ".join(words) or winhttp.error_text(error.function, error.code)


def network_error(
    error: WindowsCallError, host: str, proxy: str, *, connected: bool
) -> CertclientError:
    """The error of a failed call on the way to `host`, through `proxy` (host:port, "" for none).

    `connected`: a connection had been opened. Data: `host` (the proxy's if it is at fault), and
    `reason` for support.
    """
    reason = winhttp.error_text(error.function, error.code)
    never_there = error.code in _NO_CONNECTION or (error.code in _TIMEOUTS and not connected)
    if proxy and never_there:
        return CertclientError(ErrorCode.PROXY_UNREACHABLE, host=proxy, reason=reason)
    timeout = error.code in _TIMEOUTS
    code = ErrorCode.NETWORK_TIMEOUT if timeout else ErrorCode.NETWORK_UNREACHABLE
    return CertclientError(code, host=host, reason=reason)
