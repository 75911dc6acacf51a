"""What the commands need from the composition root; tests hand in their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import click

from certclient.cli.terminal import Terminal
from certclient.enrollment.bank_status import BankStatuses
from certclient.enrollment.interaction import Interaction
from certclient.enrollment.procedure import Leftover, Outcome, ProcedureView
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import Policy
from certclient.model.profile import Profile
from certclient.model.secret import Secret
from certclient.model.start import Start
from certclient.model.update import Announcement
from certclient.platform.daily_reminder import DailyReminder
from certclient.store.base import CertificateStore, PinProvider, StoredCertificate


class Procedures(Protocol):
    """The part of `enrollment.procedure.Enrollment` that the commands use."""

    def renew(
        self,
        current: StoredCertificate,
        destination: CertificateStore,
        interaction: Interaction,
        ticket: Secret | None = None,
    ) -> Outcome: ...

    def obtain(
        self,
        user_id: str,
        destination: CertificateStore,
        interaction: Interaction,
        ticket: Secret | None = None,
    ) -> Outcome: ...

    def resume(self, procedure_id: str, interaction: Interaction) -> Outcome: ...

    def abandon(self, procedure_id: str, interaction: Interaction) -> Outcome: ...

    def check_with_bank(
        self, current: StoredCertificate, interaction: Interaction
    ) -> CertclientError | None: ...

    def pending(self) -> Sequence[ProcedureView]: ...

    def leftovers(self, stores: Sequence[CertificateStore]) -> Sequence[Leftover]: ...

    def remove_leftover(self, leftover: Leftover, pin: PinProvider) -> None: ...


class CommandLeftOutError(Exception):
    """This program was built without the package of a command."""


CommandLoader = Callable[[], click.Command]


def _nothing_announced(_profile: Profile) -> Announcement:
    raise CertclientError(ErrorCode.UPDATE_INVALID, reason="nothing announced")


@dataclass(frozen=True, slots=True)
class Services:
    """`commands` are those of the command line, each imported when it is run. `profile` finds one
    by id or path ("" for the only one), `profiles` all that are set up,
    `unusable_banks` why others are not;
    `procedures` takes the seconds of
    patience with a CA that lets us wait; `log_file` is where crashes are written, `reminders`
    where it is noted which were shown. `windows` opens them and returns the exit code when they are
    closed; None where there is no display. `policy` is what the administrator decided; it raises
    POLICY_INVALID, as `profile` and `profiles` do, which obey it. `announcement` asks a bank that
    announces versions; it raises UPDATE_INVALID, and what stands in the way to its server.
    `quit_windows` asks those that are open to close and waits so many seconds: `quit`,
    `not-running`, `busy`. `daily_reminder` is the task of the installed program. `unfinished` are
    the user IDs of open procedures at every bank; it raises DATA_FOLDER, JOURNAL_DAMAGED,
    JOURNAL_NEWER.
    `statuses` is what is known of which certificates the banks accept; it never raises.
    `own_folders`: all that is kept of this user lies there."""

    commands: Mapping[str, CommandLoader]
    profile: Callable[[str], Profile]
    stores: Callable[[Profile], Sequence[CertificateStore]]
    procedures: Callable[[Profile, Sequence[CertificateStore], float], Procedures]
    clock: Callable[[], datetime]
    terminal: Terminal
    log_file: Path
    reminders: Path | None = None
    profiles: Callable[[], Sequence[Profile]] = tuple
    unusable_banks: Callable[[], Sequence[CertclientError]] = tuple
    policy: Callable[[], Policy] = Policy
    windows: Callable[[Start], int] | None = None
    announcement: Callable[[Profile], Announcement] = _nothing_announced
    quit_windows: Callable[[float], str] = lambda _seconds: "not-running"
    daily_reminder: Callable[[], DailyReminder | None] = lambda: None
    unfinished: Callable[[], Sequence[str]] = tuple
    statuses: Callable[[], BankStatuses] = BankStatuses
    own_folders: Callable[[], Sequence[Path]] = tuple
