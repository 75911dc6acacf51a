"""調査用の情報を保存: what is shown is what is saved."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from certclient.enrollment.diagnosis.archive import TEXT
from certclient.enrollment.diagnosis.examination import Examination
from certclient.enrollment.diagnosis.values import Fact, Kind, Part
from certclient.i18n.catalogue import Language
from certclient.ui.context import AppContext
from certclient.ui.diagnosis.button import SaveFactsButton
from certclient.ui.diagnosis.dialog import DiagnosisDialog
from support.wizards import LONG, UiEnvironment

FOUND = Examination(
    made=datetime(2026, 11, 30, 3, 4, 5, tzinfo=UTC),
    parts=(
        Part(Kind.PROGRAM, (Fact("version", "9.9.9"),)),
        Part(Kind.CERTIFICATE, (Fact("user-id", "TKYM1408054 1403", personal=True),), "1"),
    ),
    ids=("TKYM1408054",),
    home="",
)


@pytest.fixture
def context(ui: UiEnvironment) -> AppContext:
    return replace(ui.context(), examine=lambda: FOUND)


@pytest.fixture
def dialog(context: AppContext, qtbot: QtBot) -> DiagnosisDialog:
    made = DiagnosisDialog(context)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: "9.9.9" in made.preview.toPlainText(), timeout=LONG)
    return made


def saved(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(TEXT).decode()


def test_what_is_shown_is_what_is_saved(dialog: DiagnosisDialog, tmp_path: Path) -> None:
    path = tmp_path / "facts.zip"
    dialog.save_to(path)
    assert saved(path) == dialog.preview.toPlainText()
    assert "ID-1 1403" in saved(path)
    assert str(path) in dialog.outcome.text()


def test_ids_are_shown_before_they_are_saved(dialog: DiagnosisDialog, tmp_path: Path) -> None:
    dialog.save_to(tmp_path / "without.zip")
    dialog.with_ids.click()
    assert "TKYM1408054 1403" in dialog.preview.toPlainText()
    assert not dialog.outcome.isVisible(), "the file that was saved has other lines"
    dialog.save_to(tmp_path / "with.zip")
    assert saved(tmp_path / "with.zip") == dialog.preview.toPlainText()


def test_a_place_that_cannot_be_written_is_told(dialog: DiagnosisDialog, tmp_path: Path) -> None:
    dialog.save_to(tmp_path / "missing" / "facts.zip")
    assert "CC-FILE" in dialog.outcome.text()
    dialog.save_to(tmp_path / "facts.zip")
    assert "CC-FILE" not in dialog.outcome.text()


def test_language_switch_keeps_what_was_found(
    dialog: DiagnosisDialog, context: AppContext, qtbot: QtBot
) -> None:
    context.languages.switch(Language.ENGLISH)
    qtbot.waitUntil(
        lambda: "  Version: 9.9.9" in dialog.preview.toPlainText().splitlines(), timeout=LONG
    )


def test_nothing_can_be_saved_while_nothing_is_shown(context: AppContext, qtbot: QtBot) -> None:
    waiting = DiagnosisDialog(replace(context, examine=None))
    qtbot.addWidget(waiting)
    assert not waiting.save_button.isEnabled()
    assert not waiting.with_ids.isEnabled()


def test_button_opens_the_window_over_its_own(context: AppContext, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    button = SaveFactsButton(context)
    button.setParent(window)
    window.show()
    button.click()
    qtbot.waitUntil(lambda: bool(window.findChildren(DiagnosisDialog)), timeout=LONG)
    (opened,) = window.findChildren(DiagnosisDialog)
    opened.done(QDialog.DialogCode.Rejected)


def test_button_is_hidden_where_nothing_can_be_examined(context: AppContext, qtbot: QtBot) -> None:
    button = SaveFactsButton(replace(context, examine=None))
    qtbot.addWidget(button)
    assert button.isHidden()
