"""Maps the exceptions of sockets, ssl and http.client to error codes that locate the failure."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from http import HTTPStatus

from certclient.model.errors import CertclientError, ErrorCode

_UNEXPECTED_EOF = "UNEXPECTED_EOF_WHILE_READING"
"""OpenSSL 3's reason for a lost connection; Python before 3.11.4 raises it as a plain SSLError."""
_SERVER_DOWN = (502, 503, 504)
"""With these, a proxy says that it cannot reach the server (RFC 9110, 15.6): a passing fault."""
_MAX_REASON = 200

_INTERRUPTED = (ssl.SSLEOFError, ssl.SSLZeroReturnError, TimeoutError)
"""An interrupted or stalled handshake: a network failure, which says nothing about the server.

Some releases of Python, Debian 12's among them, set SSL_OP_IGNORE_UNEXPECTED_EOF. OpenSSL 3 then
reports a lost connection as one that the peer has closed (SSLZeroReturnError).
"""


class NoAnswerError(CertclientError):
    """A network error after the connection to the server stood. `chain`: the server's (DER), if
    the transport knows it."""

    chain: Sequence[bytes] = ()


def network_error(error: BaseException, host: str) -> CertclientError:
    """The CertclientError for an exception on the way to `host`, behind any proxy.

    Data: `host`, and `reason` in English for support.
    """
    causes = list(_causes(error))
    if _any(causes, ssl.SSLError) and not any(map(_is_interruption, causes)):
        return CertclientError(
            ErrorCode.TLS_UNTRUSTED, host=host, reason=_tls_reason(causes), issuer=""
        )
    if _any(causes, TimeoutError):
        return _with(ErrorCode.NETWORK_TIMEOUT, host, error)
    return _with(ErrorCode.NETWORK_UNREACHABLE, host, error)


def with_address(error: CertclientError, url: str) -> CertclientError:
    """A network error with data `url`, the address that was asked (it holds no user or password:
    `model.urls.check_url`). Any other error is returned as it is."""
    if not error.code.of_network or "url" in error.data:
        return error
    return CertclientError(error.code, **error.data, url=url)


def proxy_down(error: Exception, proxy: str) -> CertclientError:
    """The error for an exception on the way to `proxy` (host:port)."""
    return _with(ErrorCode.PROXY_UNREACHABLE, proxy, error)


def proxy_refusal(status: int, proxy: str) -> CertclientError:
    """The error for an HTTP status that came from `proxy` (host:port)."""
    authentication = status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED
    code = ErrorCode.PROXY_AUTHENTICATION if authentication else ErrorCode.PROXY_UNREACHABLE
    return CertclientError(code, host=proxy, status=str(status))


def tunnel_refusal(status: int, proxy: str, host: str) -> CertclientError:
    """The error for the status with which `proxy` (host:port) refuses the way to `host`."""
    if status in _SERVER_DOWN:
        reason = f"the proxy {proxy} reports {status}"
        return CertclientError(ErrorCode.NETWORK_UNREACHABLE, host=host, reason=reason)
    return proxy_refusal(status, proxy)


def is_proxy_down(error: CertclientError) -> bool:
    """Whether a proxy did not respond at all, so that the next one may be tried."""
    return error.code is ErrorCode.PROXY_UNREACHABLE and "status" not in error.data


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and all its causes."""
    pending: list[BaseException | None] = [error]
    seen: list[BaseException] = []
    while pending:
        found = pending.pop(0)
        if found is None or any(found is known for known in seen):
            continue
        seen.append(found)
        yield found
        pending += [found.__cause__, found.__context__]


def _any(causes: list[BaseException], *kinds: type[BaseException]) -> bool:
    return any(isinstance(cause, kinds) for cause in causes)


def _is_interruption(cause: BaseException) -> bool:
    if isinstance(cause, _INTERRUPTED):
        return True
    return isinstance(cause, ssl.SSLError) and cause.reason == _UNEXPECTED_EOF


def _tls_reason(causes: list[BaseException]) -> str:
    verification = [c for c in causes if isinstance(c, ssl.SSLCertVerificationError)]
    if verification and verification[0].verify_message:
        return str(verification[0].verify_message)[:_MAX_REASON]
    failure = next(cause for cause in causes if isinstance(cause, ssl.SSLError))
    return str(failure.reason or failure)[:_MAX_REASON]


def _with(code: ErrorCode, host: str, error: BaseException) -> CertclientError:
    return CertclientError(code, host=host, reason=str(error)[:_MAX_REASON])
