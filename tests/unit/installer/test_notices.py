"""Every shipped component is listed with its licence, and banks may redistribute all of them."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from certclient.ui.dialogs.about.notices import (
    component_text,
    own_license,
    read_components,
    third_party_notices,
)
from tools.installer import notices
from tools.installer.notices import NoticesError, distribution_component, make_notices, shipped
from tools.installer.spdx import is_allowed
from tools.wine.cache import default_folder

ROOT = Path(__file__).resolve().parents[3]
COMPONENTS = {component.title.split(" ")[0]: component for component in third_party_notices()}


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("Apache-2.0 OR BSD-3-Clause", True),
        ("MIT OR GPL-3.0-only", True),
        ("GPL-3.0-only", False),
        ("GPL-2.0-only OR GPL-3.0-only", False),
        ("MIT AND GPL-3.0-only", False),
        ("MIT OR Apache-2.0 AND GPL-3.0-only", True),
        ("(MIT OR Apache-2.0) AND GPL-3.0-only", False),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", True),
        ("GPL-2.0-or-later WITH Bootloader-exception", True),
        ("GPL-2.0-or-later WITH Classpath-exception-2.0", False),
        ("LGPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("Proprietary", False),
        ("MIT MIT", False),
        ("(MIT", False),
        ("MIT)", False),
        ("", False),
    ],
)
def test_which_licences_may_ship(licence: str, allowed: bool) -> None:
    assert is_allowed("anything", licence) is allowed


def test_lgpl_is_allowed_for_replaceable_libraries_only() -> None:
    assert is_allowed("pyside6-essentials", "LGPL-3.0-only OR GPL-2.0-only")
    assert not is_allowed("pyside6-essentials", "GPL-2.0-only")
    assert not is_allowed("requests", "LGPL-3.0-only")


def test_lists_every_shipped_distribution_with_version_and_licence_texts() -> None:
    pins = notices.LOCK.read_text(encoding="utf-8")
    names = shipped()
    assert len(names) > 30, "too few distributions for a meaningful test"
    for name in names:
        title, version = COMPONENTS[name].title.split(" ")
        assert f"{title}=={version} " in pins
        assert COMPONENTS[name].text


def test_licence_texts_match_the_installed_distributions() -> None:
    """Many of the distributions that ship for Windows are also installed on this system."""
    seen = 0
    for name in shipped():
        try:
            here = distribution_component(distribution(name))
        except PackageNotFoundError:
            continue  # Windows only: covered by the next test
        seen += 1
        kept = COMPONENTS[name]
        same = kept.text == here.text.strip() or kept.text.startswith("The text is the same")
        assert (kept.title, kept.licence, same) == (here.title, here.licence, True)
    assert seen > 30


def test_the_notices_are_current() -> None:
    parts = default_folder(os.environ, Path.home())
    if not (list(parts.glob("wheels-*")) and list(parts.glob("python-*"))):
        pytest.skip("runs where `make test-windows` has made its parts")
    wheels, python = notices.windows_parts()
    current = notices.TARGET.read_text(encoding="utf-8")
    made = make_notices(wheels, python)
    assert made == current, "run python -m tools.installer.notices to regenerate"


def test_lists_components_bundled_inside_others() -> None:
    titles = "\n".join(component.title for component in third_party_notices())
    for part in ("OpenSSL", "CPython", "Rust crates", "PyInstaller", "Qt: HarfBuzz", "Qt: PCRE2"):
        assert part in titles


def test_contains_the_qt_licence_and_source_offer() -> None:
    text = notices.TARGET.read_text(encoding="utf-8")
    assert "linked dynamically" in text
    assert "https://download.qt.io/" in text
    qt = COMPONENTS["pyside6-essentials"].text
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in qt
    assert "GNU GENERAL PUBLIC LICENSE" in qt


def test_own_licence_equals_the_licence_file() -> None:
    assert own_license() == (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_written_components_are_read_back_unchanged() -> None:
    text = "".join(map(component_text, third_party_notices()))
    assert read_components(text) == third_party_notices()
    assert read_components("no notices at all") == []


# --- Components that must not ship ---------------------------------------------------------------


def wheel(folder: Path, licence: str, text: str | None = "Copyright (c) somebody") -> None:
    info = folder / "thing-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.4\nName: thing\nVersion: 1.0\n{licence}\n", encoding="utf-8"
    )
    record = ["thing-1.0.dist-info/METADATA,,"]
    if text is not None:
        (info / "LICENSE").write_text(text, encoding="utf-8")
        record.append("thing-1.0.dist-info/LICENSE,,")
    (info / "RECORD").write_text("\n".join(record), encoding="utf-8")


def python(folder: Path) -> Path:
    (folder / "include").mkdir(parents=True)
    header = folder / "include" / "patchlevel.h"
    header.write_text('#define PY_VERSION      "3.12.9"\n', encoding="utf-8")
    (folder / "LICENSE.txt").write_text("PSF", encoding="utf-8")
    return folder


def notices_for(tmp_path: Path) -> str:
    lock = tmp_path / "lock.txt"
    lock.write_text("thing==1.0 \\\n    --hash=sha256:00\n", encoding="utf-8")
    return make_notices(tmp_path / "wheels", python(tmp_path / "python"), lock)


@pytest.mark.parametrize(
    "licence",
    [
        "License-Expression: MIT",
        "License: MIT",
        "Classifier: License :: OSI Approved :: MIT License",
    ],
)
def test_reads_the_licence_from_every_metadata_format(tmp_path: Path, licence: str) -> None:
    wheel(tmp_path / "wheels", licence)
    text = notices_for(tmp_path)
    assert "thing 1.0\nLicence: MIT\n" in text
    assert "Copyright (c) somebody" in text


def test_normalizes_line_endings_and_trailing_spaces(tmp_path: Path) -> None:
    wheel(tmp_path / "wheels", "License: MIT", "one \r\ntwo\r\n")
    assert "one\ntwo\n" in notices_for(tmp_path)


@pytest.mark.parametrize(
    "licence",
    [
        "License-Expression: GPL-3.0-only",
        "License: Proprietary",
        "Classifier: License :: OSI Approved :: GNU Affero General Public License v3",
        "Summary: says nothing about its licence",
    ],
)
def test_build_fails_on_a_licence_outside_the_allow_list(tmp_path: Path, licence: str) -> None:
    wheel(tmp_path / "wheels", licence)
    with pytest.raises(NoticesError, match=r"thing 1\.0.*not on the list"):
        notices_for(tmp_path)


def test_build_fails_without_a_licence_text(tmp_path: Path) -> None:
    wheel(tmp_path / "wheels", "License: MIT", text=None)
    with pytest.raises(NoticesError, match="no licence text"):
        notices_for(tmp_path)


def test_build_fails_on_a_missing_distribution(tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    with pytest.raises(NoticesError, match="thing: not in"):
        notices_for(tmp_path)
