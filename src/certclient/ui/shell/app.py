"""The windows' front door: everything meets here, nothing is decided here."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QLocale, QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication

from certclient.configuration.banks import all_banks, find_bank
from certclient.configuration.policy import read_policy
from certclient.enrollment.bank_status import BankStatuses
from certclient.enrollment.procedure import Enrollment
from certclient.i18n.catalogue import Language, language_from_environment
from certclient.model.deep_link import LinkError, parse
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import Policy
from certclient.model.profile import Profile
from certclient.model.start import Start
from certclient.platform import folders, log
from certclient.platform.daily_reminder import daily_reminder
from certclient.store.base import CertificateStore
from certclient.ui.context import AppContext
from certclient.ui.language import Languages
from certclient.ui.settings import Settings
from certclient.ui.shell.first_place import take_place
from certclient.ui.shell.leaving import ask_to_quit
from certclient.ui.shell.shell import Shell
from certclient.ui.shell.single_instance import Plea, SingleInstance, Wish, socket_name
from certclient.ui.tasks.garbage import GuiGarbage
from certclient.ui.tasks.runner import TaskRunner
from certclient.ui.widgets import icons, looks
from certclient.updates.check import Updates

_DONE = 0


@dataclass(frozen=True, slots=True)
class WindowServices:
    """What the windows need from the composition root. `all_stores` looks for those of these banks;
    `enrollment`, `statuses` and `clock` are AppContext's; `update_checks` are the announcements of
    these banks."""

    all_stores: Callable[[Sequence[Profile]], Sequence[CertificateStore]]
    enrollment: Callable[[Profile, Sequence[CertificateStore]], Enrollment]
    statuses: Callable[[], BankStatuses]
    clock: Callable[[], datetime]
    update_checks: Callable[[Sequence[Profile], Policy], Updates]


def open_windows(start: Start, services: WindowServices) -> int:
    """Runs the windows until they are closed, or hands `start` to those that are open already.

    Returns the exit code. Raises CertclientError: PROFILE_NOT_FOUND, PROFILE_INVALID for a bank
    that was named.
    """
    profiles, errors = _profiles(start.profile_name)
    application = _application()
    name = socket_name(folders.data_folder())
    place = take_place(folders.data_folder(), name, _wish(start))
    if place is None:
        return _DONE
    instance = SingleInstance(name, application)
    instance.listen()
    context = make_context(profiles, start, application, services)
    shell = Shell(context, resident=start.remind)
    crashes = _Crashes(shell)
    sys.excepthook = crashes.hook
    instance.wished.connect(shell.carry_out)
    shell.ended.connect(application.quit)
    garbage = GuiGarbage(application)
    garbage.start()
    for error in errors:
        shell.window.complain(error)
    shell.start(_wish(start))
    daily = daily_reminder(folders.data_folder())
    if daily is not None:
        context.tasks.run(daily.ensure)
    application.exec()
    instance.close()
    shell.close()
    context.tasks.close()
    garbage.stop()
    place.release()
    return _DONE


def quit_windows(seconds: float) -> str:
    """Asks the program that runs to quit, for a setup; waits up to `seconds`. Returns `quit`,
    `not-running`, or `busy` (it is in the middle of something and quits after it)."""
    application = QCoreApplication.instance() or QCoreApplication([sys.argv[0]])
    answer = ask_to_quit(socket_name(folders.data_folder()), seconds)
    application.processEvents()
    return answer.value


def _profiles(name: str) -> tuple[Sequence[Profile], Sequence[CertclientError]]:
    try:
        policy = read_policy()
    except CertclientError as error:
        # Nothing may be done, but somebody has to be told.
        return [], [error]
    if name:
        return [find_bank(name, folders.profile_folders(), policy)], []
    return all_banks(folders.profile_folders(), policy)


def _application() -> QApplication:
    application = QApplication([sys.argv[0]])
    application.setApplicationName("certclient")
    QGuiApplication.setDesktopFileName("certclient")
    # The shell ends the program: a procedure may go on without a window.
    application.setQuitOnLastWindowClosed(False)
    application.setWindowIcon(icons.app_icon())
    looks.dress(application)
    return application


def make_context(
    profiles: Sequence[Profile], start: Start, parent: QObject, services: WindowServices
) -> AppContext:
    """What the windows work with on this computer; `parent` is the application."""
    settings = Settings(folders.settings_file())
    chosen = next((one for one in Language if one.value == start.language), None)
    language = chosen or settings.language or _system_language()
    return AppContext(
        profiles=tuple(profiles),
        stores=_Stores(profiles, services),
        enrollment=services.enrollment,
        statuses=services.statuses,
        clock=services.clock,
        languages=Languages(language, parent),
        settings=settings,
        tasks=TaskRunner(parent, log_file=str(folders.log_file())),
        open_url=lambda url: QDesktopServices.openUrl(QUrl(url)),
        data_folder=folders.data_folder(),
        updates=_updates(profiles, services),
    )


def _updates(profiles: Sequence[Profile], services: WindowServices) -> Updates | None:
    """None where the administrator does not want notices of new versions."""
    if not profiles:
        return None
    policy = read_policy()
    return services.update_checks(profiles, policy) if policy.update_notice else None


class _Stores:
    """Looks for stores, one look at a time: token modules are loaded on the way."""

    def __init__(self, profiles: Sequence[Profile], services: WindowServices) -> None:
        self._profiles = profiles
        self._services = services
        self._one_at_a_time = threading.Lock()

    def __call__(self) -> Sequence[CertificateStore]:
        with self._one_at_a_time:
            return self._services.all_stores(self._profiles)


def _system_language() -> Language:
    return language_from_environment(os.environ, QLocale.system().name())


def _wish(start: Start) -> Wish:
    if start.remind:
        return Wish(plea=Plea.REMIND)
    if not start.link:
        return Wish()
    try:
        return Wish(link=parse(start.link))
    except LinkError:
        return Wish(plea=Plea.REFUSED_LINK)


class _Crashes(QObject):
    """An exception that nobody caught, in a slot: logged, and said once in plain words."""

    happened = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._shell = shell
        self._said = False
        self.happened.connect(self._say)

    def hook(
        self, _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
    ) -> None:
        log.crash(error)
        self.happened.emit()

    def _say(self) -> None:
        if not self._said:
            self._said = True
            error = CertclientError(ErrorCode.INTERNAL, log=str(folders.log_file()))
            self._shell.window.complain(error)
