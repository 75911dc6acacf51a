"""Appearance of windows: colour schemes, text sizes, and detection of truncated texts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QModelIndex, QRect
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QTreeView, QWidget

from certclient.ui.widgets.text_size import text_size
from certclient.ui.widgets.theme import contrast_palette, palette_of, use_palette
from certclient.ui.widgets.tokens import Scheme, tokens_of

_SLACK = 1
"""Pixels lost to rounding."""
_LARGE = 18
"""Points."""


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


def palette_for(theme: str) -> QPalette:
    """The application's palette in a theme: light, dark or contrast."""
    if theme == "contrast":
        return contrast_palette(high_contrast_palette())
    return palette_of(tokens_of(Scheme(theme)))


@contextmanager
def appearance(theme: str, text_percent: int) -> Iterator[None]:
    """Within the block, all windows use `theme` (light, dark or contrast) and this text size."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    palette, percent = application.palette(), text_size(application).percent
    use_palette(palette_for(theme))
    text_size(application).set_percent(text_percent)
    try:
        yield
    finally:
        use_palette(palette)
        text_size(application).set_percent(percent)


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
    if button.hasHeightForWidth():
        if button.heightForWidth(button.width()) > button.height() + _SLACK:
            yield button.text()
        return
    # Measures the text only, because styles give push buttons a minimum width.
    text = button.fontMetrics().horizontalAdvance(button.text().replace("&", ""))
    if text > button.width() or button.fontMetrics().height() > button.height() + _SLACK:
        yield button.text()


def _cells(view: QTreeView) -> Iterator[str]:
    """Elided cells. Users may scroll down to cells, but should not scroll sideways, except in
    very large text (WCAG 1.4.10 excepts tables)."""
    model = view.model()
    if not view.isVisible() or model is None:
        return
    large = view.font().pointSizeF() > _LARGE
    if view.horizontalScrollBar().maximum() > 0 and not large:
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
