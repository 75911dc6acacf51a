"""The four contrast themes of Windows 11 as Qt's palettes.

The colours are those of the theme files in %WINDIR%\\Resources\\Ease of Access Themes, which
https://learn.microsoft.com/windows/apps/design/accessibility/high-contrast-themes describes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette

from certclient.ui.widgets.theme import contrast_palette


@dataclass(frozen=True, slots=True)
class ContrastTheme:
    """The eight colours that a user sees in the settings."""

    window: str
    text: str
    link: str
    inactive: str
    selected_text: str
    selected: str
    button_text: str
    button: str

    def palette(self) -> QPalette:
        """The application's palette in this theme."""
        role, group = QPalette.ColorRole, QPalette.ColorGroup
        palette = QPalette()
        for roles, colour in (
            ((role.Window, role.Base, role.AlternateBase, role.ToolTipBase), self.window),
            ((role.WindowText, role.Text, role.ToolTipText, role.BrightText), self.text),
            ((role.Link, role.LinkVisited), self.link),
            ((role.HighlightedText,), self.selected_text),
            ((role.Highlight, role.Accent), self.selected),
            ((role.ButtonText,), self.button_text),
            ((role.Button, role.Light, role.Midlight, role.Mid, role.Dark), self.button),
            ((role.Shadow,), self.button),
        ):
            for one in roles:
                palette.setColor(one, QColor(colour))
        for one in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(group.Disabled, one, QColor(self.inactive))
        return contrast_palette(palette)


CONTRAST_THEMES: Mapping[str, ContrastTheme] = {
    "aquatic": ContrastTheme(
        window="#202020",
        text="#ffffff",
        link="#75e9fc",
        inactive="#a6a6a6",
        selected_text="#263b50",
        selected="#8ee3f0",
        button_text="#ffffff",
        button="#202020",
    ),
    "desert": ContrastTheme(
        window="#fffaef",
        text="#3d3d3d",
        link="#1c5e75",
        inactive="#676767",
        selected_text="#fff5e3",
        selected="#903909",
        button_text="#202020",
        button="#fffaef",
    ),
    "dusk": ContrastTheme(
        window="#2d3236",
        text="#ffffff",
        link="#70ebde",
        inactive="#a6a6a6",
        selected_text="#212d3b",
        selected="#a1bfde",
        button_text="#b6f6f0",
        button="#2d3236",
    ),
    "night-sky": ContrastTheme(
        window="#000000",
        text="#ffffff",
        link="#8080ff",
        inactive="#a6a6a6",
        selected_text="#2b2b2b",
        selected="#d6b4fd",
        button_text="#ffee32",
        button="#000000",
    ),
}
