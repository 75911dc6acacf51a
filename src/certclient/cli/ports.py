"""The ports that the composition root implements for the commands; tests supply fakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import click

from certclient.enrollment.reminder_index.look import no_look
from certclient.model.errors import CertclientError, ErrorCode

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from certclient.ca.client import CaClient
    from certclient.cli.terminal import Terminal
    from certclient.enrollment.bank_status import BankStatuses
    from certclient.enrollment.diagnosis.examination import Examination
    from certclient.enrollment.full_check.groups import FullCheck
    from certclient.enrollment.interaction import Interaction
    from certclient.enrollment.key_ahead import NextRenewal
    from certclient.enrollment.moving import ComputerMove
    from certclient.enrollment.open_procedures import OpenProcedures
    from certclient.enrollment.overview import Row
    from certclient.enrollment.own_revocation import Removal, Revoked
    from certclient.enrollment.preferred_store import PreferredStore
    from certclient.enrollment.procedure import Leftover, Outcome, ProcedureView
    from certclient.enrollment.put_away import PutAway
    from certclient.enrollment.reminder_index.look import Look
    from certclient.model.banks import Banks
    from certclient.model.policy import Policy
    from certclient.model.profile import Profile
    from certclient.model.revocation_reason import RevocationReason
    from certclient.model.secret import Secret
    from certclient.model.start import Start
    from certclient.model.update import Announcement
    from certclient.platform.daily_reminder import DailyReminder
    from certclient.platform.proxies.logins import ProxyLogins
    from certclient.qualification.line import RecordingLine
    from certclient.store.base import CertificateStore, PinProvider, StoredCertificate


class Revocations(Protocol):
    """The methods of `enrollment.own_revocation.OwnRevocation`."""

    def check(self, stored: StoredCertificate) -> None:
        """See OwnRevocation.check."""
        ...

    def elsewhere(self, name: str) -> CertclientError | None:
        """See OwnRevocation.elsewhere."""
        ...

    def revoke(
        self,
        stored: StoredCertificate,
        reason: RevocationReason,
        removal: Removal,
        interaction: Interaction,
    ) -> Revoked:
        """See OwnRevocation.revoke."""
        ...


class Procedures(Protocol):
    """The methods of `enrollment.procedure.Enrollment` that the commands use."""

    def renew(
        self,
        current: StoredCertificate,
        destination: CertificateStore,
        interaction: Interaction,
        ticket: Secret | None = None,
        following: NextRenewal | None = None,
    ) -> Outcome:
        """See Enrollment.renew."""
        ...

    def obtain(
        self,
        user_id: str,
        destination: CertificateStore,
        interaction: Interaction,
        ticket: Secret | None = None,
    ) -> Outcome:
        """See Enrollment.obtain."""
        ...

    def resume(self, procedure_id: str, interaction: Interaction) -> Outcome:
        """See Enrollment.resume."""
        ...

    def abandon(self, procedure_id: str, interaction: Interaction) -> Outcome:
        """See Enrollment.abandon."""
        ...

    def check_with_bank(
        self, current: StoredCertificate, interaction: Interaction
    ) -> CertclientError | None:
        """See Enrollment.check_with_bank."""
        ...

    def own_revocation(self) -> Revocations:
        """See Enrollment.own_revocation."""
        ...

    def computer_move(self) -> ComputerMove:
        """See Enrollment.computer_move."""
        ...

    def clock_error(self) -> CertclientError | None:
        """See Enrollment.clock_error."""
        ...

    def pending(self) -> Sequence[ProcedureView]:
        """See Enrollment.pending."""
        ...

    def put_away_left(self, pin: PinProvider) -> PutAway:
        """See Enrollment.put_away_left."""
        ...

    def leftovers(self, stores: Sequence[CertificateStore]) -> Sequence[Leftover]:
        """See Enrollment.leftovers."""
        ...

    def remove_leftover(self, leftover: Leftover, pin: PinProvider) -> None:
        """See Enrollment.remove_leftover."""
        ...


class CommandLeftOutError(Exception):
    """This build does not contain the package of a command."""


CommandLoader = Callable[[], click.Command]


def _nothing_announced(_profile: Profile) -> Announcement:
    raise CertclientError(ErrorCode.UPDATE_INVALID, reason="nothing announced")


def no_ca(profile: Profile) -> tuple[CaClient, RecordingLine]:
    """For a command line without a network."""
    raise CertclientError(ErrorCode.NETWORK_UNREACHABLE, host=profile.id, reason="no network")


def no_check() -> FullCheck:
    """For a command line without the check of the whole computer."""
    raise CertclientError(ErrorCode.INTERNAL)


def no_examination(_bank: str) -> Examination:
    """For a command line without a diagnosis."""
    raise CertclientError(ErrorCode.INTERNAL)


@dataclass(frozen=True, slots=True)
class Services:
    """The services of the command line.

    - `commands`: the subcommands by name, each imported when it is run; `left_out`: those that
      this build does not contain.
    - `profile`: finds one by id or path; raises as `configuration.banks.find_bank`.
    - `stores`: the certificate stores for these banks; never raises.
    - `procedures`: opens a profile's procedures; the number is the seconds to wait for a CA.
    - `clock`: returns aware UTC.
    - `log_file`: the path of the log, which also records crashes.
    - `reminders`: the file that records the reminders already shown; None if there is none.
    - `banks`: all banks that are set up, usable or not.
    - `policy`: the administrator's policy. Raises POLICY_INVALID; so do `profile` and `banks`,
      which apply it.
    - `windows`: opens the windows and returns the exit code once they are closed; None if this
      command line has none.
    - `display_problem`: why no window can be opened now: "" without a display; None if one can.
    - `announcement`: fetches a bank's version announcement. Raises UPDATE_INVALID and network
      errors.
    - `quit_windows`: asks a running program to quit and waits up to that many seconds; returns
      `quit`, `not-running` or `busy`.
    - `daily_reminder`: the scheduled task of the installed program; None if there is none.
    - `open_procedures`: the unfinished ones at every bank. Raises DATA_FOLDER, JOURNAL_DAMAGED,
      JOURNAL_NEWER.
    - `leftovers`: the unused keys in these stores; raises as `leftovers.find_leftovers`.
    - `statuses`: which certificates the banks accept, as far as known; never raises.
    - `proxy_logins`: the holder of the proxies' logins; `forget_secrets` deletes those that are
      stored, and whatever else the credential store has of this program.
    - `unseen_results`: whether the windows have the end of a procedure to tell.
    - `own_folders`: the folders that hold all of this user's data.
    - `preferred_store`: the store that the user chose for new certificates.
    - `tested_ca`: a bank's CA for `qualify-ca`, and the line on which it is asked.
    - `check_protocol`: raises why the plug-in that a profile names cannot be used.
    - `program`: the command line that starts this program in a terminal.
    - `remove_rehearsal_stores`: removes the stores of the rehearsal in this folder, with all keys.
    - `remove_abandoned_rehearsals`: removes what killed rehearsals have left. Never raises.
    - `check_revocation`: asks the banks that publish revocations about those of these rows that are
      due, in the network; returns whether anything was learned. Never raises.
    - `full_check`: 更新できますか？ of the whole computer.
    - `examine`: collects the facts for a help desk, without a network, about the bank chosen (id or
      path) or all (""); never raises.
    - `look`: begins a look at the stores for the bank chosen (id or path) or all (""), before any
      profile is read.
    """

    commands: Mapping[str, CommandLoader]
    profile: Callable[[str], Profile]
    stores: Callable[[Sequence[Profile]], Sequence[CertificateStore]]
    procedures: Callable[[Profile, Sequence[CertificateStore], float], Procedures]
    clock: Callable[[], datetime]
    terminal: Terminal
    log_file: Path
    policy: Callable[[], Policy]
    banks: Callable[[], Banks]
    open_procedures: Callable[[], OpenProcedures]
    leftovers: Callable[[Sequence[CertificateStore]], Sequence[Leftover]]
    statuses: Callable[[], BankStatuses]
    proxy_logins: Callable[[], ProxyLogins]
    preferred_store: Callable[[], PreferredStore]
    reminders: Path | None = None
    windows: Callable[[Start], int] | None = None
    display_problem: Callable[[], str | None] = lambda: None
    announcement: Callable[[Profile], Announcement] = _nothing_announced
    quit_windows: Callable[[float], str] = lambda _seconds: "not-running"
    daily_reminder: Callable[[], DailyReminder | None] = lambda: None
    forget_secrets: Callable[[], None] = lambda: None
    unseen_results: Callable[[], bool] = lambda: False
    own_folders: Callable[[], Sequence[Path]] = tuple
    program: Sequence[str] = ()
    remove_rehearsal_stores: Callable[[Path], None] = lambda _folder: None
    remove_abandoned_rehearsals: Callable[[], None] = lambda: None
    check_protocol: Callable[[Profile], None] = lambda _profile: None
    check_revocation: Callable[[Sequence[Row]], bool] = lambda _rows: False
    look: Callable[[str], Look] = lambda _bank: no_look()
    left_out: frozenset[str] = frozenset()
    tested_ca: Callable[[Profile], tuple[CaClient, RecordingLine]] = no_ca
    full_check: Callable[[], FullCheck] = no_check
    examine: Callable[[str], Examination] = no_examination
