"""The entry point of the windows: paints the first one, then loads everything else.

Until the first window is on the screen, nothing of stores, procedures, banks or the network is
loaded; `tests/ui/shell/test_first_window.py` counts the modules. The rest is loaded behind it
(`loading.py`), and the window is filled when it is there (docs/adr/0049).
"""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from certclient.model.deep_link import LinkError, parse
from certclient.platform.user_folders import data_folder
from certclient.ui.overview.main_window import MainWindow
from certclient.ui.shell import loading
from certclient.ui.shell.early import early_context
from certclient.ui.shell.instance_lock import acquire_instance
from certclient.ui.shell.single_instance import InstanceRequest, StartRequest, socket_name
from certclient.ui.tasks.garbage_collector import GuiGarbageCollector
from certclient.ui.widgets import appearance, icons

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from certclient.model.start import Start
    from certclient.ui.shell.app import Loaded, Program
    from certclient.ui.shell.services import WindowServices

_DONE = 0

SWITCH_SECONDS = 0.0005
"""How long a worker keeps Python's lock while the GUI thread waits for it. Qt's calls give it up
many times while a window is painted; with Python's 5 ms each, windows would stall."""

_UNPAINTED_MILLISECONDS = 250
"""A window on another desktop is not painted."""


def open_windows(start: Start, services: Callable[[], WindowServices]) -> int:
    """Runs the windows until they are closed, or hands `start` to the running instance.

    Returns the exit code. Raises CertclientError PROFILE_NOT_FOUND or PROFILE_INVALID if `start`
    names a bank.
    """
    if start.profile_name and not os.path.isfile(start.profile_name):
        from certclient.ui.shell import app

        app.read_banks(start.profile_name)
    sys.setswitchinterval(SWITCH_SECONDS)
    application = make_application()
    garbage = GuiGarbageCollector(application)
    garbage.start()
    request = _start_request(start)
    place = acquire_instance(data_folder(), socket_name(data_folder()), request)
    if place is None:
        return _DONE
    opening = Opening(start, services, request, garbage, application)
    application.exec()
    opening.close()
    garbage.stop()
    place.release()
    if opening.error is not None:
        raise opening.error
    return _DONE


def quit_windows(seconds: float) -> str:
    """Asks the running instance to quit so that an installer can replace it; waits up to `seconds`.
    Returns `quit`, `not-running`, or `busy` (it quits when its current work is done)."""
    from certclient.ui.shell.shutdown import ask_to_quit

    application = QCoreApplication.instance() or QCoreApplication([sys.argv[0]])
    answer = ask_to_quit(socket_name(data_folder()), seconds)
    application.processEvents()
    return answer.value


class Opening(QObject):
    """The first window, until the program behind it is loaded; then the program."""

    _ready = Signal()
    """What needs no Qt has been loaded."""
    _loaded = Signal(object)

    def __init__(
        self,
        start: Start,
        services: Callable[[], WindowServices],
        request: StartRequest,
        garbage: GuiGarbageCollector,
        application: QApplication,
    ) -> None:
        super().__init__()
        self.error: BaseException | None = None
        """Why the program could not be loaded."""
        self._start = start
        self._services = services
        self._request = request
        self._garbage = garbage
        self._worker: threading.Thread | None = None
        self._closing = False
        self.program: Program | None = None
        """None until it is loaded."""
        self._early = early_context(start, application)
        self._window = MainWindow(self._early)
        self._window.closed.connect(self._closed)
        self._ready.connect(self._load_windows)
        self._loaded.connect(self._connect)
        sys.excepthook = self._crashed
        if start.remind:
            self._load()
        else:
            self._window.painted.connect(self._load)
            QTimer.singleShot(_UNPAINTED_MILLISECONDS, self._load)
            self._window.raise_window()

    def close(self) -> None:
        """Ends everything that was begun."""
        self._closing = True
        if self._worker is not None:
            self._worker.join()
        if self.program is not None:
            self.program.close()
        self._window.hide()

    def _load(self) -> None:
        if self._worker is None:
            self._start_worker(self._load_behind)

    def _start_worker(self, work: Callable[[], None]) -> None:
        self._worker = threading.Thread(target=work, name="certclient start")
        self._worker.start()

    def _load_behind(self) -> None:
        """Runs in the worker's thread."""
        try:
            loading.load_behind_program()
        except BaseException as error:  # noqa: BLE001 - raised again in `open_windows`
            self._loaded.emit(error)
        else:
            self._ready.emit()

    def _load_windows(self) -> None:
        loading.in_steps(loading.program_windows(), self._start_reading)

    def _start_reading(self) -> None:
        if not self._closing:
            self._start_worker(self._read_banks)

    def _read_banks(self) -> None:
        """Runs in the worker's thread, when all is loaded."""
        from certclient.ui.shell import app

        try:
            loaded: object = app.load(self._start, self._services(), self._early.languages.current)
        except BaseException as error:  # noqa: BLE001 - raised again in `open_windows`
            loaded = error
        self._loaded.emit(loaded)

    def _connect(self, loaded: Loaded | BaseException) -> None:
        if isinstance(loaded, BaseException):
            self._fail(loaded)
            return
        from certclient.ui.shell.app import Program

        self._garbage.freeze()
        program = Program(loaded, self._early)

        def begin() -> None:
            self.program = program
            program.begin(self._request)

        loading.in_steps(program.connecting(self._start, self._window), begin)

    def _closed(self) -> None:
        if self.program is None:
            QCoreApplication.quit()

    def _fail(self, error: BaseException) -> None:
        self.error = error
        QCoreApplication.quit()

    def _crashed(
        self, _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
    ) -> None:
        self._fail(error)


def make_application() -> QApplication:
    """Creates the application object, with the program's name, icon and style."""
    application = QApplication([sys.argv[0]])
    application.setApplicationName("certclient")
    QGuiApplication.setDesktopFileName("certclient")
    # The shell ends the program, because a procedure may continue without a window.
    application.setQuitOnLastWindowClosed(False)
    application.setWindowIcon(icons.app_icon())
    appearance.apply_style(application)
    return application


def _start_request(start: Start) -> StartRequest:
    if start.remind:
        return StartRequest(request=InstanceRequest.REMIND)
    if not start.link:
        return StartRequest()
    try:
        return StartRequest(link=parse(start.link))
    except LinkError:
        return StartRequest(request=InstanceRequest.REFUSED_LINK)
