"""The font of the program's windows: its family on Windows in any language, and its size."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from certclient.ui.widgets.appearance import japanese_font
from certclient.ui.widgets.text_size import BODY, NORMAL, TextSize, use_fonts


def font(family: str, points: float) -> QFont:
    font = QFont(family)
    font.setPointSizeF(points)
    return font


@pytest.mark.parametrize(
    ("system", "families", "first"),
    [
        ("Yu Gothic UI", ["Meiryo UI", "Yu Gothic UI", "Segoe UI"], "Yu Gothic UI"),
        ("Segoe UI", ["Meiryo UI", "Yu Gothic UI", "Segoe UI"], "Yu Gothic UI"),
        ("Microsoft YaHei UI", ["Meiryo UI", "Microsoft YaHei UI"], "Meiryo UI"),
        ("Tahoma", ["DejaVu Sans", "Noto Sans CJK JP"], "Noto Sans CJK JP"),
        ("Segoe UI", ["Segoe UI"], "Segoe UI"),
    ],
)
def test_the_best_japanese_family_comes_first(system: str, families: list[str], first: str) -> None:
    chosen = japanese_font(font(system, 9), families)
    assert chosen.families()[0] == first
    assert system in chosen.families(), "the system family supplies missing glyphs"


@pytest.fixture
def application(qapp: QApplication) -> Iterator[QApplication]:
    """The application, which has its font again afterwards."""
    before = qapp.font()
    yield qapp
    use_fonts(before, NORMAL)


@pytest.mark.parametrize(("system", "points"), [(8.25, BODY), (9.0, BODY), (13.5, 13.5)])
def test_a_larger_text_size_of_the_system_stays(
    application: QApplication, system: float, points: float
) -> None:
    size = TextSize(application, font("Noto Sans CJK JP", system))
    size.setParent(None)
    assert application.font().pointSizeF() == points
