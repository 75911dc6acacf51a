"""The steps beside the wizard's pages."""

from __future__ import annotations

from dataclasses import replace

from certclient.ui.enrollment.navigation import WizardMode, WizardPageId, WizardState
from certclient.ui.enrollment.trail import Trail, WizardStep, trail

RENEWAL = WizardState(WizardMode.RENEW)
OBTAINING = WizardState(WizardMode.OBTAIN)


def steps_through(state: WizardState, *pages: WizardPageId) -> list[Trail]:
    shown, found = Trail(), []
    for page in pages:
        shown = trail(page, state, shown)
        found.append(shown)
    return found


def test_a_renewal_passes_all_steps_in_their_order() -> None:
    pages = (
        WizardPageId.NOTICE,
        WizardPageId.CHECKS,
        WizardPageId.START,
        WizardPageId.WORK,
        WizardPageId.WAITING,
    )
    found = steps_through(RENEWAL, *pages)
    assert [one.current for one in found] == [0, 0, 1, 2, 2]
    assert found[0].steps == (
        WizardStep.CONFIRM,
        WizardStep.PLACE,
        WizardStep.RENEW,
        WizardStep.DONE,
    )


def test_obtaining_begins_with_the_letter_and_is_called_so() -> None:
    (first,) = steps_through(OBTAINING, WizardPageId.LETTER)
    assert first.steps[0] is WizardStep.ENTER
    assert WizardStep.OBTAIN in first.steps
    assert WizardStep.RENEW not in first.steps


def test_a_failure_marks_the_step_where_it_happened() -> None:
    *_, work, problem = steps_through(
        RENEWAL, WizardPageId.START, WizardPageId.WORK, WizardPageId.PROBLEM
    )
    assert problem == replace(work, failed=True)
    (again,) = steps_through(RENEWAL, WizardPageId.WORK)
    assert not again.failed


def test_pages_after_which_nothing_comes_show_no_steps() -> None:
    for page in (WizardPageId.DONE, WizardPageId.TOO_LATE):
        assert trail(page, RENEWAL, Trail((WizardStep.CONFIRM,))) == Trail()
