"""The entry points of other packages, found without reading every package's metadata."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from certclient.platform.plugins import entry_points_of

GROUP = "certclient.test-plugins"
FILES = {
    "made_up-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: made-up\nVersion: 1.0\n",
    "made_up-1.0.dist-info/entry_points.txt": f"[other]\na = b\n[{GROUP}]\nmine = m:stores\n",
}


def write_package(folder: Path) -> None:
    for name, text in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def test_plugin_of_an_installed_package_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert entry_points_of(GROUP) == ()
    write_package(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    assert [(one.name, one.value) for one in entry_points_of(GROUP)] == [("mine", "m:stores")]
    assert entry_points_of(f"{GROUP}.others") == ()


def test_plugin_in_an_archive_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / "made_up.zip"
    with zipfile.ZipFile(archive, "w") as written:
        for name, text in FILES.items():
            written.writestr(name, text)
    monkeypatch.syspath_prepend(archive)
    assert [one.name for one in entry_points_of(GROUP)] == ["mine"]


def test_folders_that_are_not_there_and_packages_without_lists_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty-1.0.dist-info").mkdir()
    (tmp_path / "file-1.0.egg-info").write_text("Name: file\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.syspath_prepend(tmp_path / "missing")
    assert entry_points_of(GROUP) == ()
