"""The look of a certificate's condition: always an icon and a colour together."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette

from certclient.enrollment.overview import Condition, Row
from certclient.enrollment.procedure_status import ProcedurePhase


@dataclass(frozen=True, slots=True)
class ConditionStyle:
    """`icon` is a file in resources/icons. The colours, for light and dark backgrounds, have a
    contrast of at least 4.5:1; "" means the text colour."""

    icon: str
    light: str
    dark: str

    def colour(self, palette: QPalette) -> QColor:
        """Returns the colour that suits the palette's background."""
        name = self.dark if is_dark(palette) else self.light
        return QColor(name) if name else palette.color(QPalette.ColorRole.Text)


_GREEN = ("#1a7f37", "#56d364")
_AMBER = ("#8a5a00", "#e3b341")
_RED = ("#c01c28", "#ff8a80")
_PLAIN = ("", "")

_UNFINISHED = ConditionStyle("waiting", *_AMBER)
_FAILED = ConditionStyle("urgent", *_RED)

CONDITION_STYLES = {
    Condition.VALID: ConditionStyle("valid", *_GREEN),
    Condition.RENEWABLE: ConditionStyle("renewable", *_AMBER),
    Condition.URGENT: ConditionStyle("urgent", *_RED),
    Condition.OBTAINABLE: ConditionStyle("expired", *_RED),
    Condition.TOO_LATE: ConditionStyle("expired", *_RED),
    Condition.REPLACED: ConditionStyle("archived", *_PLAIN),
    Condition.COPY: ConditionStyle("valid", *_PLAIN),
    Condition.ARCHIVED: ConditionStyle("put-away", *_PLAIN),
    Condition.NO_KEY: ConditionStyle("no-key", *_AMBER),
    Condition.UNREADABLE: ConditionStyle("no-key", *_AMBER),
    Condition.CA_CERTIFICATE: ConditionStyle("archived", *_PLAIN),
    Condition.OTHER_ISSUER: ConditionStyle("archived", *_PLAIN),
    Condition.KEY_KIND: ConditionStyle("no-key", *_AMBER),
    Condition.UNFINISHED: _UNFINISHED,
    Condition.NOT_ACCEPTED: ConditionStyle("not-accepted", *_RED),
}


def style_of(row: Row) -> ConditionStyle:
    """Returns the look of a row: of its procedure, if one is open, else of its condition."""
    if row.absent:
        return ConditionStyle("usb", *_PLAIN)
    if row.procedure is not None:
        return _FAILED if row.procedure.phase is ProcedurePhase.FAILED else _UNFINISHED
    return CONDITION_STYLES[row.condition]


def is_dark(palette: QPalette) -> bool:
    """Returns whether the palette has light text on a dark background."""
    base = palette.color(QPalette.ColorRole.Base)
    return base.lightness() < palette.color(QPalette.ColorRole.Text).lightness()
