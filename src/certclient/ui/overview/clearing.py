"""やめる and 片付ける: what goes and what stays is said first; then it is done in a worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from certclient.enrollment.procedure import Finished, Kind, Leftover, Outcome, ProcedureView
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform import log
from certclient.store.base import CertificateStore
from certclient.ui.context import AppContext
from certclient.ui.overview.errand import Errand
from certclient.ui.tasks.interaction import QtInteraction
from certclient.ui.widgets.banner import put_banner_into


class Clearing(QObject):
    """Gives open procedures up and deletes keys that were left; asks over `window`."""

    done = Signal(str)
    """What was done, in words."""
    failed = Signal(object)
    """A CertclientError."""

    def __init__(self, context: AppContext, window: QWidget) -> None:
        super().__init__(window)
        self._context = context
        self._window = window
        self._errand = Errand(context, window)

    def close(self) -> None:
        """The window goes: a question that is open is answered with no."""
        self._errand.close()

    # やめる

    def ask_give_up(self, view: ProcedureView, stores: Sequence[CertificateStore]) -> None:
        """`stores`: those that are here."""
        box = self._box(
            self.tr("Give up the procedure of {0}?").format(view.user_id), self._given_up(view)
        )
        texts = self.tr("&Give it up"), self.tr("&Keep it")
        self._offer(box, texts, lambda: self._give_up(view, tuple(stores)))

    def _given_up(self, view: ProcedureView) -> list[str]:
        lines = [
            self.tr("The unfinished key and, if it has arrived, the new certificate are deleted."),
            self.tr("The authority that issues certificates is told that it is not wanted."),
        ]
        if view.kind is Kind.OBTAIN:
            lines.append(self.tr("To obtain one later, you need an issue code again."))
        else:
            lines.append(
                self.tr("The certificate you use now stays as it is. You can renew it again later.")
            )
        return lines

    def _give_up(self, view: ProcedureView, stores: tuple[CertificateStore, ...]) -> None:
        profile = self._context.profile(view.profile_id)
        if profile is None:
            return

        def work(interaction: QtInteraction) -> Outcome:
            return self._context.enrollment(profile, stores).abandon(view.id, interaction)

        def finish(outcome: Outcome) -> None:
            log.event("abandoned", procedure=view.id)
            self.done.emit(self._ended(view, outcome))

        ids = [store.store_id for store in stores]
        self._errand.start(work, ids, finish, self.failed.emit)

    def _ended(self, view: ProcedureView, outcome: Outcome) -> str:
        if isinstance(outcome, Finished):
            return self.tr("The procedure of {0} was nearly done, so it was finished.").format(
                view.user_id
            )
        told = [self.tr("The procedure of {0} was given up.").format(view.user_id)]
        for error in self._errand.warnings:
            # Declined here: the authority hears of it otherwise, as nobody confirms.
            if error.code is not ErrorCode.ISSUE_CODE_REQUIRED:
                told.append(self._warning(error))
        return "\n\n".join(told)

    def _warning(self, error: CertclientError) -> str:
        shown = self._context.words.error(error)
        return f"{shown.title} [{shown.code}]"

    # 片付ける

    def ask_remove(self, leftover: Leftover) -> None:
        words = self._context.words
        place = words.destination(leftover.store.destination)
        lines = [
            self.tr("No certificate uses this key. Your certificates stay as they are."),
        ]
        if leftover.store.destination is Destination.USB:
            place = self.tr("{0} ({1})").format(place, leftover.store.label)
            lines.append(
                self.tr(
                    "If you have begun a renewal with this USB token on another PC, do not delete"
                    " the key, but go on there."
                )
            )
        lines.append(self.tr("This cannot be undone."))
        title = self.tr("Delete the unused key {number} ({place})?")
        box = self._box(title.format(number=leftover.name, place=place), lines)
        texts = self.tr("&Delete the key"), self.tr("&Keep the key")
        self._offer(box, texts, lambda: self._remove(leftover))

    def _remove(self, leftover: Leftover) -> None:
        profiles = self._context.profiles

        def work(interaction: QtInteraction) -> None:
            enrollment = self._context.enrollment(profiles[0], (leftover.store,))
            enrollment.remove_leftover(leftover, interaction.pin)

        def finish(_nothing: None) -> None:
            log.event("key-removed", procedure=leftover.name)
            self.done.emit(self.tr("The unused key was deleted."))

        self._errand.start(work, (leftover.store.store_id,), finish, self.failed.emit)

    # The question

    def _box(self, title: str, lines: Sequence[str]) -> QMessageBox:
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(self._window.windowTitle())
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(title)
        box.setInformativeText("\n".join(f"• {line}" for line in lines))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return box

    def _offer(self, box: QMessageBox, texts: tuple[str, str], deed: Callable[[], None]) -> None:
        """`texts` of yes and no. Enter and Esc leave everything as it is."""
        yes, no = texts
        button = box.addButton(yes, QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton(no, QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        button.clicked.connect(deed)
        put_banner_into(box, self._context.rehearsal)
        box.open()
