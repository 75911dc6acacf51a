"""Every text of the windows is translated, with the same placeholders and mnemonics."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tools.translations import FOLDER, LANGUAGES, texts, ts_file, unfinished, update

_PLACEHOLDER = re.compile(r"\{[a-z_0-9]*\}|%n")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The .ts files as they would be after `tools/translations.py update`."""
    folder = tmp_path_factory.mktemp("i18n")
    for language in LANGUAGES:
        shutil.copy(ts_file(language), folder)
    update(folder)
    return folder


@pytest.mark.parametrize("language", LANGUAGES)
def test_ts_files_are_up_to_date(language: str, fresh: Path) -> None:
    name = ts_file(language).name
    assert texts(FOLDER / name) == texts(fresh / name), "python tools/translations.py update"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str, fresh: Path) -> None:
    assert unfinished(fresh / ts_file(language).name) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translation_keeps_placeholders_and_mnemonics(language: str) -> None:
    for message in ET.parse(ts_file(language)).getroot().iter("message"):
        source = message.findtext("source", "")
        translation = message.find("translation")
        assert translation is not None
        forms = [form.text or "" for form in translation.iter("numerusform")]
        for text in forms or [translation.text or ""]:
            assert set(_PLACEHOLDER.findall(text)) == set(_PLACEHOLDER.findall(source)), source
            assert ("&" in text) == ("&" in source), source


def test_plural_texts_have_all_forms() -> None:
    for language, count in (("ja", 1), ("en", 2)):
        for message in ET.parse(ts_file(language)).getroot().iter("message"):
            if message.get("numerus") == "yes":
                forms = list(message.iter("numerusform"))
                assert len(forms) == count, message.findtext("source")
