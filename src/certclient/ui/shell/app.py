"""Loads the program behind the first window and connects its parts; decides nothing of its own."""

from __future__ import annotations

import importlib
import secrets
import sys
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal

from certclient.configuration.banks import all_banks, find_bank, search_folders
from certclient.configuration.policy import read_policy
from certclient.enrollment.journal_reading import journal_reader
from certclient.enrollment.last_seen import LastSeen
from certclient.enrollment.observed_state import ObservedState
from certclient.enrollment.preferred_store import PreferredStore
from certclient.enrollment.run_results import ResultFile
from certclient.i18n.catalogue import load as load_catalogue
from certclient.model.anchor_dates import anchor_error, anchor_warnings
from certclient.model.clock_error import PROGRAM_MADE
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform import folders, log
from certclient.platform.rehearsal import rehearsal_folder
from certclient.ui.context import AppContext
from certclient.ui.language import FRONT_END
from certclient.ui.shell.early import early_context
from certclient.ui.shell.shell import PAINTED_MILLISECONDS, Shell
from certclient.ui.shell.single_instance import SingleInstance, socket_name
from certclient.ui.tasks.practice import PracticeLauncher, PracticeLetter
from certclient.ui.tasks.runner import TaskRunner
from certclient.ui.tasks.state_signals import StateSignals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from types import TracebackType

    from PySide6.QtWidgets import QApplication

    from certclient.enrollment.overview import Overview
    from certclient.i18n.language import Language
    from certclient.model.profile import Profile
    from certclient.model.start import Start
    from certclient.store.base import CertificateStore
    from certclient.ui.overview.frame_context import EarlyContext
    from certclient.ui.overview.main_window import MainWindow
    from certclient.ui.shell.services import WindowServices
    from certclient.ui.shell.single_instance import StartRequest
    from certclient.updates.check import Updates


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the windows show at first. `errors`: why banks cannot be used. `updates`: None if the
    administrator's policy turns update notices off. `overview`: what was last seen, if known."""

    services: WindowServices
    profiles: tuple[Profile, ...]
    errors: tuple[CertclientError, ...]
    updates: Updates | None
    last_seen: LastSeen | None = None
    overview: Overview | None = None


_LISTENS_MILLISECONDS = 500
"""By then the list is usually there."""

_CONTENTS = "certclient.ui.overview.contents"


def load(start: Start, services: WindowServices, language: Language) -> Loaded:
    """Reads the banks and warms up what the windows need; call it in a worker.

    Raises CertclientError PROFILE_NOT_FOUND or PROFILE_INVALID if `start` names a bank.
    """
    importlib.import_module(_CONTENTS)
    profiles, errors = read_banks(start.profile_name)
    for error in errors:
        log.error(error)
    late = _late_anchors(profiles, services.clock())
    load_catalogue(language, FRONT_END)
    last_seen = LastSeen(folders.data_folder(), profiles)
    return Loaded(
        services,
        tuple(profiles),
        (*errors, *late),
        _updates(profiles, services),
        last_seen,
        last_seen.read(services.journal_stamp(), services.clock()),
    )


class Program(QObject):
    """The program behind the first window; lives in the GUI thread."""

    def __init__(self, loaded: Loaded, early: EarlyContext) -> None:
        super().__init__()
        self._services = loaded.services
        self._loaded = loaded
        self._instance = SingleInstance(socket_name(folders.data_folder()), self)
        self._launcher = PracticeLauncher(loaded.services.practise, self)
        context = _context(loaded, early, self)
        if loaded.services.practise:
            context = replace(context, practise=self._launcher)
        self.context = context

    def connecting(self, start: Start, window: MainWindow) -> Iterator[None]:
        """Fills the window and creates what acts behind it, in steps, between which other events
        can be handled; then call `begin`."""
        loaded = self._loaded
        if loaded.profiles and not start.profile_name and not loaded.errors:
            self.context = replace(self.context, look=self._services.look)
        if loaded.overview is not None:
            self.context.state.state.show_last_seen(loaded.overview)
        yield from window.filling(self.context)
        yield
        self.shell = Shell(self.context, resident=start.remind, window=window)
        self._launcher.failed.connect(window.show_error)
        once = Qt.ConnectionType.SingleShotConnection
        self._painted = QTimer(self.shell, singleShot=True, interval=PAINTED_MILLISECONDS)
        self._painted.timeout.connect(self._tidy)
        self.shell.scanner.scanned.connect(lambda: self._painted.start(), once)
        self._crashes = _Crashes(self.shell)
        sys.excepthook = self._crashes.hook
        self.shell.ended.connect(QCoreApplication.quit)
        self._instance.start_requested.connect(self.shell.carry_out)
        yield

    def begin(self, request: StartRequest) -> None:
        """Scans the stores and carries out the request of this start; then those of others."""
        context = self.context
        # Later: it loads Qt's network; a second start waits for so long.
        QTimer.singleShot(_LISTENS_MILLISECONDS, self, lambda: self._instance.listen())
        self.shell.start(request)
        _show_practice_letter(self.shell, context, self._services)
        daily = self._services.daily_reminder()
        if daily is not None:
            context.tasks.run(daily.ensure)

    def _tidy(self) -> None:
        self.context.tasks.run(self._services.tidy)

    def close(self) -> None:
        """Closes the windows and ends the workers."""
        self._instance.close()
        self._painted.stop()
        self.shell.close()
        self.context.tasks.close()
        self.context.state.close()


def _show_practice_letter(shell: Shell, context: AppContext, services: WindowServices) -> None:
    """In a rehearsal: what can be tried out, with the issue code that a letter would bring."""
    if rehearsal_folder() is not None:
        letter = PracticeLetter(shell)
        letter.ready.connect(shell.window.show_message)
        context.tasks.run(services.practice_code, done=letter.show, failed=shell.window.show_error)


def read_banks(name: str) -> tuple[Sequence[Profile], Sequence[CertclientError]]:
    """The bank that is named, or all, and why others cannot be used. Raises as `load`."""
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


def make_context(
    profiles: Sequence[Profile], start: Start, application: QApplication, services: WindowServices
) -> AppContext:
    """Builds the AppContext for this computer; `application` owns what Qt has to delete."""
    loaded = Loaded(services, tuple(profiles), (), _updates(profiles, services))
    return _context(loaded, early_context(start, application), application)


def _context(loaded: Loaded, early: EarlyContext, parent: QObject) -> AppContext:
    services = loaded.services
    return AppContext(
        profiles=loaded.profiles,
        stores=_Stores(loaded.profiles, services),
        enrollment=services.enrollment,
        statuses=services.statuses,
        open_procedures=services.open_procedures,
        journal_stamp=services.journal_stamp,
        state=StateSignals(_observed_state(services), parent),
        clock=services.clock,
        languages=early.languages,
        settings=early.settings,
        tasks=TaskRunner(parent, log_file=str(folders.log_file())),
        open_url=_open_url,
        data_folder=folders.data_folder(),
        documentation=folders.documentation_folder(),
        updates=loaded.updates,
        check_revocation=services.check_revocation,
        preferred_store=PreferredStore(folders.preferred_store_file()),
        bank_errors=loaded.errors,
        last_seen=loaded.last_seen,
        full_check=services.full_check,
        examine=services.examine,
        toast=services.toast,
    )


def _open_url(url: str) -> bool:
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QDesktopServices

    return QDesktopServices.openUrl(QUrl(url))


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


def _forget_last_error() -> None:
    """Python keeps the last error that nobody caught, with all variables of its frames, which may
    be secrets, for a debugger."""
    for name in ("last_exc", "last_type", "last_value", "last_traceback"):
        if hasattr(sys, name):
            delattr(sys, name)


class _Crashes(QObject):
    """Logs exceptions that escape a slot and shows one INTERNAL error per run."""

    happened = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.shell = shell
        self._shown = False
        self.happened.connect(self._show)

    def hook(
        self, _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
    ) -> None:
        log.crash(error)
        _forget_last_error()
        self.happened.emit()

    def _show(self) -> None:
        if not self._shown:
            self._shown = True
            error = CertclientError(ErrorCode.INTERNAL, log=str(folders.log_file()))
            self.shell.window.show_error(error)
