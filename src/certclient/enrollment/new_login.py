"""Logs in with the new certificate of a run, before the old one is touched.

The key signs in the session that the run has open anyway, so no PIN is asked for twice.
"""

from __future__ import annotations

from collections.abc import Callable

from certclient.ca.transport import TlsIdentity
from certclient.enrollment.journal import Record
from certclient.enrollment.login_test import (
    LoginTest,
    LoginTestResult,
    log_in,
    result_of_error,
)
from certclient.enrollment.run_context import RunContext
from certclient.model.errors import CertclientError
from certclient.model.progress import Step


def tested_login(context: RunContext, record: Record) -> LoginTest:
    """Tests a login with the new certificate, if this computer and the bank can; never raises
    CertclientError."""
    if not context.environment.profile.login_test_url:
        return LoginTest(LoginTestResult.NO_ADDRESS)
    try:
        attempt = _attempt(context, record)
        if attempt is None:
            return LoginTest(LoginTestResult.BROWSER_ONLY)
        with context.step(Step.LOGIN):
            attempt()
    except CertclientError as error:
        return result_of_error(error)
    return LoginTest(LoginTestResult.WORKED)


def _attempt(context: RunContext, record: Record) -> Callable[[], None] | None:
    """Logs in once when called; raises CertclientError. None if only a browser can."""
    transport = context.environment.login
    if transport is None:
        return None
    new = context.new_credential(record)
    identity = TlsIdentity(new.certificate, tuple(new.chain), new.signer)
    if not transport.can_authenticate(identity):
        return None
    url = context.environment.profile.login_test_url
    return lambda: context.through_proxy(
        lambda: log_in(transport, identity, url), transport.interrupt
    )
