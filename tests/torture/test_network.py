"""Every message to the bank meets every fault of the network, once and until the run gives up.

The end is right each time: one certificate that logs in, one that is valid at the bank, and no
more requests than stated here. All cases: `make torture`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from certclient.ca.transport import DEFAULT_TIMEOUTS, Timeouts
from certclient.enrollment.backoff import MAX_ATTEMPTS
from certclient.enrollment.interaction import SecretKind
from certclient.enrollment.own_revocation import Removal
from certclient.enrollment.procedure import Enrollment
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.revocation_reason import RevocationReason
from certclient_practice.repositories.records import CertificateState
from support.bank import RunningBank
from support.scripted import ScriptedUser
from support.torture.bad_line import FAULTS, HARMLESS, bad_line
from support.torture.computer import Computers, KilledComputer
from support.torture.in_process import enrollment_of
from support.torture.selection import sample

MESSAGES = {
    "renew": ("HEAD", "kur", "pollReq", "certConf"),
    "obtain": ("HEAD", "ir", "pollReq", "certConf"),
    "revoke": ("rr",),
}
UNDISTURBED = {"renew": 3, "obtain": 3, "revoke": 1}
"""CMP messages of a command on a quiet line. Each fault costs one more at most."""
IMPATIENT = Timeouts(connect=10.0, read=2.0, total=5.0)
"""For the answers that come too late. What a busy machine delays by itself is one more such."""

CASES = [
    (command, message, fault, times)
    for command, messages in MESSAGES.items()
    for message in messages
    for fault in FAULTS
    for times in (1, MAX_ATTEMPTS)
]


@dataclass
class CustomerOnALine:
    """The customer's program, whose messages go over `line`."""

    computer: KilledComputer
    enrollment: Enrollment
    code: str

    def begin(self, command: str) -> None:
        getattr(self, command)()

    def renew(self) -> None:
        (current,) = (s for s in self.computer.store.certificates() if not s.archived)
        self.enrollment.renew(current, self.computer.store, self._person)

    def obtain(self) -> None:
        self.enrollment.obtain(self.computer.user_id, self.computer.store, self._person)

    def revoke(self) -> None:
        (current,) = self.computer.store.certificates()
        revocation = self.enrollment.own_revocation()
        reason = RevocationReason.NO_LONGER_USED
        revocation.revoke(current, reason, Removal.ARCHIVE, self._person)

    def again(self, command: str) -> None:
        """What the customer does after an error: resumes, or begins again if nothing is open."""
        pending = self.enrollment.pending()
        for view in pending:
            self.enrollment.resume(view.id, self._person)
        if not pending:
            self.begin(command)

    @property
    def _person(self) -> ScriptedUser:
        return ScriptedUser(secrets={SecretKind.ISSUE_CODE: [self.code]})


@pytest.mark.reliability("network", "{fault}, at each message")
@pytest.mark.parametrize(("command", "message", "fault", "times"), sample("network", CASES, few=8))
def test_a_fault_changes_nothing_but_the_time(
    computers: Computers,
    shared_bank: RunningBank,
    command: str,
    message: str,
    fault: str,
    times: int,
) -> None:
    computer, old, code = _customer(computers, command)
    timeouts = IMPATIENT if "limit" in fault else DEFAULT_TIMEOUTS
    with bad_line(shared_bank, message, FAULTS[fault], times) as line:
        customer = CustomerOnALine(computer, enrollment_of(computer, line.url, timeouts), code)
        stopped = _first_run(lambda: customer.begin(command))
        assert line.times < times, "the message was never sent"
        if fault in HARMLESS:
            assert stopped is None
        elif times == MAX_ATTEMPTS and message != "HEAD":
            assert stopped, "no message got through"
        assert line.seen[message] <= MAX_ATTEMPTS, "a run asks at most so often"
        line.restore()
        if stopped:
            customer.again(command)
    assert line.requests <= UNDISTURBED[command] + times, line.seen
    if command == "revoke":
        _assert_revoked(computer, old)
    else:
        computer.assert_one_certificate_logs_in(old)


def _customer(computers: Computers, command: str) -> tuple[KilledComputer, Certificate | None, str]:
    if command != "obtain":
        return *computers.with_certificate("NSS"), ""
    computer = computers.without_certificate("NSS")
    return computer, None, computer.bank.issue_code(computer.user_id).reveal()


def _first_run(run: Callable[[], None]) -> ErrorCode | None:
    """The code of the error that has ended it. Raises one that is not the network's."""
    try:
        run()
    except CertclientError as error:
        if not error.code.of_network:
            raise
        return error.code
    return None


def _assert_revoked(computer: KilledComputer, old: Certificate | None) -> None:
    assert old is not None
    assert computer.states() == {old.serial_hex: CertificateState.REVOKED}
    assert computer.usable() == []
    computer.assert_nothing_left_over()
