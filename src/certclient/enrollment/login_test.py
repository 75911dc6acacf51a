"""Tests a login with the new certificate, on systems that can do so without a browser."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TypeGuard

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.platform.proxies.logins import ProxyLogins
from certclient.store.base import CertificateStore, LoginCapable

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
    """This system or store cannot log in itself; the customer's browser does."""
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


def supports_login_test(store: CertificateStore, profile: Profile) -> TypeGuard[LoginCapable]:
    """Whether the profile has a test address and the store can log in (Linux needs the browser)."""
    return bool(profile.login_test_url) and isinstance(store, LoginCapable)


def skipped_login_test(profile: Profile) -> LoginTest:
    """The result for a store or profile for which `supports_login_test` is False."""
    if not profile.login_test_url:
        return LoginTest(LoginTestResult.NO_ADDRESS)
    return LoginTest(LoginTestResult.BROWSER_ONLY)


def log_in(
    store: LoginCapable,
    certificate: Certificate,
    profile: Profile,
    proxy: str | None = None,
    logins: ProxyLogins | None = None,
) -> None:
    """Logs in once with an installed certificate; blocks.

    `proxy`, `logins` and errors: see `store.base.LoginCapable.log_in`.
    """
    store.log_in(certificate, profile.login_test_url, profile.tls_anchors, proxy, logins)


def result_of_error(error: CertclientError) -> LoginTest:
    """The result that corresponds to an error of `log_in`."""
    says_no = error.code in LOGIN_REJECTIONS
    return LoginTest(LoginTestResult.FAILED if says_no else LoginTestResult.PREVENTED, error)
