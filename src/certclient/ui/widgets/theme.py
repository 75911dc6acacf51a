"""Light, dark and contrast themes: the application's palette from the system's, followed at run
time.

A style sheet or a style of our own in Python makes windows slower (docs/adr/0050); a palette and
fonts for the application and for classes of widgets cost nothing.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QPalette, QWindow
from PySide6.QtWidgets import QApplication

from certclient.ui.widgets.contrast import contrast
from certclient.ui.widgets.text_size import class_name
from certclient.ui.widgets.tokens import LEGIBLE, Scheme, Tokens, tokens_of

_ROLE = QPalette.ColorRole
_GROUP = QPalette.ColorGroup
_GROUPS = (_GROUP.Active, _GROUP.Inactive, _GROUP.Disabled)

SECONDARY = ("SecondaryText", "SmallText")
"""Classes of labels whose text is less important than others' (`parts`)."""


class Theme(QObject):
    """Gives the application the palette that fits the system's; lives as long as it."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        hints = application.styleHints()
        hints.colorSchemeChanged.connect(self.follow)
        hints.accessibility().contrastPreferenceChanged.connect(self.follow)
        self.watch = _Watch(self)
        self.follow()

    def follow(self) -> None:
        """Takes the system's present theme: all open windows change."""
        application = self._application
        application.setPalette(QPalette())  # what the system and the style give
        system = application.palette()
        scheme = _scheme(system)
        if scheme is Scheme.CONTRAST:
            use_palette(contrast_palette(system))
        else:
            use_palette(palette_of(tokens_of(scheme, _accent(system))))


class _Watch(QWindow):
    """Never shown. Windows are what Qt tells of every change of the theme, such as another accent
    colour."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ThemeChange:
            QTimer.singleShot(0, self._theme, self._theme.follow)
        return super().event(event)


def use_palette(palette: QPalette) -> None:
    """Gives `palette` to the application, and the secondary colour to the labels that have it."""
    QApplication.setPalette(palette)
    quiet = QPalette(palette)
    for group in (_GROUP.Active, _GROUP.Inactive):
        quiet.setColor(group, _ROLE.WindowText, palette.color(group, _ROLE.PlaceholderText))
    for name in SECONDARY:
        QApplication.setPalette(quiet, class_name(name))


def _scheme(system: QPalette) -> Scheme:
    hints = QGuiApplication.styleHints()
    if hints.accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast:
        return Scheme.CONTRAST
    scheme = hints.colorScheme()
    if scheme is Qt.ColorScheme.Unknown:
        dark = system.color(_ROLE.Window).lightness() < system.color(_ROLE.WindowText).lightness()
        return Scheme.DARK if dark else Scheme.LIGHT
    return Scheme.DARK if scheme is Qt.ColorScheme.Dark else Scheme.LIGHT


def _accent(system: QPalette) -> QColor | None:
    """The user's accent colour on Windows. Elsewhere Qt has one of its own, or a desktop's that may
    mean nothing there."""
    return system.color(_ROLE.Accent) if sys.platform == "win32" else None


def palette_of(tokens: Tokens) -> QPalette:
    """Returns the application's palette for a light or dark theme."""
    palette = QPalette()
    for roles, colour in (
        ((_ROLE.Window, _ROLE.AlternateBase), tokens.ground),
        ((_ROLE.Base, _ROLE.ToolTipBase, _ROLE.Light), tokens.card),
        ((_ROLE.Button,), tokens.control),
        ((_ROLE.WindowText, _ROLE.Text, _ROLE.ToolTipText), tokens.text),
        ((_ROLE.ButtonText,), tokens.control_text),
        ((_ROLE.PlaceholderText,), tokens.secondary),
        ((_ROLE.Highlight, _ROLE.Accent), tokens.accent),
        ((_ROLE.HighlightedText, _ROLE.BrightText), tokens.accent_text),
        ((_ROLE.Link, _ROLE.LinkVisited), tokens.link),
        ((_ROLE.Midlight, _ROLE.Mid), tokens.line),
        ((_ROLE.Dark, _ROLE.Shadow), tokens.border),
    ):
        for role in roles:
            for group in _GROUPS:
                palette.setColor(group, role, colour)
    for role in (_ROLE.WindowText, _ROLE.Text, _ROLE.ButtonText, _ROLE.PlaceholderText):
        palette.setColor(_GROUP.Disabled, role, tokens.disabled)
    palette.setColor(_GROUP.Disabled, _ROLE.Highlight, tokens.line)
    palette.setColor(_GROUP.Disabled, _ROLE.HighlightedText, tokens.text)
    return palette


def contrast_palette(system: QPalette) -> QPalette:
    """Returns the system's palette with one ground for windows, cards and fields, by which `tokens`
    knows a contrast theme."""
    palette = QPalette(system)
    for group in _GROUPS:
        ground = system.color(group, _ROLE.Base)
        for role in (_ROLE.Window, _ROLE.Base, _ROLE.AlternateBase, _ROLE.ToolTipBase):
            palette.setColor(group, role, ground)
        text = system.color(group, _ROLE.Text)
        for role in (_ROLE.WindowText, _ROLE.Text, _ROLE.ToolTipText, _ROLE.PlaceholderText):
            palette.setColor(group, role, text)
        palette.setColor(group, _ROLE.Accent, system.color(group, _ROLE.Highlight))
        for role in (_ROLE.Link, _ROLE.LinkVisited, _ROLE.ButtonText):
            under = ground if role is not _ROLE.ButtonText else system.color(group, _ROLE.Button)
            if contrast(palette.color(group, role), under) < LEGIBLE:
                palette.setColor(group, role, text)
    return palette
