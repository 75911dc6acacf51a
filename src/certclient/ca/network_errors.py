"""Maps exceptions of requests and urllib3 to error codes that locate the failure."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import requests
from urllib3 import exceptions as urllib3_errors

from certclient.model.errors import CertclientError, ErrorCode

_TUNNEL_STATUS = re.compile(r"Tunnel connection failed: (\d{3})")
_MAX_REASON = 200

_INTERRUPTED = (ssl.SSLEOFError, ssl.SSLZeroReturnError, TimeoutError)
"""An interrupted or stalled handshake: a network failure, which says nothing about the server.

Some releases of Python, Debian 12's among them, set SSL_OP_IGNORE_UNEXPECTED_EOF. OpenSSL 3 then
reports a lost connection as one that the peer has closed (SSLZeroReturnError).
"""
_UNEXPECTED_EOF = "UNEXPECTED_EOF_WHILE_READING"
"""OpenSSL 3's reason for it, which Python before 3.11.4 raises as a plain SSLError."""


def network_error(error: Exception, host: str, proxy: str) -> CertclientError:
    """The CertclientError for an exception from requests or urllib3.

    `proxy`: the address of the proxy in use, "" for none. Data: `host`, the proxy if it is at
    fault, and `reason` in English for support.
    """
    causes = list(_causes(error))
    proxy_status = _tunnel_status(causes)
    if proxy_status is not None:
        return proxy_refusal(proxy_status, proxy)
    if _any(causes, requests.exceptions.ProxyError, urllib3_errors.ProxyError):
        return _with(ErrorCode.PROXY_UNREACHABLE, _without_password(proxy), error)
    if proxy and _any(causes, requests.ConnectTimeout):
        return _with(ErrorCode.PROXY_UNREACHABLE, _without_password(proxy), error)
    if _any(causes, ssl.SSLError) and not any(map(_is_interruption, causes)):
        return CertclientError(
            ErrorCode.TLS_UNTRUSTED, host=host, reason=_tls_reason(causes), issuer=""
        )
    if _any(causes, urllib3_errors.NewConnectionError) and not _any(causes, TimeoutError):
        # Refused or no route. Checked before the timeouts, because urllib3 derives it from one.
        return _with(ErrorCode.NETWORK_UNREACHABLE, host, error)
    if _any(causes, requests.Timeout, urllib3_errors.TimeoutError, TimeoutError):
        return _with(ErrorCode.NETWORK_TIMEOUT, host, error)
    return _with(ErrorCode.NETWORK_UNREACHABLE, host, error)


def proxy_refusal(status: int, proxy: str) -> CertclientError:
    """The error for an HTTP status that came from `proxy` (its address)."""
    authentication = status == requests.codes.proxy_authentication_required
    code = ErrorCode.PROXY_AUTHENTICATION if authentication else ErrorCode.PROXY_UNREACHABLE
    return CertclientError(code, host=_without_password(proxy), status=str(status))


def is_proxy_down(error: CertclientError) -> bool:
    """Whether a proxy did not respond at all, so that the next one may be tried."""
    return error.code is ErrorCode.PROXY_UNREACHABLE and "status" not in error.data


def _without_password(proxy: str) -> str:
    """host:port, without any credentials in the address."""
    return urlsplit(proxy).netloc.rpartition("@")[2]


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and all its causes; urllib3 keeps some in `reason` and in `args`."""
    pending: list[object] = [error]
    seen: list[BaseException] = []
    while pending:
        found = pending.pop(0)
        if not isinstance(found, BaseException) or any(found is known for known in seen):
            continue
        seen.append(found)
        yield found
        pending += [found.__cause__, found.__context__, getattr(found, "reason", None)]
        pending += found.args


def _any(causes: list[BaseException], *kinds: type[BaseException]) -> bool:
    return any(isinstance(cause, kinds) for cause in causes)


def _is_interruption(cause: BaseException) -> bool:
    if isinstance(cause, _INTERRUPTED):
        return True
    return isinstance(cause, ssl.SSLError) and cause.reason == _UNEXPECTED_EOF


def _tunnel_status(causes: list[BaseException]) -> int | None:
    """The proxy's status for CONNECT, which http.client gives only in the text of an OSError."""
    matches = (_TUNNEL_STATUS.search(str(cause)) for cause in causes if isinstance(cause, OSError))
    return next((int(match.group(1)) for match in matches if match), None)


def _tls_reason(causes: list[BaseException]) -> str:
    verification = [c for c in causes if isinstance(c, ssl.SSLCertVerificationError)]
    if verification and verification[0].verify_message:
        return str(verification[0].verify_message)[:_MAX_REASON]
    failure = next(cause for cause in causes if isinstance(cause, ssl.SSLError))
    return str(failure.reason or failure)[:_MAX_REASON]


def _with(code: ErrorCode, host: str, error: Exception) -> CertclientError:
    return CertclientError(code, host=host, reason=str(error)[:_MAX_REASON])
