"""Whether the new certificate really logs in, where the store's system can try it by itself."""

from __future__ import annotations

from typing import TypeGuard

from certclient.model.certificate import Certificate
from certclient.model.errors import ErrorCode
from certclient.model.profile import Profile
from certclient.store.base import CertificateStore, LogsIn

LOGIN_SAYS_NO = frozenset({ErrorCode.LOGIN_REFUSED, ErrorCode.LOGIN_FAILED})
"""Errors that speak against the certificate; others only say that it could not be tried."""


def can_log_in(store: CertificateStore, profile: Profile) -> TypeGuard[LogsIn]:
    """Whether there is an address to try and a system that can (Linux offers the browser)."""
    return bool(profile.login_test_url) and isinstance(store, LogsIn)


def log_in(store: LogsIn, certificate: Certificate, profile: Profile) -> None:
    """Logs in once with an installed certificate; blocks. Raises as `store.base.LogsIn.log_in`."""
    store.log_in(certificate, profile.login_test_url, profile.tls_anchors)
