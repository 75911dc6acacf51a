"""A token is pulled out at each step of a renewal, or another one with the same label put in.

The error says so, nothing is lost, and the renewal ends once the token is back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from certclient.enrollment.procedure import Finished
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.progress import Phase, Progress, Step
from support.scripted import ScriptedUser
from support.softhsm import PIN, SoftHsmToken
from support.torture.computer import Computers
from support.torture.in_process import enrollment_of
from support.torture.selection import sample

STEPS = (
    Step.CREATE_KEY,
    Step.REQUEST,
    Step.WAIT,
    Step.CHECK,
    Step.INSTALL,
    Step.VERIFY,
    Step.CONFIRM,
    Step.LOGIN,
    Step.ARCHIVE_OLD,
)
AFTER_THE_CONFIRMATION = (Step.LOGIN, Step.ARCHIVE_OLD)
GONE = (ErrorCode.TOKEN_REMOVED, ErrorCode.TOKEN_MISSING, ErrorCode.OLD_NOT_ARCHIVED)


@dataclass
class MeddlingUser(ScriptedUser):
    """Does something with the token when a step begins, once."""

    step: Step = Step.REQUEST
    meddles: list[Callable[[], None]] = field(default_factory=list)

    def progress(self, report: Progress) -> None:
        super().progress(report)
        if report.step is self.step and report.phase is Phase.STARTED and self.meddles:
            self.meddles.pop()()


def pull(token: SoftHsmToken) -> Callable[[], None]:
    """Takes it out; returns what brings it back."""
    token.pull()
    return token.plug


def swap(token: SoftHsmToken) -> Callable[[], None]:
    """Puts another token with the same label and PIN in its place."""
    token.pull()
    other = token.hsm.new_token(token.label, token.pin)

    def back() -> None:
        other.pull()
        token.plug()

    return back


WAYS = {"pulled out": pull, "another one with its label": swap}


@pytest.mark.reliability("tokens", "{way}, at each step")
@pytest.mark.parametrize(
    ("way", "step"), sample("tokens", [(way, step) for way in WAYS for step in STEPS], 3)
)
def test_a_token_that_goes_in_the_middle(computers: Computers, way: str, step: Step) -> None:
    computer, old = computers.with_certificate("SoftHSM")
    (token,) = computers.hsm.tokens
    ways_back: list[Callable[[], None]] = []
    person = MeddlingUser([PIN], step=step, meddles=[lambda: ways_back.append(WAYS[way](token))])
    current = computer.stored(old)
    try:
        enrollment_of(computer).renew(current, computer.store, person)
    except CertclientError as error:
        told = [error.code]
    else:
        assert step in AFTER_THE_CONFIRMATION
        told = [warning.code for warning in person.warnings]
    (back,) = ways_back
    assert set(told) <= set(GONE), told
    back()
    assert computer.usable(), "a certificate to log in with exists at all times"
    for view in enrollment_of(computer).pending():
        assert isinstance(enrollment_of(computer).resume(view.id, ScriptedUser([PIN])), Finished)
    computer.assert_one_certificate_logs_in(old, login_untested=step in AFTER_THE_CONFIRMATION)
