"""A task of the main window on a store: runs in a worker, asks for the PIN over the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QDialog, QWidget

from certclient.store.base import PinPurpose, PinRequest
from certclient.ui.tasks.runner import STORE_SCAN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from certclient.model.errors import CertclientError
    from certclient.model.profile import Profile
    from certclient.ui.context import AppContext
    from certclient.ui.dialogs.new_pin_dialog import NewPinDialog
    from certclient.ui.dialogs.pin_dialog import PinDialog
    from certclient.ui.tasks.interaction import QtInteraction

T = TypeVar("T")


class StoreTask(QObject):
    """Runs one task at a time; lives as long as the window it prompts over.

    Declines every question except those for a PIN and for a proxy's login.
    """

    def __init__(self, context: AppContext, window: QWidget) -> None:
        super().__init__(window)
        self._context = context
        self._window = window
        self._interaction: QtInteraction | None = None
        self._dialog: PinDialog | NewPinDialog | None = None
        self._profile: Profile | None = None
        self.warnings: tuple[CertclientError, ...] = ()
        """Warnings of the latest task."""

    @property
    def busy(self) -> bool:
        """Whether a task is running."""
        return self._interaction is not None

    def start(
        self,
        work: Callable[[QtInteraction], T],
        stores: Iterable[str],
        done: Callable[[T], None],
        failed: Callable[[CertclientError], None],
        profile: Profile | None = None,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        """Runs `work` in a worker; does nothing while another task is running.

        `stores`: ids of the stores it uses. `profile`: the bank whose contact a question for the
        PIN names. `done` or `failed` is called in the GUI thread, neither if the user cancels the
        question for the PIN. `ended` is called before them, and in that case, too.
        """
        from certclient.ui.enrollment.proxy_login import ProxyLoginPrompt
        from certclient.ui.tasks.interaction import QtInteraction

        if self.busy:
            return
        interaction = QtInteraction(lambda _request: False, self)
        interaction.pin_asked.connect(self._ask_pin)
        interaction.secret_asked.connect(self._decline)
        ProxyLoginPrompt(self._context, interaction, self._window)
        interaction.warned.connect(self._warned)
        self._interaction = interaction
        self._profile = profile
        self.warnings = ()

        def finish(result: T) -> None:
            self._end()
            ended()
            done(result)

        def fail(error: CertclientError) -> None:
            self._end()
            ended()
            if not interaction.is_own_choice(error):
                failed(error)

        self._context.tasks.run(
            lambda: work(interaction), stores=(STORE_SCAN, *stores), done=finish, failed=fail
        )

    def close(self) -> None:
        """The window is closing: cancels an open prompt."""
        if self._interaction is not None:
            self._interaction.close()

    @Slot(object)
    def _decline(self, _request: object) -> None:
        if self._interaction is not None:
            self._interaction.answer(None)

    @Slot(object)
    def _warned(self, error: CertclientError) -> None:
        self.warnings = (*self.warnings, error)

    @Slot(object)
    def _ask_pin(self, request: PinRequest) -> None:
        from certclient.ui.dialogs.new_pin_dialog import NewPinDialog
        from certclient.ui.dialogs.pin_dialog import PinDialog

        context, profile = self._context, self._profile
        contact = (lambda: context.contact(profile)) if profile is not None else None
        dialog = (
            NewPinDialog(context, request, self._window)
            if request.purpose is PinPurpose.NEW
            else PinDialog(context, request, self._window, contact)
        )
        self._dialog = dialog
        dialog.finished.connect(self._answered)
        dialog.open()

    @Slot(int)
    def _answered(self, result: int) -> None:
        dialog, self._dialog = self._dialog, None
        if dialog is None or self._interaction is None:
            return
        accepted = result == QDialog.DialogCode.Accepted.value
        self._interaction.answer(dialog.take() if accepted else None)
        dialog.deleteLater()

    def _end(self) -> None:
        if self._interaction is not None:
            self._interaction.close()
            self._interaction.deleteLater()
            self._interaction = None
