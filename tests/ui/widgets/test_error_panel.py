"""Errors look like errors, measured from the pixels."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from certclient.i18n.catalogue import ErrorText
from certclient.ui.widgets.contrast import contrast
from certclient.ui.widgets.error_panel import ErrorPanel, FieldMessage
from certclient.ui.widgets.tokens import Severity, tokens
from support.themes import appearance
from support.wizards import until

TEXT = 4.5
"""WCAG 1.4.3."""

PANEL_ICON, FIELD_ICON, TEXTS = 100, 30, 500
"""Pixels that they have at least."""

COLOURED = ["light", "dark"]
"""A contrast theme has the colours of its user, and no red of ours."""

ERROR = ErrorText("CC-X", "T", "Sentence", "Next", "Help", ())


def colours(picture: QImage) -> list[QColor]:
    return [
        picture.pixelColor(x, y) for x in range(picture.width()) for y in range(picture.height())
    ]


def reddish(colour: QColor) -> bool:
    return colour.red() > colour.green() + 60 and colour.red() > colour.blue() + 60


class Window(QWidget):
    """A window with one widget in it."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        QVBoxLayout(self).addWidget(widget)
        self.resize(400, 300)
        self.show()

    @property
    def ground(self) -> QColor:
        return self.palette().color(QPalette.ColorRole.Window)

    def red(self) -> list[QColor]:
        """The reddish pixels that are legible on the ground."""
        found = [one for one in colours(self.grab().toImage()) if reddish(one)]
        return [one for one in found if contrast(one, self.ground) >= TEXT]

    def tinted(self) -> int:
        """How many pixels have the ground of an error, which no other ground is."""
        tint = tokens().state(Severity.ERROR).ground
        assert tint != self.ground
        return colours(self.grab().toImage()).count(tint)


@pytest.mark.parametrize("theme", COLOURED)
def test_an_error_stands_out(theme: str, qtbot: QtBot) -> None:
    with appearance(theme, 100):
        panel = ErrorPanel()
        panel.show_error(ERROR, Severity.ERROR, title="Something went wrong", support=lambda: "")
        window = Window(panel)
        assert len(window.red()) > PANEL_ICON
        assert window.tinted() > panel.width() * panel.height() / 2


@pytest.mark.parametrize("theme", COLOURED)
def test_a_wrong_field_has_an_icon_and_the_colour_of_errors(theme: str, qtbot: QtBot) -> None:
    with appearance(theme, 100):
        error = FieldMessage()
        window = Window(error)
        assert window.red() == []
        error.set_text("x")
        assert len(window.red()) > FIELD_ICON
        error.set_text("")
        assert window.red() == []


def test_a_contrast_theme_shows_an_error_in_its_own_colours(qtbot: QtBot) -> None:
    with appearance("contrast", 100):
        panel = ErrorPanel()
        panel.show_error(ERROR, Severity.ERROR, title="Something went wrong")
        shown = colours(Window(panel).grab().toImage())
        white = [one for one in shown if contrast(one, QColor("black")) > 20]
        assert not any(map(reddish, shown))
        assert len(white) > TEXTS


def test_what_is_no_error_is_not_red_and_shows_no_code(qtbot: QtBot) -> None:
    panel = ErrorPanel()
    panel.show_error(ERROR, Severity.INFORMATION, title="Too early")
    window = Window(panel)
    assert not [one for one in colours(window.grab().toImage()) if reddish(one)]
    texts = [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]
    assert "Sentence" in texts
    assert not any("CC-X" in text or "Help" in text for text in texts)
    assert not panel.copy_button.isVisible()


def test_a_theme_switch_recolours_an_open_error(qtbot: QtBot) -> None:
    with appearance("light", 100):
        panel = ErrorPanel()
        panel.show_error(ERROR, Severity.ERROR, title="Something went wrong")
        window = Window(panel)
        before = window.ground
        with appearance("dark", 100):
            until(lambda: window.ground != before)
            assert len(window.red()) > PANEL_ICON
            assert window.tinted() > panel.width() * panel.height() / 2
