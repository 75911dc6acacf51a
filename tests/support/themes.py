"""Appearance of windows: colour schemes, text sizes, and detection of truncated texts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QModelIndex, QRect
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QTreeView, QWidget

_SLACK = 1
"""Pixels lost to rounding."""


def dark_palette() -> QPalette:
    """Like Fusion's own palette for a dark desktop (qt_fusionPalette)."""
    role = QPalette.ColorRole
    palette = QPalette()
    for roles, colour in (
        ((role.Window, role.Button), "#323232"),
        ((role.Base,), "#232323"),
        ((role.AlternateBase, role.ToolTipBase), "#2b2b2b"),
        ((role.WindowText, role.Text, role.ButtonText, role.ToolTipText), "#eeeeee"),
        ((role.Highlight, role.Accent), "#3d7ab8"),
        ((role.HighlightedText, role.BrightText), "#ffffff"),
        ((role.Link,), "#8ab4f8"),
        ((role.PlaceholderText,), "#a0a0a0"),
        ((role.Light, role.Midlight), "#4a4a4a"),
        ((role.Mid, role.Dark, role.Shadow), "#161616"),
    ):
        for one in roles:
            palette.setColor(one, QColor(colour))
    for one in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, one, QColor("#8a8a8a"))
    return palette


def high_contrast_palette() -> QPalette:
    """White and yellow on black."""
    role = QPalette.ColorRole
    palette = QPalette()
    for one in QPalette.ColorRole:
        if one is not role.NColorRoles:
            palette.setColor(one, QColor("black"))
    for one in (role.WindowText, role.Text, role.ButtonText, role.ToolTipText, role.BrightText):
        palette.setColor(one, QColor("white"))
    palette.setColor(role.Highlight, QColor("yellow"))
    palette.setColor(role.Accent, QColor("yellow"))
    palette.setColor(role.HighlightedText, QColor("black"))
    return palette


PALETTES = {
    "light": QPalette,
    "dark": dark_palette,
    "contrast": high_contrast_palette,
}


@contextmanager
def appearance(theme: str, text_percent: int) -> Iterator[None]:
    """Within the block, all windows use `theme` (a key of PALETTES) and this text size."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    font, palette, style = application.font(), application.palette(), application.style().name()
    larger = QFont(font)
    larger.setPointSizeF(font.pointSizeF() * text_percent / 100)
    application.setStyle("Fusion")
    application.setPalette(application.style().standardPalette())
    if theme != "light":
        application.setPalette(PALETTES[theme]())
    application.setFont(larger)
    try:
        yield
    finally:
        application.setFont(font)
        application.setStyle(style)
        application.setPalette(palette)


def cut_off(window: QWidget) -> list[str]:
    """Texts in `window` that have less space than they need."""
    found = [text for label in window.findChildren(QLabel) for text in _label(label)]
    found += [text for button in window.findChildren(QAbstractButton) for text in _button(button)]
    found += [text for view in window.findChildren(QTreeView) for text in _cells(view)]
    return found


def _label(label: QLabel) -> Iterator[str]:
    if not label.isVisible() or not label.text():
        return
    if label.wordWrap():
        if label.heightForWidth(label.width()) > label.height() + _SLACK or _too_narrow(label):
            yield label.text()
    elif label.sizeHint().width() > label.width() + _SLACK:
        yield label.text()


def _too_narrow(label: QLabel) -> bool:
    """Whether its longest word does not fit. Japanese text may break anywhere."""
    words = label.text().split()
    latin = [word for word in words if word.isascii()]
    widest = max((label.fontMetrics().horizontalAdvance(word) for word in latin), default=0)
    return widest > label.contentsRect().width() + _SLACK


def _button(button: QAbstractButton) -> Iterator[str]:
    if not button.isVisible() or not button.text():
        return
    # Measures the text only, because styles give push buttons a minimum width.
    text = button.fontMetrics().horizontalAdvance(button.text().replace("&", ""))
    if text > button.width() or button.fontMetrics().height() > button.height() + _SLACK:
        yield button.text()


def _cells(view: QTreeView) -> Iterator[str]:
    """Elided cells. Users may scroll down to cells, but should never have to scroll sideways."""
    model = view.model()
    if not view.isVisible() or model is None:
        return
    if view.horizontalScrollBar().maximum() > 0:
        yield f"{view.accessibleName()} scrolls sideways"
    for row in range(model.rowCount()):
        if view.isFirstColumnSpanned(row, QModelIndex()):
            continue
        for column in range(model.columnCount()):
            if view.isColumnHidden(column):
                continue
            index = model.index(row, column)
            place: QRect = view.visualRect(index)
            if view.sizeHintForIndex(index).width() > place.width() + _SLACK:
                yield str(index.data())
