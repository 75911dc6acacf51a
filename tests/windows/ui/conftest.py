"""The whole program on a Windows screen, with the user's certificate store, journal, credential
store and settings, and the practice bank on Linux."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from support.qt_session import garbage_in_the_gui_thread, no_stray_log_record, styled, texts

# isort: split
from PySide6.QtWidgets import QApplication

from certclient.bootstrap import window_services
from certclient.model.profile import Profile
from certclient.model.start import Start
from certclient.platform import folders
from certclient.ui.context import AppContext
from certclient.ui.shell.app import make_context
from certclient.ui.shell.shell import Shell
from support.bank_service import BankService
from support.shell_driver import ShellDriver

__all__ = ["garbage_in_the_gui_thread", "no_stray_log_record", "styled", "texts"]

Program = Callable[..., ShellDriver]

if sys.platform == "win32":
    from support.windows_pc import WindowsComputer

    @pytest.fixture
    def profile(bank_service: BankService) -> Profile:
        return bank_service.profile()

    @pytest.fixture
    def context(
        qapp: QApplication, computer: WindowsComputer, profile: Profile
    ) -> Iterator[AppContext]:
        """The context as the program creates it at its start, in Japanese."""
        folders.settings_file().unlink(missing_ok=True)
        context = make_context([profile], Start(language="ja"), qapp, window_services())
        yield context
        assert context.tasks.close(), "tasks outlived their windows"
        context.languages.remove()

    @pytest.fixture
    def program(context: AppContext) -> Iterator[Program]:
        """Starts the program; at the end closes its windows as the program does."""
        with ExitStack() as stack:

            def make(*, resident: bool = False) -> ShellDriver:
                shell = Shell(context, resident=resident)
                stack.callback(shell.deleteLater)
                stack.callback(shell.close)
                return ShellDriver(shell)

            yield make
