"""A menu is wider than its longest entry needs by Qt's own measure, and shrinks again."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from certclient.ui.widgets.menus import fit_entries


def test_the_longest_entry_has_room_to_spare_whenever_it_is_filled(qtbot: QtBot) -> None:
    plain, menu = QMenu(), QMenu()
    qtbot.addWidget(plain)
    qtbot.addWidget(menu)
    widths = []
    for longest in ("この電子証明書を失効する(&K)…", "詳細(&D)"):
        for one in (plain, menu):
            one.clear()
            one.addAction(longest)
        fit_entries(menu)
        widths.append(menu.minimumWidth())
        spare = menu.minimumWidth() - plain.sizeHint().width()
        assert spare == menu.fontMetrics().horizontalAdvance("ああ")
    assert widths[1] < widths[0]
