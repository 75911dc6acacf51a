"""The composition root: creates and connects the program's parts for this computer.

Imports are inside functions, in this package and in the few modules that pyproject.toml names
(PLC0415), so that each command loads what it needs: tests/support/module_budgets.toml.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Hashable, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from certclient.bootstrap.commands import COMMANDS

if TYPE_CHECKING:
    from certclient.ca.client import CaClient
    from certclient.ca.transport import Transport
    from certclient.cli.ports import Services
    from certclient.enrollment.bank_status import BankStatuses
    from certclient.enrollment.diagnosis.examination import Examination
    from certclient.enrollment.full_check.groups import FullCheck
    from certclient.enrollment.journal import Journal
    from certclient.enrollment.leftovers import Leftover
    from certclient.enrollment.open_procedures import OpenProcedures
    from certclient.enrollment.overview import Row
    from certclient.enrollment.preferred_store import PreferredStore
    from certclient.enrollment.preflight import System
    from certclient.enrollment.procedure import Enrollment
    from certclient.enrollment.reminder_index.look import Look
    from certclient.enrollment.run_context import CodeVault
    from certclient.enrollment.vault import CredentialVault
    from certclient.model.banks import Banks
    from certclient.model.policy import Policy
    from certclient.model.practice import PracticeCode
    from certclient.model.profile import Profile
    from certclient.model.start import Start
    from certclient.model.update import Announcement
    from certclient.platform.credential_store import CredentialStore
    from certclient.platform.daily_reminder import DailyReminder
    from certclient.platform.proxies.logins import ProxyLogins
    from certclient.platform.proxies.routes import ProxyResolver
    from certclient.platform.toasts import Toast
    from certclient.qualification.line import RecordingLine
    from certclient.store.base import CertificateStore
    from certclient.ui.shell.services import WindowServices
    from certclient.updates.check import UpdateChecks

DEFAULT_MAX_WAIT = 60.0

PATIENCE_SECONDS = 3.0
"""How long a token's software may keep the windows from showing the other stores."""


def main() -> int:
    """Runs the command line of this process; returns the exit code.

    With the one argument `token-host`, this process is the child of a PKCS#11 module instead.
    `remind` ends at once if the last look at the stores proves that nothing is due.
    """
    if "remind" in sys.argv:
        from certclient.bootstrap.reminding import nothing_due

        if nothing_due(sys.argv[1:]):
            return 0
    from certclient.platform.garbage import rare_collections

    with rare_collections():
        return _main()


def _main() -> int:
    from certclient.store.isolated.command import HOST_ARGUMENT

    if sys.argv[1:] == [HOST_ARGUMENT]:
        from certclient.store.isolated.host.main import run

        run()
    from certclient.platform.library_variables import drop_library_variables

    drop_library_variables()
    if any("ticket=" in one for one in sys.argv):
        from certclient.platform.own_arguments import hide_ticket

        hide_ticket()
    from certclient.platform.library_warnings import ignore_library_warnings

    ignore_library_warnings()
    from certclient.bootstrap.starting import windows_at_once

    opened = windows_at_once(sys.argv[1:])
    if opened is not None:
        return opened
    from certclient.cli.main import main as command_line

    return command_line(system_services())


def system_services() -> Services:
    """The services of the installed program's command line."""
    from certclient.cli.ports import Services
    from certclient.cli.terminal import SystemTerminal
    from certclient.platform import folders

    return Services(
        commands=COMMANDS,
        profile=bank,
        stores=all_stores,
        procedures=enrollment,
        clock=clock,
        terminal=SystemTerminal(keep_memory_private),
        log_file=folders.log_file(),
        reminders=folders.reminders_file(),
        banks=banks,
        policy=policy,
        quit_windows=quit_windows,
        daily_reminder=daily_task,
        windows=open_windows,
        display_problem=display_problem,
        announcement=announcement,
        open_procedures=open_procedures,
        leftovers=leftovers,
        statuses=bank_statuses,
        proxy_logins=proxy_logins,
        forget_secrets=forget_secrets,
        unseen_results=unseen_results,
        own_folders=folders.own_folders,
        preferred_store=preferred_store,
        check_revocation=check_revocation,
        left_out=left_out_commands(),
        tested_ca=tested_ca,
        check_protocol=check_protocol,
        program=program(),
        remove_rehearsal_stores=remove_rehearsal_stores,
        remove_abandoned_rehearsals=remove_abandoned_rehearsals,
        look=begin_look,
        full_check=full_check,
        examine=examine,
    )


def examine(bank: str = "") -> Examination:
    """See `diagnosing.examine`."""
    from certclient.bootstrap.diagnosing import examine

    return examine(bank)


def full_check() -> FullCheck:
    """See `checking.full_check`."""
    from certclient.bootstrap.checking import full_check

    return full_check()


def begin_look(bank: str) -> Look:
    """See `reminding.look`."""
    from certclient.bootstrap.reminding import look

    return look(bank)


def program() -> Sequence[str]:
    """The command line that starts this program in a terminal."""
    if getattr(sys, "frozen", False):
        name = "certclient.exe" if sys.platform == "win32" else "certclient"
        return (str(Path(sys.executable).with_name(name)),)
    return (sys.executable, "-P", "-m", "certclient")


def daily_task() -> DailyReminder | None:
    """The scheduled task of the installed program; None if there is none, and in a rehearsal."""
    if not getattr(sys, "frozen", False):
        return None
    from certclient.platform.daily_reminder import daily_reminder
    from certclient.platform.folders import data_folder
    from certclient.platform.rehearsal import rehearsal_folder

    return daily_reminder(data_folder()) if rehearsal_folder() is None else None


def policy() -> Policy:
    """The administrator's policy. Raises POLICY_INVALID."""
    from certclient.configuration.policy import read_policy

    return read_policy()


def banks() -> Banks:
    """The banks that this computer is set up for. Raises POLICY_INVALID."""
    from dataclasses import replace

    from certclient.configuration.banks import all_banks, search_folders
    from certclient.configuration.policy import read_policy

    policy = read_policy()
    return replace(all_banks(search_folders(policy), policy), practice=can_practise())


def bank(name: str) -> Profile:
    """The bank with this id or profile file. Raises as `configuration.banks.find_bank`."""
    from certclient.configuration.banks import find_bank, search_folders
    from certclient.configuration.policy import read_policy

    policy = read_policy()
    return find_bank(name, search_folders(policy), policy)


def can_practise() -> bool:
    """Whether this build has the practice bank, and no rehearsal is under way."""
    from certclient.platform.rehearsal import rehearsal_folder

    return rehearsal_folder() is None and "practice" not in left_out_commands()


def left_out_commands() -> frozenset[str]:
    """The commands that this build does not contain."""
    from importlib.util import find_spec

    return frozenset() if find_spec("certclient_practice") else frozenset({"practice"})


def open_windows(start: Start) -> int:
    """Runs the windows; see `certclient.ui.shell.opening.open_windows`.

    Raises CertclientError as it does, and WINDOWS_LIBRARY.
    """
    from certclient.model.errors import CertclientError, ErrorCode

    try:
        from certclient.ui.shell import opening

        keep_memory_private()
        return opening.open_windows(start, window_services)
    except ImportError as error:
        # Qt is installed, but a system library that it links against is missing.
        raise CertclientError(ErrorCode.WINDOWS_LIBRARY, reason=str(error)) from error


def keep_memory_private() -> None:
    """See `certclient.platform.confinement.keep_memory_private`."""
    from certclient.platform import confinement

    confinement.keep_memory_private()


def quit_windows(seconds: float) -> str:
    """Asks the running program to quit; see `certclient.ui.shell.opening.quit_windows`."""
    from certclient.ui.shell import opening

    return opening.quit_windows(seconds)


def window_services() -> WindowServices:
    """The services of the installed program's windows."""
    from certclient.ui.shell.services import WindowServices

    return WindowServices(
        all_stores=partial(all_stores, patience=PATIENCE_SECONDS),
        enrollment=enrollment,
        statuses=bank_statuses,
        open_procedures=open_procedures,
        journal_stamp=journal_stamp,
        clock=clock,
        update_checks=update_checks,
        daily_reminder=daily_task,
        practise=(*program(), "practice", "try") if can_practise() else (),
        practice_code=practice_code,
        tidy=remove_abandoned_rehearsals,
        check_revocation=check_revocation,
        look=window_looks(),
        full_check=full_check,
        examine=examine,
        toast=show_toast,
    )


def show_toast(toast: Toast) -> bool:
    """Shows a notification with buttons, on Windows; returns False where that cannot be.

    Their links open the installed program, so a rehearsal shows none.
    """
    from certclient.platform.rehearsal import rehearsal_folder
    from certclient.platform.windows_toasts import show_toast

    return rehearsal_folder() is None and show_toast(toast)


def window_looks() -> Callable[[], Look]:
    """See `reminding.looks`: the windows read the banks' profiles once, after this call."""
    from certclient.bootstrap.reminding import looks

    return looks()


def practice_code() -> PracticeCode | None:
    """In a rehearsal, an issue code of the practice bank; None outside. Raises PRACTICE_BANK."""
    from certclient.cli.practice_bank import PracticeBank
    from certclient.platform.rehearsal import rehearsal_folder

    rehearsal = rehearsal_folder()
    return PracticeBank(program(), rehearsal).code() if rehearsal is not None else None


def display_problem() -> str | None:
    """See `certclient.platform.display.display_problem`."""
    from certclient.platform.display import display_problem
    from certclient.ui.shell import display_probe

    command = (sys.executable, "-P", "-m", "certclient.ui.shell.display_probe")
    in_fork = sys.platform == "linux" and display_probe.can_fork()
    return display_problem(display_probe.main if in_fork else command, os.environ)


def clock() -> datetime:
    """The current time, aware UTC."""
    return datetime.now(UTC)


def all_stores(
    profiles: Sequence[Profile], patience: float | None = None
) -> Sequence[CertificateStore]:
    """All certificate stores of this user, on the PC and on these banks' tokens; never raises.

    Opens a module once even if several banks name it. In a rehearsal, only its own store.
    `patience`: see `registry.registry`.
    """
    from certclient.platform.rehearsal import rehearsal_folder

    rehearsal = rehearsal_folder()
    if rehearsal is not None:
        from certclient.store.rehearsal import rehearsal_stores

        return rehearsal_stores(rehearsal)
    modules = dict.fromkeys(path for profile in profiles for path in profile.pkcs11_modules)
    if modules:
        from certclient.store.isolated.modules import begin_all

        # Before the rest is imported: the children start meanwhile.
        begin_all(modules)
    from certclient.store.registry import open_stores

    return open_stores(tuple(modules), patience=patience)


def remove_rehearsal_stores(folder: Path) -> None:
    """See `certclient.store.rehearsal.remove_rehearsal_stores`."""
    from certclient.store.rehearsal import remove_rehearsal_stores as remove

    remove(folder)


def remove_abandoned_rehearsals() -> None:
    """Removes what killed rehearsals have left; does nothing within one. Never raises."""
    from certclient.platform.rehearsal import rehearsal_folder

    if rehearsal_folder() is not None:
        return
    import tempfile

    from certclient.store.rehearsal_leftovers import remove_abandoned_rehearsals as remove

    remove(Path(tempfile.gettempdir()), time.time())


def decided_proxy(policy: Policy) -> ProxyResolver | None:
    """The administrator's proxy setting; None leaves the choice to the system."""
    from certclient.ca.proxies import fixed_proxy
    from certclient.model.policy import PROXY, ProxyMode
    from certclient.platform.proxies.routes import DIRECT

    choice = policy.proxy
    if choice is None or choice.mode is ProxyMode.SYSTEM:
        return None
    return fixed_proxy(choice.address or DIRECT, PROXY)


@cache
def proxy_logins() -> ProxyLogins:
    """The proxies' logins that this process knows: one holder for all its connections."""
    from certclient.platform.proxies.kept_logins import KeptLogins
    from certclient.platform.proxies.logins import ProxyLogins

    return ProxyLogins(KeptLogins(credential_store()))


def forget_secrets() -> None:
    """Deletes from the credential store the proxies' logins that the user had stored, and issue
    codes that could not be deleted when their procedures ended."""
    from certclient.platform.folders import journal_file
    from certclient.platform.proxies.kept_logins import KeptLogins

    KeptLogins(credential_store()).wipe_all()
    _vault(journal_file()).wipe_all()


def update_checks(profiles: Sequence[Profile], policy: Policy) -> UpdateChecks:
    """Update checks for these banks; their state is stored next to the journal."""
    from certclient import __version__
    from certclient.model.update import Version
    from certclient.platform.folders import data_folder
    from certclient.updates.cache import AnnouncementCache
    from certclient.updates.check import UpdateChecks, fetcher

    cache = AnnouncementCache(data_folder() / "updates.json")
    fetch = fetcher(decided_proxy(policy), proxy_logins())
    return UpdateChecks(tuple(profiles), cache, clock, Version.parse(__version__), fetch)


def announcement(profile: Profile) -> Announcement:
    """The bank's current announcement. Raises as `UpdateChecks.ask`, and POLICY_INVALID."""
    from certclient.configuration.policy import read_policy

    return update_checks([profile], read_policy()).ask(profile).announcement


def check_revocation(rows: Sequence[Row]) -> bool:
    """Asks the banks that publish revocations about those of `rows` that are due; never raises.

    Returns whether the journal has changed.
    """
    if all(row.profile.revocation is None for row in rows):
        return False
    from certclient.ca.revocation.factory import revocation_lookup
    from certclient.configuration.policy import read_policy
    from certclient.enrollment.journal import Journal
    from certclient.enrollment.revocation_checks import checks_in
    from certclient.platform.folders import journal_file

    proxies = decided_proxy(read_policy())
    lookup = revocation_lookup(clock, os.urandom, proxies, proxy_logins())
    path = journal_file()
    return checks_in(path.parent, lambda: Journal(path), lookup, clock).check(rows)


def preferred_store() -> PreferredStore:
    """The store that this user chose for new certificates."""
    from certclient.enrollment.preferred_store import PreferredStore
    from certclient.platform.folders import preferred_store_file

    return PreferredStore(preferred_store_file())


def system() -> System:
    """The queries that this computer's operating system supports."""
    from certclient.enrollment.preflight import System

    if sys.platform == "win32":
        from certclient.platform.remote_session import is_remote
        from certclient.store.windows import card_service

        return System(remote=is_remote, card_service=card_service.running)
    return System()


@cache
def credential_store() -> CredentialStore:
    """The OS credential store of this session; connects at the first use.

    One per process, so that a store that does not answer is waited for once.
    """
    from certclient.platform.credential_store import CredentialStore, KeyringService

    def connect() -> KeyringService | None:
        from certclient.platform.keyrings import encrypting_keyring
        from certclient.platform.rehearsal import rehearsal_folder

        # A rehearsal leaves nothing behind.
        return encrypting_keyring() if rehearsal_folder() is None else None

    return CredentialStore(connect)


def code_vault(journal: Journal) -> CodeVault:
    """The issue codes of the procedures in `journal`, in the OS credential store.

    Deletes, in the background, what earlier runs could not delete. Raises as `Journal.load`.
    """

    def is_open(procedure_id: str) -> bool:
        record = journal.load(procedure_id)
        return record is not None and record.state.open

    vault = _vault(journal.path)
    vault.wipe_forgotten(is_open)
    return vault


def _vault(journal: Path) -> CredentialVault:
    from certclient.enrollment.vault import CredentialVault

    return CredentialVault(credential_store(), journal.parent / "codes")


def open_procedures(journal: Path | None = None) -> OpenProcedures:
    """This user's unfinished procedures at every bank. Needs no profile.

    `journal`: a journal other than this user's. Does not create a missing one. Raises
    CertclientError: DATA_FOLDER, JOURNAL_DAMAGED, JOURNAL_NEWER.
    """
    from certclient.enrollment.journal import Journal
    from certclient.enrollment.open_procedures import OpenProcedures, read_open_procedures
    from certclient.platform.folders import journal_file
    from certclient.platform.private_files import may_exist

    path = journal or journal_file()
    return read_open_procedures(Journal(path)) if may_exist(path) else OpenProcedures()


def unseen_results() -> bool:
    """Whether a procedure has ended while no window was open, and nobody has seen how."""
    from certclient.enrollment.run_results import ResultFile
    from certclient.platform.folders import results_file

    return bool(ResultFile(results_file()).read(clock()))


def journal_stamp() -> Hashable:
    """What differs after each write to this user's journal, by whichever process."""
    from certclient.enrollment.journal_file import change_stamp
    from certclient.platform.folders import journal_file

    return change_stamp(journal_file())


def bank_statuses(journal: Path | None = None) -> BankStatuses:
    """Which certificates the banks accept, from this user's journal; never raises.

    Needs no profile. If the journal is unreadable, the result contains only the reason
    (`journal_error`). `journal`: a journal other than this user's. Does not create a missing one.
    """
    from dataclasses import replace

    from certclient.configuration.profiles import profile_files
    from certclient.enrollment.bank_status import BankStatuses, read_statuses
    from certclient.enrollment.journal import Journal
    from certclient.model.errors import CertclientError
    from certclient.platform.folders import journal_file, profile_folders
    from certclient.platform.private_files import may_exist

    path = journal or journal_file()
    try:
        if not may_exist(path):
            return BankStatuses()
        found = read_statuses(Journal(path))
        return replace(found, set_up=frozenset(profile_files(profile_folders())))
    except CertclientError as error:
        return BankStatuses(journal_error=error)


def enrollment(
    profile: Profile,
    stores: Sequence[CertificateStore],
    max_wait: float = DEFAULT_MAX_WAIT,
    journal: Path | None = None,
) -> Enrollment:
    """The procedures of this user with the bank of `profile`.

    `max_wait`: seconds that one run waits for a CA. `journal`: a journal other than this user's.
    Raises CertclientError: DATA_FOLDER, JOURNAL_DAMAGED, JOURNAL_NEWER, POLICY_INVALID.
    """
    from certclient.bootstrap.loading_ahead import load_ahead
    from certclient.ca.factory import ca_client_for, login_transport_for
    from certclient.configuration.policy import read_policy
    from certclient.enrollment.journal import Journal
    from certclient.enrollment.procedure import Enrollment
    from certclient.enrollment.run_context import Environment
    from certclient.platform.folders import journal_file

    proxies, logins = decided_proxy(read_policy()), proxy_logins()
    opened = Journal(journal or journal_file())
    environment = Environment(
        profile=profile,
        stores=stores,
        ca=ca_client_for(profile, clock, os.urandom, proxies, logins),
        vault=code_vault(opened),
        clock=clock,
        sleep=time.sleep,
        random_bytes=os.urandom,
        max_wait=max_wait,
        system=system(),
        proxy_logins=logins,
        login=login_transport_for(profile, clock, proxies, logins),
        load_ahead=load_ahead,
    )
    return Enrollment(environment, opened)


def leftovers(stores: Sequence[CertificateStore]) -> Sequence[Leftover]:
    """See `enrollment.leftovers.find_leftovers`; needs no bank."""
    from certclient.enrollment.journal import Journal
    from certclient.enrollment.leftovers import find_leftovers
    from certclient.platform.folders import journal_file

    return find_leftovers(Journal(journal_file()), stores)


def check_protocol(profile: Profile) -> None:
    """See `certclient.ca.factory.check_protocol`."""
    from certclient.ca.factory import check_protocol as check

    check(profile)


def tested_ca(profile: Profile) -> tuple[CaClient, RecordingLine]:
    """The bank's CA, and the line through which it is asked. Raises POLICY_INVALID."""
    from certclient.ca.factory import ca_client_for
    from certclient.configuration.policy import read_policy
    from certclient.qualification.line import RecordingLine

    lines: list[RecordingLine] = []

    def recorded(transport: Transport) -> Transport:
        lines.append(RecordingLine(transport, time.perf_counter))
        return lines[0]

    proxies, logins = decided_proxy(read_policy()), proxy_logins()
    return ca_client_for(profile, clock, os.urandom, proxies, logins, recorded), lines[0]
