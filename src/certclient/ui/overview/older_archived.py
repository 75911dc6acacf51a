"""古い電子証明書を削除: offers to delete archived certificates that are of no more use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from certclient.enrollment.older_archived import Removals, older_archived, remove_older
from certclient.model.visible_text import visible
from certclient.ui.overview.lines_panel import PanelLine
from certclient.ui.overview.store_task import StoreTask
from certclient.ui.widgets.boxes import finish_box, new_box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.enrollment.inventory import InventoryEntry
    from certclient.enrollment.overview import Overview
    from certclient.ui.context import AppContext
    from certclient.ui.tasks.interaction import QtInteraction

_MOST_LISTED = 8
"""How many certificates the question lists: the box must fit on a small screen."""


def removable(overview: Overview) -> list[InventoryEntry]:
    """The older archived certificates in the stores that are present now; none while the journal
    cannot be read, which knows the open procedures."""
    if overview.journal_error is not None:
        return []
    opened = [(one.profile_id, one.user_id) for one in overview.procedures]
    entries = [row.entry for row in overview.rows]
    absent = {row.name for row in overview.rows if row.absent}
    return [
        entry
        for entry in older_archived(entries, overview.read_at, opened)
        if (entry.store.store_id, entry.certificate.fingerprint) not in absent
    ]


class OlderCertificatesLine(PanelLine):
    """One line and a button; hidden while there is nothing to delete. Asks before it deletes."""

    done = Signal(str)
    """The message to show about what was done."""
    failed = Signal(object)
    """A CertclientError; nothing was deleted."""

    def __init__(self, context: AppContext, window: QWidget) -> None:
        super().__init__()
        self._context = context
        self._window = window
        self._store_task = StoreTask(context, window)
        self._found: Sequence[InventoryEntry] = ()
        self.button.clicked.connect(self._ask)
        self.hide()

    def show_overview(self, overview: Overview) -> None:
        """Shows or hides the offer."""
        self._found = removable(overview)
        self.retranslate()
        # Until the stores have been read, it is only what was last seen.
        self.button.setEnabled(overview.complete)
        self.setVisible(bool(self._found))

    def close_prompt(self) -> None:
        """The window is closing: cancels an open question for a PIN."""
        self._store_task.close()

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()

    def retranslate(self) -> None:
        """See PanelLine.retranslate."""
        number = len(self._found)
        text = self.tr("%n older certificate(s) that were put away are no longer used.", "", number)
        self._show("", text)
        self.button.setText(self.tr("Delete older certificate&s…"))

    def _ask(self) -> None:
        found = tuple(self._found)
        title = self.tr("Delete %n older certificate(s) for good, with the keys?", "", len(found))
        box = new_box(QMessageBox.Icon.Warning, self._window.windowTitle(), self._window)
        box.setText(title)
        box.setInformativeText("\n".join(visible(line) for line in self._lines(found)))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        delete = box.addButton(self.tr("&Delete"), QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        delete.clicked.connect(lambda: self._remove(found))
        finish_box(box, self._context.rehearsal)
        box.open()

    def _lines(self, found: Sequence[InventoryEntry]) -> list[str]:
        catalogue = self._context.catalogue
        template = self.tr("{user}, valid until {until} ({place})")
        lines = [
            "• "
            + template.format(
                user=entry.full_id,
                until=catalogue.minute(entry.certificate.not_after),
                place=self._context.place(entry.store),
            )
            for entry in found[:_MOST_LISTED]
        ]
        if more := len(found) - _MOST_LISTED:
            lines += [self.tr("and %n more", "", more)] if more > 0 else []
        kept = self.tr(
            "The certificates in use stay, and of each user ID the one that was put away last."
        )
        return [*lines, "", kept, self.tr("This cannot be undone.")]

    def _remove(self, found: Sequence[InventoryEntry]) -> None:
        overview, now = self._context.state.overview, self._context.clock()
        everything = [row.entry for row in overview.rows]

        def work(interaction: QtInteraction) -> Removals:
            ended = remove_older(found, everything, now, interaction.pin)
            if ended.errors and not ended.removed:
                raise ended.errors[0]
            return ended

        ids = dict.fromkeys(entry.store.store_id for entry in found)
        self._store_task.start(work, ids, self._finish, self.failed.emit)

    def _finish(self, ended: Removals) -> None:
        number = len(ended.removed)
        lines = [self.tr("%n older certificate(s) were deleted for good.", "", number)]
        for error in ended.errors:
            shown = self._context.catalogue.error(error)
            lines.append(f"{shown.title} [{shown.code}]")
        self.done.emit("\n\n".join(lines))
