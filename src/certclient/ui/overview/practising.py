"""練習する from the menu: starts a rehearsal beside this window, and says what is about to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMessageBox

from certclient.ui.widgets.boxes import finish_box, new_box

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from certclient.ui.context import AppContext


def practise(context: AppContext, window: QWidget) -> None:
    """Starts it; while one runs, only says that it does. Without a practice bank, does nothing."""
    launcher = context.practise
    if launcher is None:
        return
    text = QCoreApplication.translate(
        "MainMenu",
        "A practice bank opens in a window of its own, with a yellow banner. This takes a few"
        " seconds. Nothing in it is real, and your own certificates are not touched. Closing it"
        " removes everything.",
    )
    if launcher.running:
        text = QCoreApplication.translate(
            "MainMenu", "You are practising in another window. Close that one to begin anew."
        )
    launcher.start()
    box = new_box(QMessageBox.Icon.Information, window.windowTitle(), window)
    box.setText(text)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    finish_box(box, context.rehearsal)
    box.open()
