"""The tray icon is legible at small sizes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from certclient.ui.shell.clock_monitor import TICK, ClockMonitor
from certclient.ui.shell.tray_icon import tray_icon


@pytest.mark.parametrize("size", [16, 22, 32])
def test_icon_has_light_text_on_a_dark_background(size: int, qtbot: QtBot) -> None:
    image = tray_icon(None).pixmap(QSize(size, size)).toImage()
    assert image.width() == size
    colours = [QColor(image.pixel(x, y)) for x in range(size) for y in range(size)]
    light = sum(colour.lightness() > 200 for colour in colours)
    dark = sum(colour.lightness() < 120 for colour in colours)
    assert light > size, "the text"
    assert dark > size * size / 3, "the background"


def test_several_due_certificates_are_marked_at_a_corner(qtbot: QtBot) -> None:
    for size in (16, 32, 64):
        one, several = (tray_icon(None, due).pixmap(QSize(size, size)).toImage() for due in (1, 3))
        corner = [(x, y) for x in range(size * 3 // 4, size) for y in range(size // 4)]
        changed = [place for place in corner if one.pixel(*place) != several.pixel(*place)]
        assert len(changed) > len(corner) / 3
        assert one.pixel(size // 3, size * 2 // 3) == several.pixel(size // 3, size * 2 // 3)


def test_clock_watch_reports_jumps_in_both_directions(qtbot: QtBot) -> None:

    now = [datetime(2027, 3, 1, tzinfo=UTC)]
    watch = ClockMonitor(lambda: now[0])
    jumps: list[datetime] = []
    watch.jumped.connect(lambda: jumps.append(now[0]))
    for step in (TICK, TICK * 2, timedelta(hours=8), TICK, -timedelta(hours=1), TICK):
        now[0] += step
        watch.tick()
    assert len(jumps) == 2
