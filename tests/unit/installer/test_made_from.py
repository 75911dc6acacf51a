"""`make test-installer` builds what is missing or outdated, and nothing twice."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from support.small_build import EPOCH, small_build
from tools.installer import made_from
from tools.installer.__main__ import main
from tools.installer.build import Build
from tools.installer.settings import DEFAULT, read_settings
from tools.installer.sums import write_sums


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """A complete build with a bank's own settings."""
    shutil.copytree(DEFAULT.parent, tmp_path / "bank")
    small = small_build(tmp_path / "out")
    file = tmp_path / "bank" / DEFAULT.name
    signer = replace(small.signer, settings_file=file)
    done = replace(small, settings=read_settings(file), signer=signer)
    done.places.results.mkdir()
    (done.places.results / "certclient-setup.exe").write_bytes(b"a setup")
    write_sums(done.places.results)
    made_from.note(done, made_from.stamp(done))
    return done


def test_complete_build_is_current(build: Build) -> None:
    assert made_from.is_current(build)


def test_restarted_build_is_not_current(build: Build) -> None:
    made_from.forget(build)
    assert not made_from.is_current(build)


def test_build_with_changed_or_deleted_results_is_not_current(build: Build) -> None:
    setup = build.places.results / "certclient-setup.exe"
    setup.write_bytes(b"another")
    assert not made_from.is_current(build)
    shutil.rmtree(build.places.results)
    assert not made_from.is_current(build)


@pytest.mark.parametrize("name", ["build.toml", "profiles/rei-shinkin.toml", "certclient.svg"])
def test_change_of_a_bank_file_makes_the_build_outdated(build: Build, name: str) -> None:
    file = build.settings.folder / name
    file.write_bytes(file.read_bytes() + b"\n")
    assert not made_from.is_current(build)


def test_other_date_or_quick_setup_makes_the_build_outdated(build: Build) -> None:
    assert not made_from.is_current(replace(build, epoch=EPOCH + 1))
    assert not made_from.is_current(replace(build, quick=True))


def test_other_signing_certificate_makes_the_build_outdated(build: Build) -> None:
    certificates = build.signer.identity.certificates
    certificates.write_bytes(certificates.read_bytes() + b"\n")
    assert not made_from.is_current(build)


@pytest.mark.parametrize("wanted", ["the bank's", "the project's"])
def test_tests_never_replace_the_signed_build_of_a_bank(
    build: Build, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], wanted: str
) -> None:
    """Not even an outdated one: these results have another commit's date."""
    banks = build.signer.settings_file
    settings = banks if wanted == "the bank's" else DEFAULT
    monkeypatch.setattr("tools.installer.__main__.os.geteuid", lambda: 0)
    monkeypatch.setattr("tools.installer.__main__.prepare", _fail_to_freeze)
    before = {path: path.read_bytes() for path in build.places.results.iterdir()}
    order = ("--settings", str(settings), "--folder", str(build.places.folder))
    assert main([*order, "--if-needed"]) == 1
    assert f"SETTINGS={banks}" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in build.places.results.iterdir()} == before


def _fail_to_freeze(_cache: object) -> NoReturn:
    raise OSError("a build began")


def test_outdated_build_of_the_project_is_replaced(build: Build) -> None:
    ours = replace(build, signer=replace(build.signer, settings_file=DEFAULT))
    made_from.note(ours, made_from.stamp(ours))
    made_from.check_replaceable(build)
    shutil.rmtree(build.places.results)
    made_from.note(build, made_from.stamp(build))
    made_from.check_replaceable(build)  # no results to protect


def test_hash_covers_matching_sources_only(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    source = tmp_path / "src" / "main.py"
    source.write_text("one", encoding="utf-8")
    before = made_from.hash_of([tmp_path / "src"], ["*.py"])
    (tmp_path / "src" / "notes.txt").touch()
    assert made_from.hash_of([tmp_path / "src"], ["*.py"]) == before
    source.write_text("two", encoding="utf-8")
    assert made_from.hash_of([tmp_path / "src"], ["*.py"]) != before
