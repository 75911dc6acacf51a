"""The pictures in the documents are the same in every run, on whatever day they are taken."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from certclient.i18n.catalogue import Language, load
from certclient.model.japan_time import in_tokyo
from support.pictures import NOW, PictureDates, fixed_values, settled_picture


def window_with(qtbot: QtBot, *texts: str) -> tuple[QWidget, list[QLabel]]:
    window = QWidget()
    qtbot.addWidget(window)
    layout, labels = QVBoxLayout(window), [QLabel(text) for text in texts]
    for label in labels:
        layout.addWidget(label)
    return window, labels


def test_random_numbers_look_the_same_in_two_runs(qtbot: QtBot) -> None:
    runs = []
    for serial, other in (
        ("6cd7854041aac52ffeb8061875008289", "75af1958dd133b9c3b16133e5ad4bde6"),
        ("549e4d32134e9402e088321966cc8538", "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"),
    ):
        window, _ = window_with(qtbot, f"シリアル番号 {serial}", f"{other}, {serial}")
        runs.append(settled_picture(window).toImage())
    assert runs[0] == runs[1]


def test_window_keeps_its_texts_and_different_numbers_stay_different(qtbot: QtBot) -> None:
    texts = ["TKYM1408055 1394", "6cd78540 41aac52f 7394f848", "75af1958dd133b9c"]
    window, labels = window_with(qtbot, *texts)
    with fixed_values(window):
        shown = [label.text() for label in labels]
    assert shown[0] == texts[0], "a user ID is no random value"
    assert [len(text) for text in shown] == [len(text) for text in texts]
    assert len({*shown, *texts}) == 5
    assert [label.text() for label in labels] == texts


def test_labels_may_go_and_come_while_a_picture_is_taken(qtbot: QtBot) -> None:
    first, second, later = "6cd78540 41aac52f", "75af1958dd133b9c", "549e4d32134e9402"
    window, labels = window_with(qtbot, first, second)
    with fixed_values(window) as values:
        delete(labels[0])
        labels[1].setText(later)
        added = QLabel(first, window)
        values.fix()
        assert not {added.text(), labels[1].text()} & {first, second, later}
    assert added.text() == first
    assert labels[1].text() == later


def test_dates_are_moved_to_the_day_of_the_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    words = load(Language.ENGLISH)
    day, hour_later = words.day(NOW.date()), words.minute(NOW + timedelta(hours=1))
    end_of_day = words.minute(NOW.replace(hour=23, minute=59))
    dates = PictureDates(monkeypatch)
    today = in_tokyo(dates.clock())
    assert words.day(today.date()) == day
    assert words.minute(today + timedelta(hours=1)) == hour_later
    assert words.minute(today.replace(hour=23, minute=59)) == end_of_day
