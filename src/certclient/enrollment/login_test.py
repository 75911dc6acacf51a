"""Whether the new certificate really logs in, where the store's system can try it by itself."""

from __future__ import annotations

from certclient.enrollment.preflight import Verdict
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.store.base import CertificateStore, LogsIn

LOGIN_SAYS_NO = frozenset({ErrorCode.LOGIN_REFUSED, ErrorCode.LOGIN_FAILED})
"""Errors that speak against the certificate; others only say that it could not be tried."""


def login_test(
    store: CertificateStore, certificate: Certificate, profile: Profile
) -> tuple[Verdict, CertclientError | None]:
    """Logs in once at the profile's `login_test_url` with an installed certificate; blocks.

    PASSED; FAILED with what the bank or TLS said against it; WARNING where it could not be tried
    (network, proxy); SKIPPED where the bank has no such address or the system cannot (Linux: there
    the browser is offered).
    """
    if not profile.login_test_url or not isinstance(store, LogsIn):
        return Verdict.SKIPPED, None
    try:
        store.log_in(certificate, profile.login_test_url, profile.tls_anchors)
    except CertclientError as error:
        failed = error.code in LOGIN_SAYS_NO
        return (Verdict.FAILED if failed else Verdict.WARNING), error
    return Verdict.PASSED, None
