"""Page order without Qt: the ways in the seeds as lists of pages."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from certclient.enrollment.procedure import Pending, ProcedureState
from certclient.model.certificate import Owner, Role
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.lifecycle import RenewalPolicy, lifecycle
from certclient.store.base import StoredCertificate
from certclient.ui.enrollment.navigation import (
    Action,
    RenewalTarget,
    WizardMode,
    WizardPageId,
    WizardState,
    ended,
    failed,
    first_page,
    next_page,
    possible,
    previous_page,
    renewing,
    retry_page,
)
from support.cli_runner import view
from support.pki import make_lab

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def current(days: int) -> RenewalTarget:
    """A certificate with `days` left; expired if negative."""
    (anchor,) = make_lab().anchors
    stored = StoredCertificate(anchor, "nss:x", "", None, archived=False)
    life = lifecycle(NOW + timedelta(days=days), NOW, RenewalPolicy())
    return RenewalTarget(stored, Owner("TKYM1408054", "1403", Role.USER), life)


def pages(wizard_state: WizardState) -> list[WizardPageId]:
    """The pages before the run starts."""
    page: WizardPageId | None = first_page(wizard_state)
    found: list[WizardPageId] = []
    while page is not None and page is not WizardPageId.WORK:
        found.append(page)
        page = next_page(page, wizard_state)
    return found


def test_renewal_from_the_notice() -> None:
    """A1, A2: renewal today, from the notice."""
    wizard_state = renewing(current(20), notice=True)
    assert pages(wizard_state) == [WizardPageId.NOTICE, WizardPageId.CHECKS, WizardPageId.START]


def test_renewal_from_the_main_window() -> None:
    """A3, A4: 証明書更新."""
    assert pages(renewing(current(20), notice=False)) == [WizardPageId.CHECKS, WizardPageId.START]


@pytest.mark.parametrize(
    ("days", "first"),
    [
        (31, WizardPageId.PROBLEM),
        (30, WizardPageId.NOTICE),
        (0, WizardPageId.NOTICE),
        (-1, WizardPageId.LETTER),
        (-90, WizardPageId.LETTER),
        (-91, WizardPageId.TOO_LATE),
    ],
)
def test_expiry_date_decides_the_first_page(days: int, first: WizardPageId) -> None:
    assert first_page(renewing(current(days), notice=True)) is first


def test_early_renewal_reports_the_first_possible_day() -> None:
    error = renewing(current(31), notice=True).error
    assert error is not None
    assert error.code is ErrorCode.NOT_YET_RENEWABLE
    assert error.data["renew_from"]


def test_expired_certificate_is_obtained_for_the_same_user() -> None:
    """C1."""
    wizard_state = renewing(current(-5), notice=True)
    assert wizard_state.mode is WizardMode.OBTAIN
    assert wizard_state.user_id == "TKYM1408054"
    assert pages(wizard_state) == [WizardPageId.LETTER, WizardPageId.CHECKS, WizardPageId.START]
    assert previous_page(WizardPageId.START, wizard_state) is WizardPageId.LETTER


def test_interrupted_procedure_resumes_at_once() -> None:
    assert first_page(WizardState(WizardMode.RESUME, procedure_id="p1")) is WizardPageId.WORK


@pytest.mark.parametrize(
    ("state", "page"),
    [
        (ProcedureState.WAITING, WizardPageId.WAITING),
        (ProcedureState.ISSUED, WizardPageId.PAUSED),
        (ProcedureState.ABANDONED, WizardPageId.PROBLEM),
        (ProcedureState.DONE, WizardPageId.DONE),
    ],
)
def test_page_after_a_run_depends_on_its_state(state: ProcedureState, page: WizardPageId) -> None:
    wizard_state = ended(renewing(current(20), notice=False), Pending("p1", state, None))
    assert next_page(WizardPageId.WORK, wizard_state) is page
    assert wizard_state.procedure_id == ("p1" if state.open else "")


def test_retry_resumes_the_open_procedure() -> None:
    error = CertclientError(ErrorCode.TOKEN_REMOVED)
    wizard_state = failed(renewing(current(20), notice=False), error, view("TKYM1408054", "p1"))
    assert next_page(WizardPageId.WORK, wizard_state) is WizardPageId.PROBLEM
    assert retry_page(wizard_state) is WizardPageId.WORK


def test_retry_without_an_open_procedure_begins_with_the_checks() -> None:
    error = CertclientError(ErrorCode.CA_REFUSED)
    assert retry_page(failed(renewing(current(20), notice=False), error)) is WizardPageId.CHECKS


def test_retry_after_a_wrong_issue_code_returns_to_the_letter_page() -> None:
    wizard_state = WizardState(WizardMode.OBTAIN, user_id="TKYM1408054")
    wrong = CertclientError(ErrorCode.ISSUE_CODE_WRONG)
    assert retry_page(failed(wizard_state, wrong)) is WizardPageId.LETTER


def test_certificate_that_expires_meanwhile_is_obtained() -> None:
    error = CertclientError(ErrorCode.EXPIRED_OBTAIN_ANEW)
    assert failed(renewing(current(20), notice=False), error).mode is WizardMode.OBTAIN


def test_too_late_from_the_ca_leads_to_the_too_late_page() -> None:
    wizard_state = failed(WizardState(WizardMode.OBTAIN), CertclientError(ErrorCode.TOO_LATE))
    assert next_page(WizardPageId.WORK, wizard_state) is WizardPageId.TOO_LATE


def test_procedure_of_an_earlier_wizard_can_only_be_resumed() -> None:
    wizard_state = WizardState(WizardMode.RESUME, procedure_id="p1")
    assert possible(Action.RETRY, wizard_state)
    assert not possible(Action.CHOOSE_PLACE, wizard_state)
    assert not possible(Action.RETRY, WizardState(WizardMode.RESUME))


def test_navigation_needs_no_qt() -> None:
    program = "import sys, certclient.ui.enrollment.navigation; sys.exit('PySide6' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
