"""Page order without Qt: the ways in the seeds as lists of pages."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from certclient.enrollment.procedure import Pending, State
from certclient.model.certificate import Owner, Role
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.lifecycle import RenewalPolicy, lifecycle
from certclient.store.base import StoredCertificate
from certclient.ui.enrollment.navigation import (
    Action,
    Current,
    Journey,
    Page,
    Way,
    ended,
    failed,
    first_page,
    next_page,
    possible,
    previous_page,
    renewing,
    retry_page,
)
from support.clerk import view
from support.pki import make_lab

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def current(days: int) -> Current:
    """A certificate with `days` left; expired if negative."""
    (anchor,) = make_lab().anchors
    stored = StoredCertificate(anchor, "nss:x", "", None, archived=False)
    life = lifecycle(NOW + timedelta(days=days), NOW, RenewalPolicy())
    return Current(stored, Owner("TKYM1408054", "1403", Role.USER), life)


def pages(journey: Journey) -> list[Page]:
    """The pages before the run starts."""
    page: Page | None = first_page(journey)
    found: list[Page] = []
    while page is not None and page is not Page.WORK:
        found.append(page)
        page = next_page(page, journey)
    return found


def test_renewal_from_the_notice() -> None:
    """A1, A2: renewal today, from the notice."""
    journey = renewing(current(20), notice=True)
    assert pages(journey) == [Page.NOTICE, Page.CHECKS, Page.START]


def test_renewal_from_the_main_window() -> None:
    """A3, A4: 証明書更新."""
    assert pages(renewing(current(20), notice=False)) == [Page.CHECKS, Page.START]


@pytest.mark.parametrize(
    ("days", "first"),
    [
        (31, Page.PROBLEM),
        (30, Page.NOTICE),
        (0, Page.NOTICE),
        (-1, Page.LETTER),
        (-90, Page.LETTER),
        (-91, Page.TOO_LATE),
    ],
)
def test_expiry_date_decides_the_first_page(days: int, first: Page) -> None:
    assert first_page(renewing(current(days), notice=True)) is first


def test_early_renewal_reports_the_first_possible_day() -> None:
    error = renewing(current(31), notice=True).error
    assert error is not None
    assert error.code is ErrorCode.NOT_YET_RENEWABLE
    assert error.data["renew_from"]


def test_expired_certificate_is_obtained_for_the_same_user() -> None:
    """C1."""
    journey = renewing(current(-5), notice=True)
    assert journey.way is Way.OBTAIN
    assert journey.user_id == "TKYM1408054"
    assert pages(journey) == [Page.LETTER, Page.CHECKS, Page.START]
    assert previous_page(Page.START, journey) is Page.LETTER


def test_interrupted_procedure_resumes_at_once() -> None:
    assert first_page(Journey(Way.RESUME, procedure_id="p1")) is Page.WORK


@pytest.mark.parametrize(
    ("state", "page"),
    [
        (State.WAITING, Page.WAITING),
        (State.ISSUED, Page.PAUSED),
        (State.ABANDONED, Page.PROBLEM),
        (State.DONE, Page.DONE),
    ],
)
def test_page_after_a_run_depends_on_its_state(state: State, page: Page) -> None:
    journey = ended(renewing(current(20), notice=False), Pending("p1", state, None))
    assert next_page(Page.WORK, journey) is page
    assert journey.procedure_id == ("p1" if state.open else "")


def test_retry_resumes_the_open_procedure() -> None:
    error = CertclientError(ErrorCode.TOKEN_REMOVED)
    journey = failed(renewing(current(20), notice=False), error, view("TKYM1408054", "p1"))
    assert next_page(Page.WORK, journey) is Page.PROBLEM
    assert retry_page(journey) is Page.WORK


def test_retry_without_an_open_procedure_begins_with_the_checks() -> None:
    error = CertclientError(ErrorCode.CA_REFUSED)
    assert retry_page(failed(renewing(current(20), notice=False), error)) is Page.CHECKS


def test_retry_after_a_wrong_issue_code_returns_to_the_letter_page() -> None:
    journey = Journey(Way.OBTAIN, user_id="TKYM1408054")
    wrong = CertclientError(ErrorCode.ISSUE_CODE_WRONG)
    assert retry_page(failed(journey, wrong)) is Page.LETTER


def test_certificate_that_expires_meanwhile_is_obtained() -> None:
    error = CertclientError(ErrorCode.EXPIRED_OBTAIN_ANEW)
    assert failed(renewing(current(20), notice=False), error).way is Way.OBTAIN


def test_too_late_from_the_ca_leads_to_the_too_late_page() -> None:
    journey = failed(Journey(Way.OBTAIN), CertclientError(ErrorCode.TOO_LATE))
    assert next_page(Page.WORK, journey) is Page.TOO_LATE


def test_procedure_of_an_earlier_wizard_can_only_be_resumed() -> None:
    journey = Journey(Way.RESUME, procedure_id="p1")
    assert possible(Action.RETRY, journey)
    assert not possible(Action.CHOOSE_PLACE, journey)
    assert not possible(Action.RETRY, Journey(Way.RESUME))


def test_navigation_needs_no_qt() -> None:
    program = "import sys, certclient.ui.enrollment.navigation; sys.exit('PySide6' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
