"""Runs the checks of `qualify-ca` at a CA, with a customer who knows the issue code."""

from __future__ import annotations

import itertools
import secrets
import time
from datetime import UTC, datetime
from typing import Any

from certclient.ca.client import CaClient
from certclient.ca.cmp.client import CmpClient
from certclient.ca.est.client import EstClient
from certclient.ca.transports.system import system_transport
from certclient.enrollment.interaction import SecretKind
from certclient.model.errors import ErrorCode
from certclient.model.profile import EST, Profile
from certclient.model.secret import Secret
from certclient.qualification.line import RecordingLine
from certclient.qualification.report import Check, Finding, Report, Result, Verdict
from certclient.qualification.session import Environment
from support.pki import rsa_signer


def now() -> datetime:
    return datetime.now(UTC)


def ca_of(profile: Profile) -> tuple[CaClient, RecordingLine]:
    """The CA of `profile`, over the network."""
    line = RecordingLine(system_transport(profile.tls_anchors), time.perf_counter)
    client = EstClient if profile.ca.protocol == EST else CmpClient
    return client(profile.ca, line, now, secrets.token_bytes), line


def customer_of(profile: Profile, user_id: str, code: Secret, **changes: Any) -> Environment:
    """A test customer; `changes`: fields of the Environment."""
    ca, line = ca_of(profile)
    known = {
        SecretKind.ISSUE_CODE: code,
        SecretKind.BANK_PIN: Secret("himitsu-pin"),
        SecretKind.ONE_TIME_PASSWORD: Secret("himitsu-password"),
    }
    numbers = itertools.count(100)
    arguments: dict[str, Any] = {
        "profile": profile,
        "user_id": user_id,
        "ca": ca,
        "line": line,
        "secret": known.get,
        "clock": now,
        "sleep": lambda _seconds: None,
        "new_key": lambda: rsa_signer(next(numbers)),  # shared: making one takes long
        "wrong_code": lambda: Secret("WRONG2345678"),
    }
    return Environment(**{**arguments, **changes})


def failures(report: Report) -> dict[Check, Finding | ErrorCode | None]:
    """Why each check failed that did."""
    return {
        result.check: result.error.code if result.error is not None else result.finding
        for result in report.results
        if result.verdict is Verdict.FAILED
    }


def result_of(report: Report, check: Check) -> Result:
    return next(one for one in report.results if one.check is check)
