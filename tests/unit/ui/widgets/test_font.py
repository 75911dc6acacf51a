"""The font of the program's windows on Windows in any language."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont

from certclient.ui.widgets.appearance import japanese_font


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
