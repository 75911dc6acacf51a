"""Every text of the windows is there in both languages, and switching shows it."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tools.translations import FOLDER, LANGUAGES, texts, ts_file, unfinished, update

_PLACE = re.compile(r"\{[a-z_0-9]*\}|%n")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The .ts files as they would be after `tools/translations.py update`."""
    folder = tmp_path_factory.mktemp("i18n")
    for language in LANGUAGES:
        shutil.copy(ts_file(language), folder)
    update(folder)
    return folder


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing_or_left_over(language: str, fresh: Path) -> None:
    name = ts_file(language).name
    assert texts(FOLDER / name) == texts(fresh / name), "python tools/translations.py update"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str, fresh: Path) -> None:
    assert unfinished(fresh / ts_file(language).name) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_names_the_same_things_and_has_a_mnemonic_where_its_source_has(
    language: str,
) -> None:
    for message in ET.parse(ts_file(language)).getroot().iter("message"):
        source = message.findtext("source", "")
        translation = message.find("translation")
        assert translation is not None
        forms = [form.text or "" for form in translation.iter("numerusform")]
        for text in forms or [translation.text or ""]:
            assert set(_PLACE.findall(text)) == set(_PLACE.findall(source)), source
            assert ("&" in text) == ("&" in source), source


def test_counting_texts_have_all_their_forms() -> None:
    for language, wanted in (("ja", 1), ("en", 2)):
        for message in ET.parse(ts_file(language)).getroot().iter("message"):
            if message.get("numerus") == "yes":
                forms = list(message.iter("numerusform"))
                assert len(forms) == wanted, message.findtext("source")
