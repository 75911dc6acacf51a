"""What else can be begun from the main window: the entries of 「メニュー」.

An entry imports what it opens when it is chosen, so that the first window does not wait for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt

if TYPE_CHECKING:
    from collections.abc import Callable

    from certclient.ui.context import AppContext
    from certclient.ui.overview.window_frame import WindowFrame


translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """`name` identifies it; `icon` is a file in resources/icons; `text` is in the current language,
    with its mnemonic. `open` shows what it is about over the main window. `on_empty_page`: it is
    also a way to begin for somebody who has no certificate here."""

    name: str
    icon: str
    text: str
    open: Callable[[AppContext, WindowFrame], None]
    on_empty_page: bool = False
    available: Callable[[AppContext], bool] = lambda _context: True
    """Whether it can be done in this program at all; else it is not shown."""
    needs_stores: bool = False
    """It is about the certificates in the stores: it opens once they have been read."""


def menu_entries() -> tuple[MenuEntry, ...]:
    """The entries in the order of the menu, in the current language."""
    return (
        MenuEntry("check", "check", translate("MainMenu", "Ready to rene&w?"), _open_check),
        MenuEntry(
            "move",
            "transfer",
            translate("MainMenu", "&Move to a new PC…"),
            _open_move,
            on_empty_page=True,
            needs_stores=True,
        ),
        MenuEntry(
            "practise",
            "play",
            translate("MainMenu", "&Practise"),
            _practise,
            available=lambda context: context.practise is not None,
        ),
    )


def _practise(context: AppContext, window: WindowFrame) -> None:
    from certclient.ui.overview.practising import practise

    practise(context, window)


def _open_move(context: AppContext, window: WindowFrame) -> None:
    """Raises the window if it is open already: two would act on the same certificate."""
    from certclient.ui.overview.moving.window import MoveWindow

    found = window.findChildren(MoveWindow, options=Qt.FindChildOption.FindDirectChildrenOnly)
    moving = next((one for one in found if one.isVisible()), None)
    if moving is None:
        moving = MoveWindow(context, window)
        moving.obtain_requested.connect(window.move_obtain_requested)
        moving.stores_changed.connect(window.stores_changed)
    moving.show()
    moving.raise_()
    moving.activateWindow()


def _open_check(context: AppContext, window: WindowFrame) -> None:
    from certclient.ui.dialogs.check.window import open_check

    open_check(context, window)
