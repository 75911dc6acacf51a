"""Contrast of colours, and colours that are legible on given grounds (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_STEPS = 50
_LINEAR_BELOW = 0.04045


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of two opaque colours, 1 to 21
    (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def legible(colour: QColor, grounds: Sequence[QColor], ratio: float) -> QColor:
    """Returns `colour`, or the nearest colour of its hue with at least `ratio` on each of
    `grounds`: darker on light grounds, lighter on dark ones."""
    light_grounds = _luminance(grounds[0]) > _luminance(QColor("#767676"))
    end = QColor("black" if light_grounds else "white")
    for step in range(_STEPS + 1):
        found = mixed(end, colour, step / _STEPS)
        if all(contrast(found, ground) >= ratio for ground in grounds):
            return found
    return end


def most_legible(ground: QColor, colours: Iterable[QColor]) -> QColor:
    """Returns the one of `colours` with the highest contrast on `ground`."""
    return max(colours, key=lambda colour: contrast(colour, ground))


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """Returns a colour between the two; `share` (0 to 1) of it is `one`."""
    return QColor(
        round(one.red() * share + other.red() * (1 - share)),
        round(one.green() * share + other.green() * (1 - share)),
        round(one.blue() * share + other.blue() * (1 - share)),
    )


def _luminance(colour: QColor) -> float:
    red, green, blue = (
        _linear(part / 255) for part in (colour.red(), colour.green(), colour.blue())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= _LINEAR_BELOW else ((part + 0.055) / 1.055) ** 2.4
