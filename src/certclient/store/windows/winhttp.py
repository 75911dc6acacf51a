"""Logs in with a certificate of the Windows store through WinHTTP (winhttp.h).

Windows signs the TLS handshake with the certificate's key; this program never opens the key.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from ctypes import POINTER, byref, c_size_t, c_void_p, c_wchar_p
from ctypes.wintypes import BOOL, DWORD, WORD
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.windows_dll import WindowsCallError, declare, load, not_zero, system_text
from certclient.store.windows import crypt32
from certclient.store.windows import declarations as w

_winhttp = load("winhttp.dll")

_ACCESS_TYPE_NO_PROXY = 1
_ACCESS_TYPE_NAMED_PROXY = 3
_ACCESS_TYPE_AUTOMATIC_PROXY = 4
"""The user's settings, including PAC and WPAD (since Windows 8.1)."""
_FLAG_SECURE = 0x800000
_OPTION_SECURITY_FLAGS = 31
_OPTION_CLIENT_CERT_CONTEXT = 47
_OPTION_SERVER_CERT_CONTEXT = 78
_OPTION_REDIRECT_POLICY = 88
_REDIRECT_POLICY_NEVER = 0
_SECURITY_FLAG_IGNORE_UNKNOWN_CA = 0x100
_PROXY_AUTHENTICATION_REQUIRED = 407
_QUERY_STATUS_CODE_NUMBER = 19 | 0x20000000
_TIMEOUT_MS = 20_000

_open = declare(
    _winhttp, "WinHttpOpen", not_zero, c_void_p, c_wchar_p, DWORD, c_wchar_p, c_wchar_p, DWORD
)
_connect = declare(_winhttp, "WinHttpConnect", not_zero, c_void_p, c_void_p, c_wchar_p, WORD, DWORD)
_open_request = declare(
    _winhttp,
    "WinHttpOpenRequest",
    not_zero,
    c_void_p,
    c_void_p,
    c_wchar_p,
    c_wchar_p,
    c_wchar_p,
    c_wchar_p,
    c_void_p,
    DWORD,
)
_set_timeouts = declare(
    _winhttp, "WinHttpSetTimeouts", not_zero, BOOL, c_void_p, *(ctypes.c_int,) * 4
)
_set_option = declare(
    _winhttp, "WinHttpSetOption", not_zero, BOOL, c_void_p, DWORD, c_void_p, DWORD
)
_query_option = declare(
    _winhttp, "WinHttpQueryOption", not_zero, BOOL, c_void_p, DWORD, c_void_p, POINTER(DWORD)
)
_send_request = declare(
    _winhttp,
    "WinHttpSendRequest",
    not_zero,
    BOOL,
    c_void_p,
    c_wchar_p,
    DWORD,
    c_void_p,
    DWORD,
    DWORD,
    c_size_t,
)
_receive_response = declare(_winhttp, "WinHttpReceiveResponse", not_zero, BOOL, c_void_p, c_void_p)
_query_headers = declare(
    _winhttp,
    "WinHttpQueryHeaders",
    not_zero,
    BOOL,
    c_void_p,
    DWORD,
    c_wchar_p,
    c_void_p,
    POINTER(DWORD),
    c_void_p,
)
_close_handle = declare(_winhttp, "WinHttpCloseHandle", not_zero, BOOL, c_void_p)

_CODES = {
    12002: ErrorCode.NETWORK_TIMEOUT,
    12007: ErrorCode.NETWORK_UNREACHABLE,
    12029: ErrorCode.NETWORK_UNREACHABLE,
    12030: ErrorCode.NETWORK_UNREACHABLE,
    12037: ErrorCode.TLS_UNTRUSTED,  # certificate not yet valid or expired
    12038: ErrorCode.TLS_UNTRUSTED,  # certificate for another host name
    12045: ErrorCode.TLS_UNTRUSTED,  # unknown CA
    12157: ErrorCode.LOGIN_FAILED,  # handshake aborted
    12175: ErrorCode.TLS_UNTRUSTED,
    12178: ErrorCode.PROXY_UNREACHABLE,
    12180: ErrorCode.PROXY_UNREACHABLE,
}
"""ERROR_WINHTTP_… (winhttp.h); any other code becomes LOGIN_FAILED."""

_CONNECTION_CLOSED = frozenset({12030, 12152, 12157, 12175})
"""Codes for a connection that the server closes after the handshake, which is when a TLS 1.3
server rejects a client certificate (RFC 8446, 4.4.2.4 and 6.2)."""


def log_in(
    context: Any, url: str, anchors: Sequence[Certificate], proxy: str | None = None
) -> None:
    """Sends a GET to `url` with the certificate; returns if the server accepts it (2xx, 3xx).

    `context`: a PCCERT_CONTEXT. `anchors`: if given, roots for the server's TLS certificate,
    replacing the system's. `proxy`: `http://host:port`, "" for none, None for the user's settings
    in Windows. Raises CertclientError: LOGIN_REFUSED (data `status`), LOGIN_FAILED (no TLS
    connection with this certificate), TLS_UNTRUSTED, NETWORK_…, PROXY_…, SERVER_ERROR.
    """
    host = urlsplit(url).hostname or ""
    try:
        with _request(url, proxy) as request:
            _prepare(request, context, own_roots=bool(anchors))
            # 0xFFFFFFFF (-1): WinHTTP measures the NUL-terminated headers itself.
            _send_request(request, "Connection: close\r\n", 0xFFFFFFFF, None, 0, 0, 0)
            _receive_response(request, None)
            status = _status(request)
            if status == _PROXY_AUTHENTICATION_REQUIRED:  # the server has not been reached
                raise CertclientError(ErrorCode.PROXY_AUTHENTICATION, host=host)
            if anchors:
                _check_server(_server_chain(request), host, anchors)
    except WindowsCallError as error:
        code = _CODES.get(error.code, ErrorCode.LOGIN_FAILED)
        if error.function == "WinHttpReceiveResponse" and error.code in _CONNECTION_CLOSED:
            code = ErrorCode.LOGIN_FAILED
        reason = f"{system_text(error.code, _winhttp)} ({error.function} {error.code})".strip()
        raise CertclientError(code, host=host, reason=reason, issuer="") from error
    _check_result(status, host)


@contextmanager
def _request(url: str, proxy: str | None) -> Iterator[int]:
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    with (
        _handle(_open("certclient", *_proxy_arguments(proxy), None, 0)) as session,
        _handle(_connect(session, parts.hostname, parts.port or 443, 0)) as connection,
        _handle(
            _open_request(connection, "GET", path or "/", None, None, None, _FLAG_SECURE)
        ) as request,
    ):
        _set_timeouts(request, *(_TIMEOUT_MS,) * 4)
        yield request


def _proxy_arguments(proxy: str | None) -> tuple[int, str | None]:
    """Returns WinHttpOpen's access type and proxy name."""
    if proxy is None:
        return _ACCESS_TYPE_AUTOMATIC_PROXY, None
    if not proxy:
        return _ACCESS_TYPE_NO_PROXY, None
    parts = urlsplit(proxy)
    return _ACCESS_TYPE_NAMED_PROXY, f"{parts.hostname}:{parts.port or 80}"


@contextmanager
def _handle(handle: int) -> Iterator[int]:
    try:
        yield handle
    finally:
        _close_handle(handle)


def _prepare(request: int, context: Any, *, own_roots: bool) -> None:
    # A redirect already counts as an accepted login (`_check_result`).
    _set_number(request, _OPTION_REDIRECT_POLICY, _REDIRECT_POLICY_NEVER)
    if own_roots:
        # `_check_server` verifies the chain afterwards, against the profile's roots alone.
        _set_number(request, _OPTION_SECURITY_FLAGS, _SECURITY_FLAG_IGNORE_UNKNOWN_CA)
    _set_option(request, _OPTION_CLIENT_CERT_CONTEXT, context, ctypes.sizeof(w.CertContext))


def _set_number(request: int, option: int, value: int) -> None:
    number = DWORD(value)
    _set_option(request, option, byref(number), ctypes.sizeof(number))


def _status(request: int) -> int:
    status, length = DWORD(0), DWORD(ctypes.sizeof(DWORD))
    _query_headers(request, _QUERY_STATUS_CODE_NUMBER, None, byref(status), byref(length), None)
    return status.value


def _server_chain(request: int) -> list[Certificate]:
    """Returns the certificates that the server sent, its own first."""
    context, length = w.CertContextPointer(), DWORD(ctypes.sizeof(c_void_p))
    _query_option(request, _OPTION_SERVER_CERT_CONTEXT, byref(context), byref(length))
    try:
        # hCertStore holds the other certificates that the server sent. It belongs to the context,
        # so it is not closed here.
        sent_along = crypt32.SystemStore(context.contents.store).entries()
        own = Certificate.read(crypt32.encoded(context))
    finally:
        w.cert_free_certificate_context(context)
    return [own, *(entry.certificate for entry in sent_along)]


def _check_server(chain: Sequence[Certificate], host: str, anchors: Sequence[Certificate]) -> None:
    """Raises TLS_UNTRUSTED unless the server's certificate chains to one of `anchors`."""
    try:
        builder = PolicyBuilder().store(Store([anchor.x509 for anchor in anchors]))
        verifier = builder.build_server_verifier(_subject(host))
        verifier.verify(chain[0].x509, _parsed(chain[1:]))
    except (VerificationError, ValueError, TypeError) as error:
        issuer = chain[0].issuer_common_name
        raise CertclientError(
            ErrorCode.TLS_UNTRUSTED, host=host, issuer=issuer, reason=str(error)[:200]
        ) from error


def _parsed(certificates: Sequence[Certificate]) -> list[x509.Certificate]:
    """Leaves out what `cryptography` does not take; a server may send anything along."""
    found = []
    for certificate in certificates:
        with suppress(ValueError, TypeError):
            found.append(certificate.x509)
    return found


def _subject(host: str) -> x509.DNSName | x509.IPAddress:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _check_result(status: int, host: str) -> None:
    if 200 <= status < 400:
        return
    if status >= 500:
        raise CertclientError(ErrorCode.SERVER_ERROR, host=host, status=str(status))
    raise CertclientError(ErrorCode.LOGIN_REFUSED, host=host, status=str(status))
