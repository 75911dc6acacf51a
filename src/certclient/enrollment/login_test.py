"""A login with a certificate, without a browser: how it is tried, and what its end means."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from certclient.ca.transport import HttpRequest, TlsIdentity, Transport
from certclient.model.errors import CertclientError, ErrorCode

LOGIN_REJECTIONS = frozenset({ErrorCode.LOGIN_REFUSED, ErrorCode.LOGIN_FAILED})
"""Errors that count against the certificate; with any other, the test is inconclusive."""


class LoginTestResult(enum.Enum):
    """The outcome of the login test with the new certificate."""

    WORKED = "worked"
    FAILED = "failed"
    """Tried; the error counts against the certificate."""
    PREVENTED = "hindered"
    """Started, but something else failed, such as the network."""
    BROWSER_ONLY = "browser-only"
    """This computer cannot log in with this store's keys itself; the customer's browser does."""
    NO_ADDRESS = "no-address"
    """The bank has no page for the test."""
    UNCONFIRMED = "unconfirmed"
    """Not tried, as the CA has not acknowledged the confirmation."""


@dataclass(frozen=True, slots=True)
class LoginTest:
    """The result; `error` is the reason for FAILED or PREVENTED, else None."""

    result: LoginTestResult
    error: CertclientError | None = None

    @property
    def inconclusive(self) -> bool:
        """Tried without success: the old certificate must not be archived."""
        return self.result in (LoginTestResult.FAILED, LoginTestResult.PREVENTED)


UNCONFIRMED = LoginTest(LoginTestResult.UNCONFIRMED)


def log_in(transport: Transport, identity: TlsIdentity, url: str) -> None:
    """Sends a GET to `url` (https) with the certificate; returns if the server accepts it.

    Raises CertclientError: LOGIN_REFUSED (host, status: the server's answer, or what it said in
    TLS), LOGIN_FAILED (host, reason: the connection ended, perhaps because of the certificate),
    SERVER_ERROR (host, status), and as `Transport.exchange`.
    """
    try:
        response = transport.exchange(HttpRequest("GET", url, identity=identity))
    except CertclientError as error:
        if error.code is not ErrorCode.CLIENT_CERTIFICATE_REFUSED:
            raise
        host, reason = error.data["host"], error.data["reason"]
        if "doubt" in error.data:
            raise CertclientError(ErrorCode.LOGIN_FAILED, host=host, reason=reason) from error
        raise CertclientError(ErrorCode.LOGIN_REFUSED, host=host, status=reason) from error
    if 200 <= response.status < 400:
        return
    code = ErrorCode.SERVER_ERROR if response.status >= 500 else ErrorCode.LOGIN_REFUSED
    raise CertclientError(code, host=response.head.host, status=str(response.status))


def result_of_error(error: CertclientError) -> LoginTest:
    """The result that corresponds to an error of `log_in`."""
    says_no = error.code in LOGIN_REJECTIONS
    return LoginTest(LoginTestResult.FAILED if says_no else LoginTestResult.PREVENTED, error)
