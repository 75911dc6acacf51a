"""Logs in with a certificate of the Windows store through WinHTTP.

Windows signs the TLS handshake with the certificate's key; this program never opens the key.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.tls_server import reason_against_server
from certclient.platform.proxies.logins import ProxyLogins
from certclient.platform.proxies.routes import DIRECT, Routes
from certclient.platform.windows_dll import WindowsCallError
from certclient.platform.winhttp import declarations as winhttp
from certclient.platform.winhttp.exchange import Exchange, Limits, OutgoingRequest, Tls
from certclient.platform.winhttp.proxies import WindowsProxies
from certclient.platform.winhttp.proxy_login import WindowsProxyLogin

_CONNECT, _SILENCE, _TOTAL = 20.0, 20.0, 60.0
"""Seconds."""

_WSAETIMEDOUT = 10060

_CODES = {
    winhttp.ERROR_TIMEOUT: ErrorCode.NETWORK_TIMEOUT,
    _WSAETIMEDOUT: ErrorCode.NETWORK_TIMEOUT,
    winhttp.ERROR_NAME_NOT_RESOLVED: ErrorCode.NETWORK_UNREACHABLE,
    winhttp.ERROR_CANNOT_CONNECT: ErrorCode.NETWORK_UNREACHABLE,
    winhttp.ERROR_CONNECTION_ERROR: ErrorCode.NETWORK_UNREACHABLE,
    winhttp.ERROR_SECURE_CERT_DATE_INVALID: ErrorCode.TLS_UNTRUSTED,
    winhttp.ERROR_SECURE_CERT_CN_INVALID: ErrorCode.TLS_UNTRUSTED,
    winhttp.ERROR_SECURE_INVALID_CA: ErrorCode.TLS_UNTRUSTED,
    winhttp.ERROR_SECURE_CHANNEL: ErrorCode.LOGIN_FAILED,  # handshake aborted
    winhttp.ERROR_SECURE_FAILURE: ErrorCode.TLS_UNTRUSTED,
}
"""Any other code becomes LOGIN_FAILED."""

_CONNECTION_CLOSED = frozenset(
    {
        winhttp.ERROR_CONNECTION_ERROR,
        winhttp.ERROR_INVALID_SERVER_RESPONSE,
        winhttp.ERROR_SECURE_CHANNEL,
        winhttp.ERROR_SECURE_FAILURE,
    }
)
"""Codes for a connection that the server closes after the handshake, which is when a TLS 1.3
server rejects a client certificate (RFC 8446, 4.4.2.4 and 6.2)."""


def log_in(
    context: Any,
    url: str,
    anchors: Sequence[Certificate],
    proxy: str | None = None,
    logins: ProxyLogins | None = None,
) -> None:
    """Sends a GET to `url` with the certificate; returns if the server accepts it (2xx, 3xx).

    `context`: a PCCERT_CONTEXT. `anchors`: if given, roots for the server's TLS certificate,
    replacing the system's. `proxy`: `http://host:port`, "" for none, None for the user's settings
    in Windows; `logins`: for a proxy that asks. Raises CertclientError: LOGIN_REFUSED (data
    `status`), LOGIN_FAILED (no TLS connection with this certificate), TLS_UNTRUSTED, NETWORK_…,
    PROXY_…, SERVER_ERROR.
    """
    host = urlsplit(url).hostname or ""
    # 0 (`ignored`) leaves the decision to Windows and its roots.
    ignored = winhttp.SECURITY_FLAG_IGNORE_UNKNOWN_CA if anchors else 0
    tls = Tls(_check_server(host, anchors), ignored, context)
    routes = WindowsProxies().routes(url) if proxy is None else Routes((proxy,))
    address = urlsplit(next(iter(routes.addresses), DIRECT)).netloc
    request = OutgoingRequest("GET", url, "Connection: close\r\n", b"", address, routes.exceptions)
    limits = Limits(_CONNECT, _SILENCE, time.monotonic() + _TOTAL)
    login = WindowsProxyLogin(
        address, logins or ProxyLogins(), as_windows_user=not routes.announced
    )
    try:
        with Exchange(request, limits, tls) as exchange:
            while (
                (status := exchange.send()) == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED
                and address
                and not exchange.secured
            ):
                login.challenged(exchange)
            if not exchange.secured:  # the proxy's response: the server has not been reached
                code = ErrorCode.PROXY_UNREACHABLE
                raise CertclientError(code, host=address, status=str(status))
            login.passed()
    except WindowsCallError as error:
        raise _error(error, host) from error
    _check_result(status, host)


def _check_server(host: str, anchors: Sequence[Certificate]) -> Callable[[Sequence[bytes]], None]:
    """The check of the server's chain against `anchors`; without any, Windows alone decides."""

    def check(chain: Sequence[bytes]) -> None:
        if not anchors:
            return
        roots = [anchor.der for anchor in anchors]
        if reason := reason_against_server(chain, host, roots, datetime.now(UTC)):
            issuer = Certificate.read(chain[0]).issuer_common_name
            code = ErrorCode.TLS_UNTRUSTED
            raise CertclientError(code, host=host, issuer=issuer, reason=reason)

    return check


def _error(error: WindowsCallError, host: str) -> CertclientError:
    code = _CODES.get(error.code, ErrorCode.LOGIN_FAILED)
    if error.function == "WinHttpReceiveResponse" and error.code in _CONNECTION_CLOSED:
        code = ErrorCode.LOGIN_FAILED
    reason = winhttp.error_text(error.function, error.code)
    return CertclientError(code, host=host, reason=reason, issuer="")


def _check_result(status: int, host: str) -> None:
    if 200 <= status < 400:
        return
    if status >= 500:
        raise CertclientError(ErrorCode.SERVER_ERROR, host=host, status=str(status))
    raise CertclientError(ErrorCode.LOGIN_REFUSED, host=host, status=str(status))
