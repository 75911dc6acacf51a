"""The documentation's site, opened from files in a real Chromium."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlsplit

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from support.browser import PAGE_SECONDS, accessibility_faults, reading_files

ROOT = Path(__file__).parents[2]
_STATE = """
const text = document.querySelector('#search-results p')?.textContent ?? '';
return /finished|did not match/.test(text);
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site's folder."""
    folder = tmp_path_factory.mktemp("site") / "html"
    build = [sys.executable, "-m", "tools.docs", "--out", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def reader(site: Path) -> Iterator[Chrome]:
    with reading_files() as driver:
        yield driver


def found(reader: Chrome, site: Path, words: str) -> list[str]:
    """The pages that the site's search lists for `words`, best first."""
    reader.get(f"file://{site}/search.html?q={quote(words)}")
    WebDriverWait(reader, PAGE_SECONDS).until(lambda _: reader.execute_script(_STATE))
    links = reader.find_elements(By.CSS_SELECTOR, "#search-results .search > li > a")
    return [urlsplit(link.get_attribute("href") or "").path for link in links]


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("発行コード", "docs/guide.ja.html"),
        ("更新", "docs/guide.ja.html"),
        ("鍵", "docs/errors.html"),
        ("CC-NET-PROXY-AUTH", "docs/errors.html"),
        ("ca.mac pbm", "docs/profile.html"),
        ("UnattendedRenewal", "docs/fleet.html"),
        ("days_before", "docs/profile.html"),
    ],
)
def test_search_finds_words_of_both_languages(
    reader: Chrome, site: Path, words: str, page: str
) -> None:
    assert f"{site}/{page}" in found(reader, site, words)


def test_search_for_japanese_that_no_page_has_finds_nothing(reader: Chrome, site: Path) -> None:
    assert found(reader, site, "鸚鵡返し") == []


@pytest.mark.parametrize("page", ["docs/index", "docs/guide.ja", "docs/profile", "search"])
def test_a_page_loads_nothing_from_the_network(reader: Chrome, site: Path, page: str) -> None:
    log: Callable[[str], list[dict[str, str]]] = cast(Any, reader).get_log
    log("performance")
    reader.get(f"file://{site}/{page}.html")
    messages = [json.loads(entry["message"])["message"] for entry in log("performance")]
    loaded = [
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    ]
    assert f"file://{site}/{page}.html" in loaded
    assert [url for url in loaded if not url.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize("page", ["docs/index", "docs/guide.ja", "docs/cli"])
def test_texts_are_accessible(reader: Chrome, site: Path, page: str) -> None:
    reader.get(f"file://{site}/{page}.html")
    # The frame around them is the theme's.
    assert accessibility_faults(reader, "article") == []


def test_each_page_says_its_language(reader: Chrome, site: Path) -> None:
    for page, language in (("docs/guide.ja", "ja"), ("docs/profile", "en")):
        reader.get(f"file://{site}/{page}.html")
        root = reader.find_element(By.TAG_NAME, "html")
        assert root.get_attribute("lang") == language


def test_the_site_brings_the_licences_of_its_scripts(site: Path) -> None:
    licences = (site / "LICENSES.txt").read_text(encoding="utf-8")
    for holder in ("the Sphinx team", "Pradyun Gedam", "gumshoejs"):
        assert holder in licences


def test_the_folder_itself_opens_the_first_page(reader: Chrome, site: Path) -> None:
    reader.get(f"file://{site}/index.html")
    WebDriverWait(reader, PAGE_SECONDS).until(
        lambda _: reader.current_url == f"file://{site}/docs/index.html"
    )
