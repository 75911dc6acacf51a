"""A picture that grows with the text beside it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize

from certclient.ui.widgets.pictures import Picture


class ScaledPicture(Picture):
    """Its side is given in lines of text."""

    def __init__(self, name: str, lines: float) -> None:
        """`name`: in resources/icons, "" for none yet."""
        super().__init__(name)
        self._lines = lines

    def sizeHint(self) -> QSize:
        """A square."""
        side = round(self._lines * self.fontMetrics().height())
        return QSize(side, side)

    def changeEvent(self, event: QEvent) -> None:
        """Follows the text's size."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.updateGeometry()
