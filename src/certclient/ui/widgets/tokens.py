"""Design tokens: every colour and measure of the windows, in one place (docs/design).

The application's palette is made of them (`theme`), so that Qt's own widgets have them too. Widgets
that paint themselves call `tokens()` each time they paint: the colours follow the theme.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QGuiApplication, QPalette

from certclient.ui.widgets.contrast import legible, mixed, most_legible

if TYPE_CHECKING:
    from collections.abc import Mapping


class Space:
    """Distances in pixels, on a grid of 8."""

    XS = 4
    S = 8
    M = 16
    L = 24
    XL = 32


class Radius:
    """Of rounded corners, in pixels."""

    CONTROL = 6
    CARD = 8


CONTROL_HEIGHT = 40
"""Pixels: the least height of a button or a field."""


class Scheme(enum.Enum):
    """A contrast theme has the colours that its user chose in the system, and no others."""

    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


class Severity(enum.Enum):
    """How serious a message or a state is. The value is the name of its icon, so that the colour is
    never the only difference."""

    ERROR = "urgent"
    WARNING = "warning"
    INFORMATION = "information"
    SUCCESS = "valid"
    NEUTRAL = "waiting"


@dataclass(frozen=True, slots=True)
class StateColours:
    """`text`: for icons and titles, at least 4.5:1 on `ground`, on cards and on windows.
    `ground`: a tint that `Tokens.text` is legible on. `line`: around it."""

    text: QColor
    ground: QColor
    line: QColor


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme. `tests/ui/widgets/test_tokens.py` measures their contrasts.

    `ground` is a window's, `card` that of cards, fields and lists, `line` surrounds cards, `border`
    controls. `control` is a button's ground, with `control_text` on it; `hover` and `pressed`
    replace it. `secondary` is for less important text, `disabled` for what cannot be used.
    """

    scheme: Scheme
    ground: QColor
    card: QColor
    line: QColor
    border: QColor
    text: QColor
    secondary: QColor
    disabled: QColor
    control: QColor
    control_text: QColor
    hover: QColor
    pressed: QColor
    accent: QColor
    accent_text: QColor
    accent_hover: QColor
    accent_ground: QColor
    link: QColor
    danger: QColor
    danger_text: QColor
    focus: QColor
    states: Mapping[Severity, StateColours]

    def state(self, severity: Severity) -> StateColours:
        """The colours of `severity`."""
        return self.states[severity]


DEFAULT_ACCENT = {Scheme.LIGHT: "#0b4f96", Scheme.DARK: "#7db8f7"}
"""Where the system has no accent colour."""

_NEUTRALS = {
    Scheme.LIGHT: {
        "ground": "#f3f3f3",
        "card": "#ffffff",
        "line": "#e0e0e0",
        "border": "#828282",
        "text": "#1a1a1a",
        "secondary": "#4a4a4a",
        "disabled": "#6a6a6a",
        "control": "#fdfdfd",
        "control_text": "#1a1a1a",
        "hover": "#f0f0f0",
        "pressed": "#e6e6e6",
        "danger": "#a81b12",
        "danger_text": "#ffffff",
        "focus": "#1a1a1a",
    },
    Scheme.DARK: {
        "ground": "#202020",
        "card": "#2b2b2b",
        "line": "#404040",
        "border": "#9a9a9a",
        "text": "#f5f5f5",
        "secondary": "#cccccc",
        "disabled": "#a6a6a6",
        "control": "#353535",
        "control_text": "#f5f5f5",
        "hover": "#3f3f3f",
        "pressed": "#2f2f2f",
        "danger": "#ffb0a8",
        "danger_text": "#1a1a1a",
        "focus": "#ffffff",
    },
}

_STATES = {
    Scheme.LIGHT: {
        Severity.ERROR: ("#a81b12", "#fdf0ef", "#efbdb9"),
        Severity.WARNING: ("#754300", "#fff6e2", "#ebcd92"),
        Severity.INFORMATION: ("#0b4f8a", "#eef5fc", "#bcd6ef"),
        Severity.SUCCESS: ("#0d5c26", "#ecf7ef", "#b2d9bd"),
        Severity.NEUTRAL: ("#4a4a4a", "#eeeeee", "#d4d4d4"),
    },
    Scheme.DARK: {
        Severity.ERROR: ("#ffb0a8", "#43211e", "#7c423d"),
        Severity.WARNING: ("#ffd180", "#3b2f15", "#73602f"),
        Severity.INFORMATION: ("#a3cdfd", "#1e2f40", "#3f5e7d"),
        Severity.SUCCESS: ("#93e3a8", "#1b3524", "#3d6b4b"),
        Severity.NEUTRAL: ("#cccccc", "#383838", "#555555"),
    },
}

_TINT = 0.1
"""How much of the accent colour is in the ground of what is selected."""
_HOVER = 0.85
_MIDDLE = 128
LEGIBLE = 4.5
"""The contrast that texts need (WCAG 2.2, 1.4.3)."""

_ACTIVE = QPalette.ColorGroup.Active
_ROLES = (
    QPalette.ColorRole.Window,
    QPalette.ColorRole.Base,
    QPalette.ColorRole.WindowText,
    QPalette.ColorRole.Button,
    QPalette.ColorRole.ButtonText,
    QPalette.ColorRole.Highlight,
    QPalette.ColorRole.HighlightedText,
    QPalette.ColorRole.Link,
    QPalette.ColorRole.Accent,
)


def tokens() -> Tokens:
    """The tokens of the application's palette."""
    palette = QGuiApplication.palette()
    disabled = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText)
    colours = [palette.color(_ACTIVE, role).rgb() for role in _ROLES]
    return _from_palette((*colours, disabled.rgb()))


def tokens_of(scheme: Scheme, accent: QColor | None = None) -> Tokens:
    """The tokens of a light or a dark theme. `accent`: the system's; made legible if it is not."""
    neutrals = {name: QColor(value) for name, value in _NEUTRALS[scheme].items()}
    ground, card = neutrals["ground"], neutrals["card"]
    colour = legible(accent or QColor(DEFAULT_ACCENT[scheme]), (ground, card), LEGIBLE)
    on_accent = most_legible(colour, (QColor("#ffffff"), QColor("#101010")))
    away = QColor("black" if on_accent.lightness() > _MIDDLE else "white")
    tint = mixed(colour, card, _TINT)
    return Tokens(
        scheme,
        accent=colour,
        accent_text=on_accent,
        accent_hover=mixed(colour, away, _HOVER),
        accent_ground=tint,
        link=legible(colour, (ground, card, tint), LEGIBLE),
        states={severity: _state(*parts) for severity, parts in _STATES[scheme].items()},
        **neutrals,
    )


def _state(text: str, ground: str, line: str) -> StateColours:
    return StateColours(QColor(text), QColor(ground), QColor(line))


@lru_cache(maxsize=8)
def _from_palette(colours: tuple[int, ...]) -> Tokens:
    made = [QColor.fromRgb(one) for one in colours]
    window, base, text, button, button_text, highlight, highlighted, link, accent, disabled = made
    if window == base:
        plain = StateColours(text, window, text)
        return Tokens(
            Scheme.CONTRAST,
            ground=window,
            card=window,
            line=text,
            border=text,
            text=text,
            secondary=text,
            disabled=disabled,
            control=button,
            control_text=button_text,
            hover=button,
            pressed=button,
            accent=highlight,
            accent_text=highlighted,
            accent_hover=highlight,
            accent_ground=window,
            link=link,
            danger=button,
            danger_text=button_text,
            focus=text,
            states=dict.fromkeys(Severity, plain),
        )
    dark = window.lightness() < text.lightness()
    return tokens_of(Scheme.DARK if dark else Scheme.LIGHT, accent)
