"""The size of all texts: the type scale, and Ctrl with + - 0 in every window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QFont, QFontInfo, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

BODY = 11.0
"""Points: the size of most texts, unless the system's is larger."""
LEAST = 10.0
"""Points: no text is smaller, whatever the user chooses."""


@dataclass(frozen=True, slots=True)
class TypeStyle:
    """Of a class of labels: points where the body text has 11, and whether it is semibold."""

    points: float
    strong: bool = False


TYPE_SCALE = {
    "Heading": TypeStyle(20, strong=True),
    "CardTitle": TypeStyle(13, strong=True),
    "StrongText": TypeStyle(11, strong=True),
    "SmallText": TypeStyle(10),
    "BigNumber": TypeStyle(36, strong=True),
}
"""By the name of the class (`parts`): QApplication has a font for each."""

SMALLEST, NORMAL, LARGEST = 80, 100, 200
_STEP = 10
_LARGE_STEP = 25
"""Percent; from 150 % on."""
_LARGE = 150

_HAS_KEYS = "certclient-text-size"
"""The property of a window that has the keys."""

_KEYS = {
    "larger": ("Ctrl++", "Ctrl+=", "Ctrl+;"),
    "smaller": ("Ctrl+-",),
    "reset": ("Ctrl+0",),
}


class TextSize(QObject):
    """The size that the user chose. All open windows follow; `changed` has the percentage."""

    changed = Signal(int)

    def __init__(self, application: QApplication, system: QFont) -> None:
        """`system`: the font at 100 %, whose size counts if it is larger than `BODY`."""
        super().__init__(application)
        self._font = QFont(system)
        self._font.setPointSizeF(max(QFontInfo(system).pointSizeF(), BODY))
        self._percent = NORMAL
        self._apply()

    @property
    def percent(self) -> int:
        """80 to 200."""
        return self._percent

    def set_percent(self, percent: int) -> None:
        """Sets the size, limited to what is possible."""
        wanted = min(max(percent, SMALLEST), LARGEST)
        if wanted != self._percent:
            self._percent = wanted
            self._apply()
            self.changed.emit(wanted)

    def larger(self) -> None:
        """The next size."""
        self.set_percent(self._percent + (_STEP if self._percent < _LARGE else _LARGE_STEP))

    def smaller(self) -> None:
        """The size before."""
        self.set_percent(self._percent - (_STEP if self._percent <= _LARGE else _LARGE_STEP))

    def reset(self) -> None:
        """The normal size."""
        self.set_percent(NORMAL)

    def _apply(self) -> None:
        use_fonts(self._font, self._percent)


def use_fonts(body: QFont, percent: int) -> None:
    """Gives the application `body` in `percent` of its size, and each class of labels its own."""
    base = body.pointSizeF()
    QApplication.setFont(_sized(body, base, percent))
    for name, style in TYPE_SCALE.items():
        font = _sized(body, base * style.points / BODY, percent)
        if style.strong:
            font.setWeight(QFont.Weight.DemiBold)
        QApplication.setFont(font, class_name(name))


def class_name(name: str) -> bytes:
    """A class of widgets as PySide takes it: by a text, whatever its types say."""
    return cast("bytes", name)


def _sized(font: QFont, points: float, percent: int) -> QFont:
    sized = QFont(font)
    sized.setPointSizeF(max(points * percent / 100, LEAST))
    return sized


def text_size(application: QApplication) -> TextSize:
    """The application's `TextSize`; `appearance.apply_style` makes it with the system's font."""
    return application.findChild(TextSize) or TextSize(application, application.font())


def add_keys(window: QWidget, size: TextSize) -> None:
    """Ctrl with + - 0 in `window`; does nothing if it has them."""
    if window.property(_HAS_KEYS):
        return
    window.setProperty(_HAS_KEYS, True)
    actions = {"larger": size.larger, "smaller": size.smaller, "reset": size.reset}
    for name, keys in _KEYS.items():
        shortcut = _SizeKey(window)
        shortcut.setKeys([QKeySequence(one) for one in keys])
        shortcut.activated.connect(actions[name])


class _SizeKey(QShortcut):
    """Of one window, so that dialogs that block others have it, too."""
