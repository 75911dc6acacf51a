"""Runs the checks in their order and leaves nothing behind at the CA."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from certclient.ca.client import RefusalReason, refused_because
from certclient.model.errors import CertclientError
from certclient.qualification.checks import (
    CHECKS,
    CheckFailedError,
    MissingError,
    NotApplicableError,
)
from certclient.qualification.report import Check, Finding, Report, Result, Verdict
from certclient.qualification.session import Environment, Session


def qualify(
    environment: Environment,
    skipped: Collection[Check] = (),
    report: Callable[[Result], None] = lambda _result: None,
) -> Report:
    """Runs every check but those in `skipped`; calls `report` after each.

    If the CA cannot be reached, nothing else is run. At the end, also after an interruption, the
    certificates that were issued and confirmed are revoked.
    """
    session = Session(environment)
    results: list[Result] = []
    left: Sequence[str] = ()
    try:
        for check in Check:
            result = _result(session, check, skipped, results)
            results.append(result)
            report(result)
    finally:
        left = _revoke_all(session)
    return Report(results, left)


def _result(
    session: Session, check: Check, skipped: Collection[Check], before: Sequence[Result]
) -> Result:
    if check in skipped:
        return Result(check, Verdict.NOT_APPLICABLE, Finding.SKIPPED)
    unreachable = (Check.REACHABLE, Verdict.FAILED)
    if any((one.check, one.verdict) == unreachable for one in before):
        return Result(check, Verdict.NOT_RUN)
    verdict, finding, error = _verdict(session, check)
    return Result(check, verdict, finding, error, session.environment.line.taken())


def _verdict(
    session: Session, check: Check
) -> tuple[Verdict, Finding | None, CertclientError | None]:
    try:
        return Verdict.PASSED, CHECKS[check](session), None
    except NotApplicableError as one:
        return Verdict.NOT_APPLICABLE, one.finding, None
    except MissingError:
        return Verdict.NOT_RUN, None, None
    except CheckFailedError as one:
        return Verdict.FAILED, one.finding, None
    except CertclientError as error:
        return Verdict.FAILED, None, error


def _revoke_all(session: Session) -> Sequence[str]:
    """The serial numbers (hex) of those that could not be revoked."""
    left = []
    for held in reversed(session.confirmed):
        try:
            session.environment.ca.revoke(held.own, held.certificate)
        except CertclientError as error:
            # The CA has replaced or revoked it by itself.
            if not refused_because(error, RefusalReason.CERTIFICATE_REVOKED):
                left.append(held.certificate.serial_hex)
    return left
