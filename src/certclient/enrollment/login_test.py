"""Whether the new certificate really logs in, where the store's system can try it by itself."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TypeGuard

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.store.base import CertificateStore, LogsIn

LOGIN_SAYS_NO = frozenset({ErrorCode.LOGIN_REFUSED, ErrorCode.LOGIN_FAILED})
"""Errors that speak against the certificate; others only say that it could not be tried."""


class LoginResult(enum.Enum):
    """What is known about logging in with the new certificate."""

    WORKED = "worked"
    FAILED = "failed"
    """Tried, and something speaks against the certificate."""
    HINDERED = "hindered"
    """Begun, but something else was in the way (the network, say)."""
    BROWSER_ONLY = "browser-only"
    """This system or store does not log in by itself; the customer's browser does."""
    NO_ADDRESS = "no-address"
    """The bank names no page where it could be tried."""
    UNCONFIRMED = "unconfirmed"
    """The CA did not say yes to the confirmation, so it was too early to try."""


@dataclass(frozen=True, slots=True)
class LoginTest:
    """`error` says why, where the result is FAILED or HINDERED."""

    result: LoginResult
    error: CertclientError | None = None

    @property
    def in_doubt(self) -> bool:
        """Tried without success: the old certificate stays where it is."""
        return self.result in (LoginResult.FAILED, LoginResult.HINDERED)


UNCONFIRMED = LoginTest(LoginResult.UNCONFIRMED)


def can_log_in(store: CertificateStore, profile: Profile) -> TypeGuard[LogsIn]:
    """Whether there is an address to try and a system that can (Linux offers the browser)."""
    return bool(profile.login_test_url) and isinstance(store, LogsIn)


def not_tried(profile: Profile) -> LoginTest:
    """Why nothing is tried where `can_log_in` says no."""
    if not profile.login_test_url:
        return LoginTest(LoginResult.NO_ADDRESS)
    return LoginTest(LoginResult.BROWSER_ONLY)


def log_in(
    store: LogsIn, certificate: Certificate, profile: Profile, proxy: str | None = None
) -> None:
    """Logs in once with an installed certificate; blocks. `proxy` and what is raised: see
    `store.base.LogsIn.log_in`."""
    store.log_in(certificate, profile.login_test_url, profile.tls_anchors, proxy)


def judged(error: CertclientError) -> LoginTest:
    """What an error of `log_in` says about the certificate."""
    says_no = error.code in LOGIN_SAYS_NO
    return LoginTest(LoginResult.FAILED if says_no else LoginResult.HINDERED, error)
