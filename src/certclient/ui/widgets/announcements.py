"""What a screen reader says without a change of focus: page titles, steps, errors, the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from certclient.platform.screen_readers import ScreenReaders

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from certclient.ui.widgets.accessible_notices import Notices


class Announcer(Protocol):
    """Has a screen reader say a text; see `Announcements`."""

    def __call__(self, widget: QWidget, text: str, *, urgent: bool = False) -> None: ...


class Announcements:
    """Has screen readers say a text: an announcement (Qt 6.8: UIA notification on Windows,
    `object:announcement` on AT-SPI), or a notification for an Orca that knows no announcements.

    Never both, or a newer Orca says it twice. See docs/adr/0022. What it needs of Qt is loaded with
    the first text.
    """

    def __init__(self, readers: ScreenReaders | None = None) -> None:
        self._readers = readers or ScreenReaders()
        self._notices: Notices | None = None

    def __call__(self, widget: QWidget, text: str, *, urgent: bool = False) -> None:
        """Says `text`, which belongs to `widget`'s window. `urgent`: at once, in place of what is
        being said."""
        if not text:
            return
        from certclient.ui.widgets.accessible_notices import Notices, announce, is_listened_to

        if not is_listened_to():
            return
        if self._readers.take_announcements():
            announce(widget, text, urgent=urgent)
        else:
            self._notices = self._notices or Notices()
            self._notices.show(text)
