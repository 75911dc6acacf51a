"""A field for an issue code, which underlines groups of four characters, as letters print them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from certclient.model.issue_code import DASHES
from certclient.ui.widgets.secret_field import SecretField
from certclient.ui.widgets.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_GROUP = 4
_GAP = 1.5
"""Pixels between a group's line and its characters' outer edges."""
_LINE = 2
"""Pixels: how thick the line below a group is."""


def groups(characters: Sequence[str], size: int = _GROUP) -> Iterator[tuple[int, int]]:
    """Yields where each group of `size` characters begins and ends (exclusive). Hyphens and spaces,
    of any width, belong to no group and count as no character of it."""
    begin, count = 0, 0
    for number, character in enumerate(characters):
        if character in DASHES or not character.isalnum():
            if count:
                yield begin, number
            begin, count = number + 1, 0
            continue
        count += 1
        if count == size:
            yield begin, number + 1
            begin, count = number + 1, 0
    if count:
        yield begin, len(characters)


class CodeField(SecretField):
    """The text stays as it was typed or pasted; only its painting is grouped, while it is shown."""

    grouped = True
    """False for other secrets in the same field."""

    def _paint_text(self) -> None:
        if self.grouped:
            self._paint_groups()
        super()._paint_text()

    def _paint_groups(self) -> None:
        at, place = self.cursorPosition(), QRectF(self.cursorRect())
        width = self.fontMetrics().horizontalAdvance("\N{NO-BREAK SPACE}")
        left = place.center().x() - at * width
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(self.contentsRect().adjusted(2, 0, -2, 0))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens().accent)
        for begin, end in groups([*self._typed[:at], *self._preedit, *self._typed[at:]]):
            x, across = left + begin * width + _GAP, (end - begin) * width - 2 * _GAP
            below = QRectF(x, place.bottom(), across, _LINE)
            painter.drawRoundedRect(below, _LINE / 2, _LINE / 2)
        painter.end()
