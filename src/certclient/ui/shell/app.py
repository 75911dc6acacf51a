"""The entry point of the windows: connects the parts and makes no decisions of its own."""

from __future__ import annotations

import os
import secrets
import sys
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale, QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication

from certclient.configuration.banks import all_banks, find_bank, search_folders
from certclient.configuration.policy import read_policy
from certclient.enrollment.journal_reading import journal_reader
from certclient.enrollment.observed_state import ObservedState
from certclient.enrollment.preferred_store import PreferredStore
from certclient.enrollment.reminder_index.look import Look, no_look
from certclient.enrollment.run_results import ResultFile
from certclient.i18n.language import Language, language_from_environment
from certclient.model.anchor_dates import anchor_error, anchor_warnings
from certclient.model.clock_error import PROGRAM_MADE
from certclient.model.deep_link import LinkError, parse
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform import folders, log
from certclient.platform.rehearsal import rehearsal_folder
from certclient.ui.context import AppContext
from certclient.ui.language import Languages
from certclient.ui.settings import UiSettings
from certclient.ui.shell.instance_lock import acquire_instance
from certclient.ui.shell.shell import Shell
from certclient.ui.shell.shutdown import ask_to_quit
from certclient.ui.shell.single_instance import (
    InstanceRequest,
    SingleInstance,
    StartRequest,
    socket_name,
)
from certclient.ui.tasks.garbage_collector import GuiGarbageCollector
from certclient.ui.tasks.practice import PracticeLauncher, PracticeLetter
from certclient.ui.tasks.runner import TaskRunner
from certclient.ui.tasks.state_signals import StateSignals
from certclient.ui.widgets import appearance, icons

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from datetime import datetime
    from types import TracebackType

    from certclient.enrollment.bank_status import BankStatuses
    from certclient.enrollment.open_procedures import OpenProcedures
    from certclient.enrollment.overview import Row
    from certclient.enrollment.procedure import Enrollment
    from certclient.model.policy import Policy
    from certclient.model.practice import PracticeCode
    from certclient.model.profile import Profile
    from certclient.model.start import Start
    from certclient.platform.daily_reminder import DailyReminder
    from certclient.store.base import CertificateStore
    from certclient.updates.check import Updates

_DONE = 0


@dataclass(frozen=True, slots=True)
class WindowServices:
    """What the windows need from the composition root.

    `all_stores` scans for the stores of the given banks, `update_checks` returns their version
    announcements; the others are passed on to AppContext. `daily_reminder`: the scheduled task;
    None if there is none. `practise`: the command line that starts a rehearsal, () if there can be
    none. `look`: see AppContext. `practice_code`: in a rehearsal, an issue code to try out; raises
    PRACTICE_BANK.
    """

    all_stores: Callable[[Sequence[Profile]], Sequence[CertificateStore]]
    enrollment: Callable[[Profile, Sequence[CertificateStore]], Enrollment]
    statuses: Callable[[], BankStatuses]
    open_procedures: Callable[[], OpenProcedures]
    journal_stamp: Callable[[], Hashable]
    clock: Callable[[], datetime]
    update_checks: Callable[[Sequence[Profile], Policy], Updates]
    daily_reminder: Callable[[], DailyReminder | None] = lambda: None
    practise: Sequence[str] = ()
    practice_code: Callable[[], PracticeCode | None] = lambda: None
    check_revocation: Callable[[Sequence[Row]], bool] = lambda _rows: False
    look: Callable[[], Look] = no_look


def open_windows(start: Start, services: WindowServices) -> int:
    """Runs the windows until they are closed, or hands `start` to the running instance.

    Returns the exit code. Raises CertclientError PROFILE_NOT_FOUND or PROFILE_INVALID if `start`
    names a bank.
    """
    profiles, errors = _profiles(start.profile_name)
    application = _application()
    name = socket_name(folders.data_folder())
    place = acquire_instance(folders.data_folder(), name, _start_request(start))
    if place is None:
        return _DONE
    instance = SingleInstance(name, application)
    instance.listen()
    for error in errors:
        log.error(error)
    late = _late_anchors(profiles, services.clock())
    context = replace(
        make_context(profiles, start, application, services), bank_errors=(*errors, *late)
    )
    launcher = PracticeLauncher(services.practise, application)
    if services.practise:
        context = replace(context, practise=launcher)
    if profiles and not start.profile_name and not context.bank_errors:
        context = replace(context, look=services.look)
    shell = Shell(context, resident=start.remind)
    launcher.failed.connect(shell.window.show_error)
    crashes = _Crashes(shell)
    sys.excepthook = crashes.hook
    instance.start_requested.connect(shell.carry_out)
    shell.ended.connect(application.quit)
    garbage = GuiGarbageCollector(application)
    garbage.start()
    shell.start(_start_request(start))
    _show_practice_letter(shell, context, services)
    daily = services.daily_reminder()
    if daily is not None:
        context.tasks.run(daily.ensure)
    application.exec()
    instance.close()
    shell.close()
    context.tasks.close()
    context.state.close()
    garbage.stop()
    place.release()
    return _DONE


def quit_windows(seconds: float) -> str:
    """Asks the running instance to quit so that an installer can replace it; waits up to `seconds`.
    Returns `quit`, `not-running`, or `busy` (it quits when its current work is done)."""
    application = QCoreApplication.instance() or QCoreApplication([sys.argv[0]])
    answer = ask_to_quit(socket_name(folders.data_folder()), seconds)
    application.processEvents()
    return answer.value


def _show_practice_letter(shell: Shell, context: AppContext, services: WindowServices) -> None:
    """In a rehearsal: what can be tried out, with the issue code that a letter would bring."""
    if rehearsal_folder() is not None:
        letter = PracticeLetter(shell)
        letter.ready.connect(shell.window.show_message)
        context.tasks.run(services.practice_code, done=letter.show, failed=shell.window.show_error)


def _profiles(name: str) -> tuple[Sequence[Profile], Sequence[CertclientError]]:
    try:
        policy = read_policy()
    except CertclientError as error:
        # Without a readable policy no bank may be used; the window shows the error.
        return [], [error]
    if name:
        return [find_bank(name, search_folders(policy), policy)], []
    banks = all_banks(search_folders(policy), policy)
    return banks.profiles, banks.errors if banks.configured else []


def _late_anchors(profiles: Sequence[Profile], now: datetime) -> Sequence[CertclientError]:
    """The banks whose trust anchors are not valid at `now` (aware), to be shown; logs those that
    end soon."""
    for profile in profiles:
        for warning in anchor_warnings(profile, now):
            log.error(warning)
    found = (anchor_error(profile, now) for profile in profiles if now >= PROGRAM_MADE)
    return [error for error in found if error is not None]


def _application() -> QApplication:
    application = QApplication([sys.argv[0]])
    application.setApplicationName("certclient")
    QGuiApplication.setDesktopFileName("certclient")
    # The shell ends the program, because a procedure may continue without a window.
    application.setQuitOnLastWindowClosed(False)
    application.setWindowIcon(icons.app_icon())
    appearance.apply_style(application)
    return application


def make_context(
    profiles: Sequence[Profile], start: Start, parent: QObject, services: WindowServices
) -> AppContext:
    """Builds the AppContext for this computer; `parent` is the application."""
    settings = UiSettings(folders.settings_file())
    chosen = next((one for one in Language if one.value == start.language), None)
    language = chosen or settings.language or _system_language()
    return AppContext(
        profiles=tuple(profiles),
        stores=_Stores(profiles, services),
        enrollment=services.enrollment,
        statuses=services.statuses,
        open_procedures=services.open_procedures,
        journal_stamp=services.journal_stamp,
        state=StateSignals(_observed_state(services), parent),
        clock=services.clock,
        languages=Languages(language, parent),
        settings=settings,
        tasks=TaskRunner(parent, log_file=str(folders.log_file())),
        open_url=lambda url: QDesktopServices.openUrl(QUrl(url)),
        data_folder=folders.data_folder(),
        documentation=folders.documentation_folder(),
        updates=_updates(profiles, services),
        check_revocation=services.check_revocation,
        preferred_store=PreferredStore(folders.preferred_store_file()),
    )


def _observed_state(services: WindowServices) -> ObservedState:
    return ObservedState(
        services.clock,
        ResultFile(folders.results_file()),
        lambda: secrets.token_hex(8),
        journal_reader(services.statuses, services.open_procedures),
    )


def _updates(profiles: Sequence[Profile], services: WindowServices) -> Updates | None:
    """Returns None if the administrator's policy turns update notices off."""
    if not profiles:
        return None
    policy = read_policy()
    return services.update_checks(profiles, policy) if policy.update_notice else None


class _Stores:
    """Scans for stores, one scan at a time, because a scan may load token modules."""

    def __init__(self, profiles: Sequence[Profile], services: WindowServices) -> None:
        self._profiles = profiles
        self._services = services
        self._lock = threading.Lock()

    def __call__(self) -> Sequence[CertificateStore]:
        with self._lock:
            return self._services.all_stores(self._profiles)


def _system_language() -> Language:
    return language_from_environment(os.environ, QLocale.system().name())


def _start_request(start: Start) -> StartRequest:
    if start.remind:
        return StartRequest(request=InstanceRequest.REMIND)
    if not start.link:
        return StartRequest()
    try:
        return StartRequest(link=parse(start.link))
    except LinkError:
        return StartRequest(request=InstanceRequest.REFUSED_LINK)


class _Crashes(QObject):
    """Logs exceptions that escape a slot and shows one INTERNAL error per run."""

    happened = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._shell = shell
        self._shown = False
        self.happened.connect(self._show)

    def hook(
        self, _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
    ) -> None:
        log.crash(error)
        self.happened.emit()

    def _show(self) -> None:
        if not self._shown:
            self._shown = True
            error = CertclientError(ErrorCode.INTERNAL, log=str(folders.log_file()))
            self._shell.window.show_error(error)
