"""A running program with its windows, in which a customer presses buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QMessageBox

from certclient.ui.shell.shell import Shell
from certclient.ui.shell.single_instance import StartRequest
from support.wizards import WizardDriver, until


class ShellDriver:
    """A running program. `over` counts its `ended` signals."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.over = 0
        shell.ended.connect(self._ended)

    def _ended(self) -> None:
        self.over += 1

    def starts(self, start_request: StartRequest | None = None) -> None:
        self.shell.start(start_request)
        until(lambda: self.shell.scanner.complete)

    def press(self, button: QAbstractButton) -> None:
        assert button.isVisible(), button.text()
        assert button.isEnabled(), button.text()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    @property
    def wizard_driver(self) -> WizardDriver:
        """The visitor of the only wizard."""
        (wizard,) = self.shell.wizard_manager.wizards
        return WizardDriver(wizard)

    @property
    def boxes(self) -> list[str]:
        """The texts of the visible message boxes."""
        found = self.shell.window.findChildren(QMessageBox)
        return [box.text() for box in found if box.isVisible()]
