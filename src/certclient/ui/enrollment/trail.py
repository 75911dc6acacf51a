"""Where a page stands among the wizard's few steps: 確認, 保存先, 更新, 完了. No Qt."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from certclient.ui.enrollment.navigation import WizardPageId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from certclient.ui.enrollment.navigation import WizardState


class WizardStep(enum.Enum):
    """A step as the customer sees it; several pages belong to one."""

    ENTER = "enter"
    """取得: user ID and issue code."""
    CONFIRM = "confirm"
    """更新: the notice and the checks."""
    PLACE = "place"
    RENEW = "renew"
    OBTAIN = "obtain"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Trail:
    """The steps of a journey; `current` counts from 0; `failed`: it stopped there. No steps on a
    page after which nothing comes."""

    steps: tuple[WizardStep, ...] = ()
    current: int = 0
    failed: bool = False


_RENEWING = (WizardStep.CONFIRM, WizardStep.PLACE, WizardStep.RENEW, WizardStep.DONE)
_OBTAINING = (WizardStep.ENTER, WizardStep.PLACE, WizardStep.OBTAIN, WizardStep.DONE)

_POSITIONS: Mapping[WizardPageId, int] = {
    WizardPageId.NOTICE: 0,
    WizardPageId.LETTER: 0,
    WizardPageId.CHECKS: 0,
    WizardPageId.START: 1,
    WizardPageId.WORK: 2,
    WizardPageId.WAITING: 2,
    WizardPageId.PAUSED: 2,
}
_ALONE = (WizardPageId.DONE, WizardPageId.TOO_LATE)
"""Nothing comes after these: they have the whole width."""


def trail(page: WizardPageId, wizard_state: WizardState, before: Trail) -> Trail:
    """Returns the steps to show beside `page`. `before`: those shown so far, which a failure
    marks."""
    if page in _ALONE:
        return Trail()
    if page is WizardPageId.PROBLEM:
        return replace(before, failed=True)
    steps = _OBTAINING if wizard_state.obtains else _RENEWING
    return Trail(steps, _POSITIONS[page])
