"""Every pair of colours in which the windows draw has the contrast of WCAG 2.2, in every theme."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from certclient.ui.widgets.buttons import LinkButton
from certclient.ui.widgets.contrast import contrast, legible, mixed
from certclient.ui.widgets.fields import CheckBox, RadioButton
from certclient.ui.widgets.text_size import LARGEST, LEAST, text_size
from certclient.ui.widgets.theme import Theme, palette_of, use_palette
from certclient.ui.widgets.tokens import Scheme, Tokens, tokens, tokens_of
from support.themes import appearance
from support.wizards import until
from tools.gallery import palettes, picture, specimens

TEXT, BODY, GRAPHICS = 4.5, 7.0, 3.0
"""WCAG 2.2: 1.4.3 (AA), 1.4.6 (AAA), 1.4.11."""

PALETTES = palettes()


@pytest.fixture(params=list(PALETTES))
def theme(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[Tokens]:
    """The tokens of one theme, in use."""
    before = qapp.palette()
    use_palette(PALETTES[request.param])
    yield tokens()
    use_palette(before)


def test_black_and_white_have_the_highest_contrast() -> None:
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("white")) == pytest.approx(4.48, abs=0.01)


def test_body_text_is_legible_without_effort(theme: Tokens) -> None:
    grounds = [theme.ground, theme.card, theme.hover, theme.accent_ground, theme.control]
    grounds += [colours.ground for colours in theme.states.values()]
    for ground in grounds:
        assert contrast(theme.text, ground) >= BODY, ground.name()
    for ground in (theme.ground, theme.card, theme.accent_ground):
        assert contrast(theme.secondary, ground) >= BODY, ground.name()


def test_other_texts_are_legible(theme: Tokens) -> None:
    pairs = [
        (theme.control_text, theme.control),
        (theme.control_text, theme.hover),
        (theme.control_text, theme.pressed),
        (theme.accent_text, theme.accent),
        (theme.accent_text, theme.accent_hover),
        (theme.danger_text, theme.danger),
        (theme.link, theme.ground),
        (theme.link, theme.card),
        (theme.link, theme.hover),
        (theme.disabled, theme.ground),
        (theme.disabled, theme.card),
    ]
    for colours in theme.states.values():
        pairs += [(colours.text, one) for one in (colours.ground, theme.card, theme.ground)]
    for text, ground in pairs:
        assert contrast(text, ground) >= TEXT, (text.name(), ground.name())


def test_boundaries_and_focus_are_visible(theme: Tokens) -> None:
    for ground in (theme.ground, theme.card):
        for line in (theme.border, theme.focus, theme.accent):
            assert contrast(line, ground) >= GRAPHICS, (line.name(), ground.name())


def test_qts_own_widgets_have_the_same_colours(theme: Tokens) -> None:
    palette, role = QGuiApplication.palette(), QPalette.ColorRole
    for text, ground in (
        (role.WindowText, role.Window),
        (role.Text, role.Base),
        (role.ButtonText, role.Button),
        (role.ToolTipText, role.ToolTipBase),
        (role.PlaceholderText, role.Base),
    ):
        assert contrast(palette.color(text), palette.color(ground)) >= BODY, text
    selected = palette.color(role.HighlightedText), palette.color(role.Highlight)
    assert contrast(*selected) >= TEXT


def test_a_contrast_theme_brings_no_colour_of_ours(qapp: QApplication) -> None:
    before = qapp.palette()
    palette = PALETTES["night-sky"]
    use_palette(palette)
    groups = (QPalette.ColorGroup.Active, QPalette.ColorGroup.Disabled)
    of_the_user = {
        palette.color(group, role).name()
        for group in groups
        for role in QPalette.ColorRole
        if role is not QPalette.ColorRole.NColorRoles
    }
    used = tokens()
    use_palette(before)
    names = [name for name in Tokens.__slots__ if name not in ("scheme", "states")]
    assert {getattr(used, name).name() for name in names} <= of_the_user
    for colours in used.states.values():
        assert {colours.text.name(), colours.ground.name()} <= of_the_user


@pytest.mark.parametrize("accent", ["#ffd400", "#00ff7f", "#c0c0c0", "#000000", "#0067c0"])
@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
def test_any_accent_colour_of_the_system_becomes_legible(scheme: Scheme, accent: str) -> None:
    made = tokens_of(scheme, QColor(accent))
    for ground in (made.ground, made.card):
        assert contrast(made.accent, ground) >= TEXT
        assert contrast(made.link, ground) >= TEXT
    assert contrast(made.accent_text, made.accent) >= TEXT
    assert contrast(made.accent_text, made.accent_hover) >= TEXT


def test_an_accent_colour_that_is_legible_stays() -> None:
    blue = QColor("#005fb8")
    assert legible(blue, (QColor("white"),), TEXT) == blue
    assert mixed(blue, QColor("white"), 1.0) == blue


def test_palette_and_tokens_say_the_same(qapp: QApplication) -> None:
    before = qapp.palette()
    for scheme in (Scheme.LIGHT, Scheme.DARK):
        wanted = tokens_of(scheme)
        use_palette(palette_of(wanted))
        assert (tokens().scheme, tokens().accent) == (scheme, wanted.accent)
    use_palette(before)


@pytest.mark.parametrize("percent", [80, 100, LARGEST])
def test_sizes_in_the_gallery(qtbot: QtBot, percent: int) -> None:
    """No text below 10 points, no button below 40 pixels (32 for the small, link-like ones)."""
    with appearance("light", percent):
        for name, window in specimens():
            qtbot.addWidget(window)
            picture(window)
            parts = [one for one in window.findChildren(QWidget) if one.isVisibleTo(window)]
            for part in parts:
                assert part.font().pointSizeF() >= LEAST, (name, part)
            for part in parts:
                if isinstance(part, QLineEdit):
                    assert part.height() >= 40, name
                elif isinstance(part, QAbstractButton):
                    least = 32 if isinstance(part, LinkButton | CheckBox | RadioButton) else 40
                    assert part.height() >= least, (name, part)


def test_texts_grow_at_once_in_open_windows(qtbot: QtBot, qapp: QApplication) -> None:
    shown = [window for name, window in specimens() if name == "texts"]
    for window in shown:
        qtbot.addWidget(window)
        window.show()
    labels = shown[0].findChildren(QLabel)
    before = [label.font().pointSizeF() for label in labels]
    size = text_size(qapp)
    size.set_percent(150)
    wanted = [points * 1.5 for points in before]
    until(lambda: [label.font().pointSizeF() for label in labels] == wanted)
    size.reset()
    until(lambda: [label.font().pointSizeF() for label in labels] == before)
    assert min(before) == 10
    assert sorted(set(before)) == [10, 11, 13, 20, 36]


def test_another_theme_of_the_system_is_followed(qapp: QApplication) -> None:
    """Qt tells windows of it; the offscreen system is light."""
    theme = qapp.findChild(Theme)
    assert theme is not None
    before = qapp.palette()
    use_palette(PALETTES["dark"])
    assert tokens().scheme is Scheme.DARK
    QCoreApplication.sendEvent(theme.watch, QEvent(QEvent.Type.ThemeChange))
    until(lambda: tokens().scheme is Scheme.LIGHT)
    use_palette(before)


def test_text_size_has_limits(qapp: QApplication) -> None:
    size = text_size(qapp)
    for _ in range(20):
        size.larger()
    assert size.percent == 200
    for _ in range(20):
        size.smaller()
    assert size.percent == 80
    assert qapp.font().pointSizeF() >= LEAST
    size.reset()
    assert size.percent == 100
